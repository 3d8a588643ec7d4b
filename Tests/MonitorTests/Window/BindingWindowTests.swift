import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Monitor

/// What a console sees of the list of bindings: anchors, ended rows, states, and what it costs.
struct BindingWindowTests {
    private func driver(_ count: Int) -> TableDriver {
        var driver = TableDriver()
        for index in 0..<count { driver.add(TableDriver.Phone(aor: "u\(1_000_000 + index)@example.test")) }
        return driver
    }

    private func names(_ rows: [BindingRow]) -> [String] {
        rows.map { row in
            let name = String(decoding: row.binding.texts.aor, as: UTF8.self).prefix { $0 != "@" }.dropFirst(
                5
            )
            return (row.state == .gone ? "-" : "") + name
        }
    }

    @Test func anchorsHoldTheWindow() {
        let driver = driver(100)
        let monitor = Monitor.watching(driver.table)
        monitor.settle(at: .zero)
        var session = MonitorSession()
        func window(_ anchor: WindowQuery.Anchor, descending: Bool = false) -> [String] {
            let order = BindingOrder(column: .aor, descending: descending)
            return names(monitor.window(order, nil, anchor, height: 3, for: &session, at: .zero).rows)
        }
        #expect(window(.rank(10)) == ["010", "011", "012"])
        #expect(window(.end) == ["097", "098", "099"])
        #expect(window(.rank(1_000)) == ["097", "098", "099"])
        #expect(window(.row(.binding(driver.ids[50]), offset: 1)) == ["049", "050", "051"])
        #expect(window(.row(.binding(driver.ids[0]), offset: 2)) == ["000", "001", "002"])
        #expect(window(.row(.binding(driver.ids[99]), offset: 0)) == ["097", "098", "099"])
        #expect(window(.rank(0), descending: true) == ["099", "098", "097"])
        #expect(window(.row(.binding(driver.ids[50]), offset: 1), descending: true) == ["051", "050", "049"])
        let unknown = BindingID(partition: 1, generation: 77, slot: 9)
        #expect(window(.row(.binding(unknown), offset: 0)).count == 3)
    }

    @Test func endedRowsStayUntilTheQueryMoves() {
        var driver = driver(20)
        let ids = driver.ids
        let monitor = Monitor.watching(driver.table)
        monitor.settle(at: .zero)
        var session = MonitorSession()
        func window(_ anchor: WindowQuery.Anchor) -> [String] {
            names(monitor.window(BindingOrder(), nil, anchor, height: 5, for: &session, at: .zero).rows)
        }
        let selected = WindowQuery.Anchor.row(.binding(ids[10]), offset: 2)
        #expect(window(selected) == ["008", "009", "010", "011", "012"])
        driver.remove(ids[9], .expired)
        driver.remove(ids[12])
        // Before and after the news is taken, the same picture.
        #expect(window(selected) == ["008", "-009", "010", "011", "-012"])
        monitor.settle(at: .zero)
        #expect(window(selected) == ["008", "-009", "010", "011", "-012"])
        // The selected row itself ends: it stays where the cursor is.
        driver.remove(ids[10], .evictedByOperator)
        monitor.settle(at: .zero)
        #expect(window(selected) == ["008", "-009", "-010", "011", "-012"])
        let kept = monitor.window(BindingOrder(), nil, selected, height: 5, for: &session, at: .zero).rows
        #expect(kept[2].binding.gone?.cause == .evictedByOperator)
        // The cursor moves to the next row: the ended ones go.
        #expect(window(.row(.binding(ids[11]), offset: 3)) == ["006", "007", "008", "011", "013"])
    }

    @Test func endedRowsAreLeftToAConsoleThatKeepsThemItself() {
        var driver = driver(20)
        let monitor = Monitor.watching(driver.table)
        monitor.settle(at: .zero)
        var session = MonitorSession(keepsEndedRows: false)
        func window() -> [String] {
            let anchor = WindowQuery.Anchor.row(.binding(driver.ids[10]), offset: 2)
            return names(
                monitor.window(BindingOrder(), nil, anchor, height: 5, for: &session, at: .zero).rows
            )
        }
        #expect(window() == ["008", "009", "010", "011", "012"])
        let tenth = driver.ids[10]
        driver.remove(driver.ids[9])
        #expect(driver.ids[9] == tenth)
        monitor.settle(at: .zero)
        let anchor = WindowQuery.Anchor.row(.binding(tenth), offset: 2)
        let rows = monitor.window(BindingOrder(), nil, anchor, height: 5, for: &session, at: .zero).rows
        #expect(names(rows) == ["007", "008", "010", "011", "012"])
    }

