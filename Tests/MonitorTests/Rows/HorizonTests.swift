import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Monitor

/// When bindings end, without sorting them.
struct HorizonTests {
    @Test(arguments: 1...6)
    func countsAreWhatCountingGives(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var rows = RowTable()
        var horizon = Horizon(startedAt: .zero)
        var ends: [UInt32: Timestamp] = [:]
        var now = Timestamp.zero
        for step in 0..<2_000 {
            now = now + .milliseconds(random.below(seed % 2 == 0 ? 200 : 60_000))
            horizon.advance(to: now, &rows)
            let end = now + .seconds(1 + random.below(seed % 3 == 0 ? 200_000 : 4_000))
            if random.percent(50) || ends.isEmpty {
                let number = rows.add(BindingID(partition: step % 256, generation: 0, slot: UInt32(step)))
                horizon.add(number, endingAt: end, &rows)
                ends[number] = end
            } else if let number = ends.keys.randomElement(using: &random) {
                horizon.remove(number, &rows)
                if random.percent(50) {
                    horizon.add(number, endingAt: end, &rows)
                    ends[number] = end
                } else {
                    ends[number] = nil
                    rows.remove(number)
                }
            }
            // What has run out leaves, a little later.
            for (number, end) in ends where end + .seconds(2) < now {
                horizon.remove(number, &rows)
                rows.remove(number)
                ends[number] = nil
            }
            guard step % 50 == 0 else { continue }
            for range in [0..<60, 0..<30, 30..<600] {
                let expected = ends.values.count { range.contains(Int($0.second - now.second)) }
                #expect(horizon.count(from: now, seconds: range) == expected, "seed \(seed), step \(step)")
            }
            let soonest = horizon.soonest(5, limit: 10_000, rows).compactMap { ends[$0]?.second }.sorted()
            // Beyond the buckets' reach the soonest aren't told apart.
            let expected = ends.values.map(\.second).filter { $0 < now.second + 25_000 }.sorted().prefix(5)
            #expect(soonest.prefix(expected.count) == expected, "seed \(seed), step \(step)")
        }
    }
}
