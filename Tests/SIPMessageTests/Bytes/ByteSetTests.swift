import Testing

@testable import SIPMessage

@Suite("Byte sets and words")
struct ByteSetTests {
    private static let alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

    @Test("Each set is exactly its characters")
    func sets() {
        let table: [(ByteSet, String)] = [
            (.token, Self.alphanumeric + "-.!%*_+`'~"),
            (.parameterValue, Self.alphanumeric + "-.!%*_+`'~[]:/@=&$#?{}^|()"),
            (.user, Self.alphanumeric + "-_.!~*'()&=+$,;?/"),
            (.password, Self.alphanumeric + "-_.!~*'()&=+$,"),
            (.uriParameter, Self.alphanumeric + "-_.!~*'()[]/:&+$"),
            (.uriHeader, Self.alphanumeric + "-_.!~*'()[]/?:+$=&"),
            (.hostName, Self.alphanumeric + "-._"),
            (.reserved, ";/?:@&=+$,"),
            (.telephone, "0123456789-.()"),
            (.localTelephone, "0123456789abcdefABCDEF*#-.()"),
            (.anyURI, Self.alphanumeric + "-_.!~*'();/?:@&=+$,[]%#"),
            (.callID, Self.alphanumeric + #"-.!%*_+`'~()<>:\"/[]?{}@"#),
        ]
        for (set, characters) in table {
            let members = (UInt8.min...UInt8.max).filter { set.contains($0) }
            #expect(members == Array(characters.utf8).sorted())
        }
    }

    @Test("A run of letters and digits is counted byte by byte, whatever stands around it")
    func alphanumericRuns() {
        for byte in UInt8.min...UInt8.max {
            let isMember = Self.alphanumeric.utf8.contains(byte)
            for place in 0..<8 {
                var word: UInt64 = 0x6161_6161_6161_6161
                word &= ~(0xff << UInt64(8 * place))
                word |= UInt64(byte) << UInt64(8 * place)
                #expect(alphanumericRun(word) == (isMember ? 8 : place), "byte \(byte) at \(place)")
            }
        }
    }

    @Test("A name in bytes is the word of its literal, in any case and place")
    func words() {
        let names: [(String, FoldedWord)] = [
            ("q", FoldedWord("q")), ("Branch", FoldedWord("branch")), ("RECEIVED", FoldedWord("received")),
            ("temp-gruu", FoldedWord("temp-gruu")), ("+SIP.Instance", FoldedWord("+sip.instance")),
            ("sixteen-letters!", FoldedWord("sixteen-letters!")),
        ]
        for (text, word) in names {
            for padding in ["", "x", "0123456789abcdef0123456789"] {
                let bytes = Array((text + padding).utf8)
                let span = bytes.span
                let found = FoldedWord(span, from: 0, count: text.utf8.count)
                #expect(found == word, "\(text)")
            }
        }
        let long = Array("seventeen-letters".utf8)
        let span = long.span
        let tooLong = FoldedWord(span, from: 0, count: 17)
        #expect(tooLong != FoldedWord("seventeen-letter"))
        #expect(FoldedWord("rport") != FoldedWord("rpor"))
    }
}
