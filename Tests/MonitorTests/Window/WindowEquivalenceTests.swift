import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Monitor

/// Whatever is asked for, however it is held, and whatever happens meanwhile: a window is the part of a sorted and
/// filtered copy of the whole table that it says it is.
struct WindowEquivalenceTests {
    private static func limits() -> MonitorLimits {
        var limits = MonitorLimits()
        limits.slice = 30
        limits.orders = 6
        limits.orderIdle = .seconds(100_000)
        return limits
    }

    /// A table, what watches it, and one console that asks.
    private struct Play {
        var random: SeededGenerator
        var driver: TableDriver
        let monitor: Monitor
        var session = MonitorSession(keepsEndedRows: false)
        let seed: UInt64

        init(seed: UInt64) {
            self.seed = seed
            random = SeededGenerator(seed: seed)
            driver = TableDriver(seed: seed)
            monitor = Monitor.watching(driver.table, limits: WindowEquivalenceTests.limits())
        }

        mutating func happen(_ steps: Int) {
            RowOrderTests.play(&random, &driver, monitor, steps: steps)
        }

        /// A whole second begins: what time alone changes is looked at then.
        mutating func beginSecond() {
            driver.now = Timestamp.zero + .seconds(Int(driver.now.second) + 1)
            if random.percent(60) { driver.expire() }
            monitor.settle(at: driver.now)
        }

        /// All rows as the monitor shows them, in no order.
        var rows: [BindingRow] {
            driver.bindings.map { binding in
                let number = monitor.rows.number(of: binding.facts.id)
                return monitor.rows.shown(
                    binding,
                    number.map { monitor.rows.row($0) } ?? Row(),
                    at: driver.now
                )
            }
        }

        /// A full scan and sort.
        func naive(_ order: BindingOrder, _ it: FilteredOrderTests.Case?) -> [BindingID] {
            let passing = rows.filter { it?.passes($0, driver.now) ?? true }
            let sorted = passing.sorted { RowOrderTests.precedes(order.column, $0, $1) }
            let ids = sorted.map(\.binding.facts.id)
            return order.descending ? ids.reversed() : ids
        }

        mutating func anchor(among ids: [BindingID], height: Int) -> WindowQuery.Anchor {
            switch random.below(6) {
            case 0: return .end
            case 1: return .rank(0)
            case 2: return .rank(ids.count + random.below(10))
            case 3: return .rank(random.below(ids.count + 1))
            default:
                guard !ids.isEmpty else { return .rank(0) }
                return .row(.binding(ids[random.below(ids.count)]), offset: random.below(height + 1))
            }
        }

        /// Where such a window begins.
        static func start(_ anchor: WindowQuery.Anchor, _ ids: [BindingID], height: Int) -> Int {
            let last = max(0, ids.count - height)
            let wished =
                switch anchor {
                case .rank(let rank): rank
                case .end: last
                case .row(.binding(let id), let offset):
                    ids.firstIndex(of: id).map { $0 - min(offset, height - 1) } ?? last - offset
                case .row: last
                }
            return max(0, min(wished, last))
        }
    }

