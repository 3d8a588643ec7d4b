import SIPMessage
import Testing

@Suite("Escapes")
struct EscapesTests {
    private func unescape(uriPart text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        let span = bytes.span
        var out: [UInt8] = []
        span.appendUnescaped(uriPart: ByteRange(start: 0, count: UInt16(bytes.count)), to: &out)
        return out
    }

    private func unescape(quoted text: String) -> String {
        let bytes = Array(text.utf8)
        let span = bytes.span
        var out: [UInt8] = []
        span.appendUnescaped(quoted: ByteRange(start: 0, count: UInt16(bytes.count)), to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    @Test("RFC 3261 §19.1.2: an escape is undone once, whatever it stands for")
    func percent() {
        #expect(unescape(uriPart: "a%62%2Bc") == Array("ab+c".utf8))
        #expect(unescape(uriPart: "%2541") == Array("%41".utf8))
        #expect(unescape(uriPart: "%00x") == [0, 0x78])
        #expect(unescape(uriPart: "%4") == Array("%4".utf8))
        #expect(unescape(uriPart: "%zz") == Array("%zz".utf8))
    }

    @Test("RFC 3261 §25.1: a backslash is undone, a fold is a space")
    func backslash() {
        #expect(unescape(quoted: #"a\"b\\c"#) == #"a"b\c"#)
        #expect(unescape(quoted: "a\r\n b") == "a b")
        #expect(unescape(quoted: #"end\"#) == #"end\"#)
    }

    @Test("A user part that was written reads back")
    func userRoundTrip() {
        let name = Array("bob@home;x=%\u{0}é".utf8)
        let span = name.span
        var written: [UInt8] = []
        written.appendEscapedUser(span)
        #expect(String(decoding: written, as: UTF8.self) == "bob%40home;x=%25%00%c3%a9")
        #expect(unescape(uriPart: String(decoding: written, as: UTF8.self)) == name)
    }
}
