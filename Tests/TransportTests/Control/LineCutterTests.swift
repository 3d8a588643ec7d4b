import Support
import Testing

@testable import Transport

@Suite struct LineCutterTests {
    private func pieces(_ cutter: inout LineCutter) -> [LineCutter.Piece] {
        var found: [LineCutter.Piece] = []
        while let piece = cutter.next() {
            found.append(piece)
            if piece == .tooLong { break }
        }
        return found
    }

    @Test func linesAreTheSameHoweverTheBytesCome() {
        let text = "one\n\ntwo\r\n\r\nthree\nrest"
        for seed in 0..<200 {
            var random = SeededGenerator(seed: UInt64(seed))
            var cutter = LineCutter(limit: 10)
            var found: [LineCutter.Piece] = []
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let part = bytes.prefix(Int.random(in: 1...5, using: &random))
                bytes.removeFirst(part.count)
                cutter.append(part)
                found += pieces(&cutter)
            }
            #expect(
                found == ["one", "two\r", "three"].map { .line(Array($0.utf8)) },
                "seed \(seed)"
            )
            #expect(cutter.count == 4)
        }
    }

    @Test(arguments: [(10, true), (11, false)])
    func aLineHasAtMostSoManyBytes(length: Int, fits: Bool) {
        var ended = LineCutter(limit: 10)
        ended.append(Array(repeating: 0x61, count: length) + [0x0a])
        #expect((ended.next() == .tooLong) == !fits)
        // Its end need not have come.
        var open = LineCutter(limit: 10)
        open.append(Array(repeating: 0x61, count: length))
        #expect(open.next() == (fits ? nil : .tooLong))
    }

    @Test func linesBehindOneAnotherAreFoundInLinearTime() {
        var cutter = LineCutter(limit: 1 << 20)
        cutter.append((0..<100_000).flatMap { _ in Array("{}\n".utf8) })
        var count = 0
        while cutter.next() != nil { count += 1 }
        #expect(count == 100_000 && cutter.count == 0)
    }
}
