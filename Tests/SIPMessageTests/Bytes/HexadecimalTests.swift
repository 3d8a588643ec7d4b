import SIPMessage
import Testing

@Suite struct HexadecimalTests {
    @Test(arguments: [
        ("00000000000000ff", UInt64(255)), ("DEADbeef", 0xdead_beef), ("ffffffffffffffff", .max), ("0", 0),
    ])
    func digitsAreRead(_ text: String, _ number: UInt64) {
        let bytes = Array("<\(text)>".utf8)
        #expect(bytes.span.hexadecimal(1..<bytes.count - 1) == number)
    }

    @Test(arguments: ["", "g", "1 ", "-1", "0x1", "11111111111111111"])
    func nothingElseIs(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(bytes.span.hexadecimal(0..<bytes.count) == nil)
    }

    @Test func boundsThatLeadOutOfTheBytesAreNone() {
        let bytes = Array("12".utf8)
        #expect(bytes.span.hexadecimal(1..<3) == nil && bytes.span.hexadecimal(0..<2) == 0x12)
    }
}
