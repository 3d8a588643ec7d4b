internal import BindingTable
import Monitor
import Support
import Testing
import Timing

@testable import Console

/// A cursor that sticks to rows while a list is scrolled and changes under it.
@Suite struct ListStateTests {
    private func row(_ number: UInt64) -> LogLine {
        LogLine(number: number, notice: .init(at: Timestamp(nanoseconds: 0), level: .info, text: ""))
    }

    private func answer(_ list: inout ListState<LogLine>, _ all: [UInt64], height: Int) {
        let query = WindowQuery(
            subject: .log(containing: "", level: .info),
            anchor: list.anchor,
            height: height
        )
        let last = max(0, all.count - height)
        let wished: Int =
            switch list.anchor {
            case .rank(let rank): rank
            case .end: last
            case .row(.line(let number), let offset): (all.firstIndex(of: number) ?? 0) - offset
            case .row: 0
            }
        let rank = max(0, min(wished, last))
        let rows = all.dropFirst(rank).prefix(height).map(row)
        let isShown = list.take(
            rows,
            of: Window(content: .log(rows), rank: rank, matched: all.count, total: all.count, at: .zero),
            for: query
        ) { _ in .gone }
        if !isShown { answer(&list, all, height: height) }
    }

    /// A cursor over all rows at once: what moves must come to.
    @Test(arguments: [1 as UInt64, 2, 3, 4, 5])
    func movesEqualTheModel(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let all = (1...57).map { UInt64($0) }
        for height in [1, 2, 7, 56, 57, 80] {
            var list = ListState<LogLine>()
            answer(&list, all, height: height)
            var cursor = 0
            for step in 0..<200 {
                let moves: [(ActionID, Int)] = [(.up, -1), (.down, 1), (.first, -1_000), (.last, 1_000)]
                let (id, delta) = moves[random.below(10) < 8 ? random.below(2) : 2 + random.below(2)]
                cursor = max(0, min(all.count - 1, cursor + delta))
                if list.move(id, height: height), random.below(3) > 0 { answer(&list, all, height: height) }
                if random.below(10) == 0 {
                    answer(&list, all, height: height)
                    #expect(list.cursorKey == all[cursor], "seed \(seed) height \(height) step \(step)")
                    #expect(list.entries.count <= height)
                }
            }
        }
    }

    /// Rows come and go at random: the cursor's row keeps its place while it lives.
    @Test(arguments: [11 as UInt64, 12, 13])
    func theRowUnderTheCursorKeepsItsPlace(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var all = (1...60).map { UInt64($0 * 1_000) }
        let height = 12
        var list = ListState<LogLine>()
        answer(&list, all, height: height)
        for _ in 0..<30 { if list.move(by: 1, height: height) { answer(&list, all, height: height) } }
        answer(&list, all, height: height)
        for step in 0..<300 {
            let (key, index) = (list.cursorKey, list.cursorIndex)
            let changed = random.below(all.count)
            if random.below(2) == 0 {
                all.remove(at: changed)
            } else {
                all.insert(all[changed] + UInt64(1 + random.below(100)), at: changed + 1)
            }
            all = Array(Set(all)).sorted()
            answer(&list, all, height: height)
            #expect(list.cursorKey == key, "seed \(seed) step \(step)")
            if list.cursorRank > 2 * height, list.cursorRank < all.count - 2 * height {
                #expect(list.cursorIndex == index, "seed \(seed) step \(step)")
            }
            if list.departedCount > 3 || all.count < 40 {
                while all.count < 60 { all.append((all.last ?? 0) + 1_000) }
                if list.move(by: 1, height: height) { answer(&list, all, height: height) }
                answer(&list, all, height: height)
            }
        }
    }
}