    @Test(arguments: BindingColumn.allCases)
    func windowsAreWhatAFullScanGives(_ column: BindingColumn) throws {
        var play = Play(seed: 1_000 + UInt64(column.rawValue))
        play.happen(350)
        for round in 0..<8 {
            let it =
                round % 4 == 0
                ? nil : FilteredOrderTests.cases[play.random.below(FilteredOrderTests.cases.count)]
            let filter = try it.map { try Filter($0.text, for: .bindings) }
            let order = BindingOrder(column: column, descending: round % 2 == 1)
            try halfBuilt(&play, order, filter, it)
            play.beginSecond()
            _ = play.monitor.window(order, filter, for: &play.session, at: play.driver.now)
            play.monitor.settle(at: play.driver.now)
            let expected = play.naive(order, it)
            for _ in 0..<12 {
                let height = [1, 3, 20, 60][play.random.below(4)]
                let anchor = play.anchor(among: expected, height: height)
                let (rows, window) = play.monitor.window(
                    order,
                    filter,
                    anchor,
                    height: height,
                    for: &play.session,
                    at: play.driver.now
                )
                let start = Play.start(anchor, expected, height: height)
                let words: Comment =
                    "seed \(play.seed), round \(round), \(it?.text ?? "all"), \(anchor), \(height)"
                #expect(
                    rows.map(\.binding.facts.id) == Array(expected.dropFirst(start).prefix(height)),
                    words
                )
                #expect(window.rank == start && window.matched == expected.count, words)
                #expect(window.total == play.driver.ids.count && window.progress == 1, words)
            }
        }
    }

    /// While an order is being made and rows come, change and go, each answer is true as far as it goes: rows that
    /// exist and pass the filter, or did so seconds ago, none twice, and the progress never lies about being done.
    private func halfBuilt(
        _ play: inout Play,
        _ order: BindingOrder,
        _ filter: Filter?,
        _ it: FilteredOrderTests.Case?,
    ) throws {
        for _ in 0..<6 {
            while play.monitor.pull(limit: 1_000, at: play.driver.now) {}
            let (rows, window) = play.monitor.window(
                order,
                filter,
                height: 40,
                for: &play.session,
                at: play.driver.now
            )
            let ids = rows.map(\.binding.facts.id)
            #expect(Set(ids).count == ids.count)
            #expect(ids.allSatisfy { play.driver.table.facts($0) != nil })
            let now = play.driver.now
            let moments = (0...20).map { now - .seconds($0) }
            for row in rows {
                let passes = it.map { it in moments.contains { it.passes(row, $0) } } ?? true
                #expect(passes, "seed \(play.seed): \(row.binding.facts.id) and \(it?.text ?? "")")
            }
            #expect((0...1).contains(window.progress) && rows.count <= window.matched)
            let place = try #require(play.monitor.rows.find(filter, order.column))
            #expect((window.progress == 1) == play.monitor.rows.orders[place].isWhole)
            play.happen(12)
            if play.random.percent(50) { play.monitor.advance(to: play.driver.now) }
        }
    }

    /// Two consoles with different lists and one that changes its mind all the time: nobody's list is harmed.
    @Test(arguments: 1...4) func consolesDoNotDisturbEachOther(seed: UInt64) throws {
        var play = Play(seed: seed)
        play.happen(400)
        var sessions = [MonitorSession(keepsEndedRows: false), MonitorSession(keepsEndedRows: false)]
        let steady = BindingOrder(column: .agent)
        let zoiper = try #require(FilteredOrderTests.cases.first { $0.text == "ua:zoiper" })
        let filter = try Filter(zoiper.text, for: .bindings)
        for round in 0..<30 {
            _ = play.monitor.window(steady, filter, height: 9, for: &sessions[0], at: play.driver.now)
            let column = BindingColumn.allCases[play.random.below(BindingColumn.allCases.count)]
            let other = FilteredOrderTests.cases[play.random.below(FilteredOrderTests.cases.count)]
            let fickle = play.random.percent(50) ? try Filter(other.text, for: .bindings) : nil
            _ = play.monitor.window(
                BindingOrder(column: column),
                fickle,
                height: 9,
                for: &sessions[1],
                at: play.driver.now
            )
            play.happen(5)
            guard round % 5 == 4 else { continue }
            play.beginSecond()
            _ = play.monitor.window(steady, filter, height: 9, for: &sessions[0], at: play.driver.now)
            play.monitor.settle(at: play.driver.now)
            let (rows, _) = play.monitor.window(
                steady,
                filter,
                height: 400,
                for: &sessions[0],
                at: play.driver.now
            )
            #expect(
                rows.map(\.binding.facts.id) == play.naive(steady, zoiper),
                "seed \(seed), round \(round)"
            )
        }
    }
}
