import BindingTable
import Support

@testable import Registrar

/// Writes a registration document from the input's lines, whatever bytes they are of, and reads it back; and reads
/// the input itself as a document, which is accepted or refused and nothing else.
func fuzzReginfo(_ input: [UInt8]) {
    let lines = input.split(separator: 0x0a, maxSplits: 5, omittingEmptySubsequences: false).map { Array($0) }
    func line(_ index: Int) -> [UInt8] { index < lines.count ? lines[index] : [] }
    let event = ContactEvent.allCases[Int(line(0).first ?? 0) % ContactEvent.allCases.count]
    let isActive = [.registered, .created, .refreshed, .shortened].contains(event)
    let contact = ReginfoContact(
        id: BindingID(rawValue: UInt64(input.count)),
        event: event,
        isActive: isActive,
        expires: isActive ? UInt32(input.count) : nil,
        retryAfter: event == .probation ? 1 : nil,
        q: UInt16(line(0).count % 1_001),
        duration: UInt64(line(1).count),
        cseq: UInt32(line(2).count),
        uri: line(2),
        callID: line(3),
        parameters: line(4)
    )
    var document = ReginfoDocument(version: 0, isFull: true, aor: line(1), id: 1, state: .active)
    let isWritten = document.append(contact)
    document.finish()
    precondition(document.bytes.count <= ReginfoDocument.maximumBytes || line(1).count > 1_000)
    do {
        let read = try Reginfo(document.bytes)
        precondition(read.contacts.count == (isWritten ? 1 : 0))
        precondition(!isWritten || read.contacts[0].uri == readable(line(2)), "the URI reads otherwise")
        precondition(!isWritten || read.contacts[0]["callid"] == readable(line(3)), "callid reads otherwise")
        trap(if: read.contacts.first.map { $0.parameters.count == 2 } ?? false)
    } catch {
        preconditionFailure("\(error)")
    }
    _ = try? Reginfo(input)
}

/// What is left of a text in XML 1.0.
private func readable(_ text: [UInt8]) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
        let isKnown = scalar.value >= 0x20 || ["\t", "\n", "\r"].contains(scalar)
        scalars.append(isKnown && scalar.value & ~1 != 0xfffe ? scalar : "\u{fffd}")
    }
    return String(scalars)
}
