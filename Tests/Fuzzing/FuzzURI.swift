import SIPMessage

/// Reads two URIs, one on each side of the first line feed, and compares them; a URI equals itself, and comparing goes
/// both ways.
func fuzzURI(_ input: [UInt8]) {
    let array = Array(input.prefix(65_535))
    let bytes = array.span
    let middle = array.firstIndex(of: 0x0a) ?? array.count
    let left = ByteRange(start: 0, count: UInt16(middle))
    let rightStart = min(middle + 1, array.count)
    let right = ByteRange(start: UInt16(rightStart), count: UInt16(array.count - rightStart))
    guard let first = try? SIPURI(bytes, in: left) else { return }
    trap(if: first.port == 0)
    precondition(SIPURI.isEquivalent(first, bytes, first, bytes))
    var address: [UInt8] = []
    precondition(first.appendCanonicalAOR(bytes, to: &address) == first.isSIP)
    precondition(address.isEmpty != first.isSIP)
    _ = first.transport(bytes)
    guard let second = try? SIPURI(bytes, in: right) else { return }
    let there = SIPURI.isEquivalent(first, bytes, second, bytes)
    precondition(there == SIPURI.isEquivalent(second, bytes, first, bytes))
}