    @Test func lookingAtABindingLeavesTheListAsItIs() {
        var driver = driver(10)
        let monitor = Monitor.watching(driver.table)
        monitor.settle(at: .zero)
        var session = MonitorSession()
        _ = monitor.window(height: 4, for: &session, at: .zero)
        driver.remove(driver.ids[1])
        monitor.settle(at: .zero)
        let page = WindowQuery(subject: .binding(driver.ids[0]), height: 1)
        _ = monitor.answer(page, for: &session, at: .zero)
        #expect(
            names(monitor.window(height: 4, for: &session, at: .zero).rows) == ["000", "-001", "002", "003"]
        )
        _ = monitor.answer(WindowQuery(subject: .overview, height: 1), for: &session, at: .zero)
        #expect(
            names(monitor.window(height: 4, for: &session, at: .zero).rows) == ["000", "002", "003", "004"]
        )
    }

    @Test func newRowsDoNotMoveTheSelection() {
        var driver = driver(20)
        let monitor = Monitor.watching(driver.table)
        monitor.settle(at: .zero)
        var session = MonitorSession()
        let selected = WindowQuery.Anchor.row(.binding(driver.ids[10]), offset: 2)
        _ = monitor.window(BindingOrder(), nil, selected, height: 5, for: &session, at: .zero)
        for index in 0..<50 { driver.add(TableDriver.Phone(aor: "a\(index)@example.test")) }
        monitor.settle(at: .zero)
        let (rows, window) = monitor.window(
            BindingOrder(),
            nil,
            selected,
            height: 5,
            for: &session,
            at: .zero
        )
        #expect(names(rows) == ["008", "009", "010", "011", "012"])
        #expect(window.rank == 58)
        #expect(window.matched == 70)
        #expect(window.total == 70)
    }

    @Test func freshRowsAreMarkedForASecond() {
        var driver = TableDriver()
        driver.now = .zero + .seconds(10)
        driver.add(TableDriver.Phone(aor: "a@b"))
        let monitor = Monitor.watching(driver.table)
        monitor.settle(at: driver.now)
        var session = MonitorSession()
        func isFresh(_ milliseconds: Int) -> Bool? {
            monitor.window(for: &session, at: .zero + .milliseconds(milliseconds)).rows.first?.isFresh
        }
        #expect(isFresh(10_500) == true)
        #expect(isFresh(11_000) == false)
    }

    /// A key press reads at most four window heights of rows, however many there are.
    @Test func keyPressesReadFewRows() throws {
        let driver = driver(100_000)
        let monitor = Monitor.watching(driver.table)
        monitor.settle(at: .zero)
        var session = MonitorSession()
        let height = 36
        _ = monitor.window(height: height, for: &session, at: .zero)
        monitor.settle(at: .zero)
        var random = SeededGenerator(seed: 3)
        for press in 0..<200 {
            let before = monitor.rowsRead
            let id = driver.ids[random.below(driver.ids.count)]
            let anchor: WindowQuery.Anchor =
                [.rank(random.below(100_000)), .end, .row(.binding(id), offset: random.below(height))][
                    press % 3
                ]
            let rows = monitor.window(BindingOrder(), nil, anchor, height: height, for: &session, at: .zero)
                .rows
            #expect(rows.count == height)
            #expect(monitor.rowsRead - before <= 4 * height)
        }
    }

    @Test func pageOfABindingHasItsSiblingsGapsAndLastRequest() throws {
        var driver = TableDriver()
        let phone = TableDriver.Phone(aor: "9001@example.test", callID: "call-1@phone")
        let added = driver.add(phone)
        let id = try #require(added)
        driver.now = .zero + .seconds(1)
        driver.add(TableDriver.Phone(aor: "9001@example.test", contact: "sip:other@192.0.2.9", callID: "x"))
        let monitor = Monitor.watching(driver.table)
        let wire = Wire()
        for (index, second) in [0, 48, 97, 145].enumerated() {
            monitor.receive([
                wire.exchange(2 * index + 1, at: second * 1_000, .challenge),
                wire.exchange(2 * index + 2, at: second * 1_000 + 2, credentials: true),
            ])
        }
        let now = Timestamp.zero + .seconds(150)
        monitor.settle(at: now)
        guard
            case .binding(let detail) = monitor.answer(WindowQuery(subject: .binding(id), height: 1), at: now)
                .content
        else {
            Issue.record("no page")
            return
        }
        #expect(detail.row.binding.facts.id == id)
        #expect(detail.siblings.count == 1)
        #expect(detail.position == 1)
        #expect(detail.gaps == [48, 49, 48])
        #expect(detail.attempts.count == 4)
        #expect(detail.attempts.first?.startedAt == .zero + .seconds(145))
        #expect(detail.lastRequest == wire.request(8, credentials: true))
        driver.remove(id)
        monitor.settle(at: now)
        guard
            case .binding(let gone) = monitor.answer(WindowQuery(subject: .binding(id), height: 1), at: now)
                .content
        else {
            Issue.record("an ended binding still has its page")
            return
        }
        #expect(gone.row.state == .gone)
        let unknown = BindingID(partition: 3, generation: 9, slot: 1)
        guard
            case .missing = monitor.answer(WindowQuery(subject: .binding(unknown), height: 1), at: now)
                .content
        else {
            Issue.record("an unknown binding is missing")
            return
        }
    }
}
