import SIPMessage

/// Reads a message with every reader, writes it again in its canonical form, and demands that this reads the same.
func fuzzMessage(_ input: [UInt8]) {
    let bytes = input.span
    var head = MessageHead()
    let isRead = (try? head.parse(bytes)) != nil
    readFields(of: head, bytes)
    guard isRead else { return }
    let fields = try? MandatoryFields(head, bytes)
    if head.method == .other, let range = head.first(.cseq) {
        trap(if: (try? CSeq(bytes, in: range, header: .cseq))?.method == .register)
    }

    var encoder = MessageEncoder()
    encoder.canonical(head, of: bytes)
    let written = encoder.bytes
    guard written.count <= 65_535 else { return }
    let writtenSpan = written.span
    var again = MessageHead()
    do {
        try again.parse(writtenSpan, limits: MessageLimits(headerLineBytes: 70_000, uriBytes: 70_000))
    } catch {
        preconditionFailure("the canonical form doesn't read: \(error)")
    }
    precondition(((try? MandatoryFields(again, writtenSpan)) != nil) == (fields != nil))
    encoder.removeAll()
    encoder.canonical(again, of: writtenSpan)
    precondition(encoder.bytes == written, "the canonical form isn't stable")
}

private func readFields(of head: borrowing MessageHead, _ bytes: Span<UInt8>) {
    for index in 0..<head.count {
        guard let field = head[index] else { continue }
        precondition(field.value.bounds.upperBound <= bytes.count)
        _ = try? Via(bytes, in: field.value, header: field.name)
        _ = try? Contact(bytes, in: field.value, header: field.name)
        _ = try? NameAddress(bytes, in: field.value, header: field.name)
        _ = try? CSeq(bytes, in: field.value, header: field.name)
        _ = try? DigestCredentials(bytes, in: field.value, header: field.name)
        _ = try? DigestChallenge(bytes, in: field.value, header: field.name)
        _ = DeltaSeconds(lenient: bytes, in: field.value)
        var address: [UInt8] = []
        IPAddress(bytes, in: field.value)?.append(to: &address)
    }
    var contacts = HeaderValues<Contact>(.contact)
    while let contact = try? contacts.next(in: head, bytes) {
        precondition(contact.range.bounds.upperBound <= bytes.count)
        _ = try? SIPURI(bytes, in: contact.uri)
    }
    _ = try? head.optionTags(.supported, bytes)
    var encoder = MessageEncoder()
    if let via = try? head.topVia(bytes) {
        let source = Endpoint(address: IPAddress(ipv4: 1), port: 2)
        encoder.beginResponse(.badRequest, to: head, bytes, via: via, from: source, toTag: 3)
    }
}
