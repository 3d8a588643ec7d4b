import Support
import Testing

@testable import SIPMessage

@Suite("Searches eight bytes at a time")
struct ByteSearchTests {
    @Test("Each search finds what a search byte by byte finds")
    func agreesWithPlainSearch() {
        var random = SeededGenerator(seed: 0x5eed)
        let alphabet: [UInt8] = [
            0, 1, 9, 10, 11, 13, 14, 32, 34, 44, 58, 64, 65, 92, 97, 122, 127, 128, 140, 255,
        ]
        for round in 0..<4000 {
            let bytes = (0..<random.below(40)).map { _ in
                random.pick(round % 2 == 0 ? alphabet : [97, 98, 13])
            }
            let start = random.below(bytes.count + 1)
            let end = start + random.below(bytes.count - start + 1)
            let part = start..<end
            let wanted = random.pick(alphabet)
            let span = bytes.span
            let lineBreak = span.firstLineBreak(from: start, to: end)
            let byte = span.first(wanted, from: start, to: end)
            let quote = span.firstQuoteOrBackslash(from: start, to: end)
            let outside = span.firstOutside(.token, from: start, to: end)
            #expect(lineBreak == part.first { bytes[$0] == 10 || bytes[$0] == 13 } ?? end, "\(bytes) \(part)")
            #expect(byte == part.first { bytes[$0] == wanted } ?? end, "\(bytes) \(part)")
            #expect(quote == part.first { bytes[$0] == 34 || bytes[$0] == 92 } ?? end, "\(bytes) \(part)")
            #expect(outside == part.first { !ByteSet.token.contains(bytes[$0]) } ?? end, "\(bytes) \(part)")
        }
    }

    @Test("White space is space, tab and the bytes of a fold")
    func space() {
        #expect((UInt8.min...UInt8.max).filter(\.isSpace) == [9, 10, 13, 32])
    }
}
