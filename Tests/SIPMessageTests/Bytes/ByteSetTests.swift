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

    @Test("What ends a name is found at each place, whatever stands around it")
    func namesEnd() {
        for byte in UInt8.min...UInt8.max {
            let isMember = (Self.alphanumeric + "-.").utf8.contains(byte)
            for place in 0..<16 {
                var vector = Bytes16(repeating: 0x61)
                vector[place] = byte
                let others = Matches(notInNames: vector)
                #expect(others.areAny == !isMember, "byte \(byte) at \(place)")
                #expect(others.first == (isMember ? 16 : place), "byte \(byte) at \(place)")
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
                guard bytes.count >= 16 else { continue }
                let vector = span.vector(unchecked: 0)
                #expect(FoldedWord(vector, count: text.utf8.count) == word, "\(text)")
            }
        }
        let long = Array("seventeen-letters".utf8)
        let span = long.span
        let tooLong = FoldedWord(span, from: 0, count: 17)
        #expect(tooLong != FoldedWord("seventeen-letter"))
        #expect(FoldedWord("rport") != FoldedWord("rpor"))
    }
}
