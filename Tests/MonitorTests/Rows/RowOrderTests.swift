import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Monitor

/// The orders of the list of bindings are what sorting the table would give, whatever happened before.
struct RowOrderTests {
    /// Compares two bindings as a column sorts them: less than 0, 0 or more.
    static func naive(_ column: BindingColumn, _ a: BindingRow, _ b: BindingRow) -> Int {
        func texts(_ a: [UInt8], _ b: [UInt8]) -> Int {
            a == b ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
        }
        func numbers<Number: Comparable>(_ a: Number, _ b: Number) -> Int { a == b ? 0 : a < b ? -1 : 1 }
        let (x, y) = (a.binding, b.binding)
        return switch column {
        case .aor: 0
        case .contact: texts(x.texts.contact, y.texts.contact)
        case .agent: texts(x.texts.userAgent, y.texts.userAgent)
        case .callID: texts(x.texts.callID, y.texts.callID)
        case .source: numbers(Key(x.facts.path.source), Key(y.facts.path.source))
        case .transport: numbers(x.facts.path.transport.rawValue, y.facts.path.transport.rawValue)
        case .expires: numbers(x.facts.expiresAt, y.facts.expiresAt)
        case .state: numbers(a.state.rawValue, b.state.rawValue)
        case .tries: numbers(a.tries, b.tries)
        case .age: numbers(y.facts.createdAt, x.facts.createdAt)
        case .refreshed: numbers(x.facts.refreshedAt, y.facts.refreshedAt)
        case .granted: numbers(x.facts.granted, y.facts.granted)
        case .cseq: numbers(x.facts.cseq, y.facts.cseq)
        case .q: numbers(x.facts.q.map(Int.init) ?? -1, y.facts.q.map(Int.init) ?? -1)
        case .connection:
            numbers(x.facts.reachability.connection.rawValue, y.facts.reachability.connection.rawValue)
        case .ping:
            x.facts.reachability.ping == y.facts.reachability.ping
                ? numbers(x.facts.reachability.roundTrip, y.facts.reachability.roundTrip)
                : numbers(x.facts.reachability.ping.rawValue, y.facts.reachability.ping.rawValue)
        case .flow: numbers(x.facts.regID, y.facts.regID)
        case .hops: texts(x.texts.path, y.texts.path)
        case .peer: texts(x.texts.peer, y.texts.peer)
        case .badges: numbers(x.facts.badges.rawValue, y.facts.badges.rawValue)
        }
    }

    private struct Key: Comparable {
        let endpoint: Endpoint
        init(_ endpoint: Endpoint) { self.endpoint = endpoint }
        static func < (a: Key, b: Key) -> Bool {
            let (x, y) = (a.endpoint, b.endpoint)
            let one = (x.address.isIPv4 ? 0 : 1, x.address.high, x.address.low, x.port)
            return one < (y.address.isIPv4 ? 0 : 1, y.address.high, y.address.low, y.port)
        }
    }

    static func precedes(_ column: BindingColumn, _ a: BindingRow, _ b: BindingRow) -> Bool {
        let order = naive(column, a, b)
        if order != 0 { return order < 0 }
        if a.binding.texts.aor != b.binding.texts.aor {
            return a.binding.texts.aor.lexicographicallyPrecedes(b.binding.texts.aor)
        }
        return a.binding.facts.id < b.binding.facts.id
    }

    /// Random registrations, refreshes, moves, failures and ends, with pulls and sorting in pieces in between.
    static func play(
        _ random: inout SeededGenerator,
        _ driver: inout TableDriver,
        _ monitor: Monitor,
        steps: Int
    ) {
        var phones: [BindingID: TableDriver.Phone] = [:]
        var session = MonitorSession()
        for step in 0..<steps {
            driver.now = driver.now + .milliseconds(random.below(400))
            let known = driver.ids.isEmpty ? nil : driver.ids[random.below(driver.ids.count)]
            switch random.below(23) {
            case 0..<9:
                let phone = random.phone()
                if let id = driver.add(phone) { phones[id] = phone }
            case 9..<15:
                if let id = known, var phone = phones[id] {
                    if random.percent(50) { random.vary(&phone) } else { phone.cseq += 1 }
                    phones[id] = phone
                    driver.refresh(id, phone, cause: random.percent(20) ? .moved : .refreshed)
                }
            case 15: if let id = known { driver.remove(id, .evictedByOperator) }
            case 16: driver.expire()
            case 17:
                if let id = known, let phone = phones[id] {
                    var wire = Wire()
                    wire.user = String(phone.aor.prefix { $0 != "@" })
                    wire.callID = "fail-\(step)"
                    let at = driver.now.nanoseconds / 1_000_000
                    monitor.receive([wire.exchange(1, at: Int(at), .wrongPassword, credentials: true)])
                }
            case 18:
                // A window that is asked for begins its order; it is sorted while things go on.
                let column = BindingColumn.allCases[random.below(BindingColumn.allCases.count)]
                _ = monitor.window(BindingOrder(column: column), height: 5, for: &session, at: driver.now)
            case 19: monitor.advance(to: driver.now)
            default: if let id = known { driver.observe(id, random.observation(at: driver.now)) }
            }
            if random.percent(30) { _ = monitor.pull(limit: 1 + random.below(40), at: driver.now) }
        }
    }

    private static func limits() -> MonitorLimits {
        var limits = MonitorLimits()
        limits.slice = 40
        limits.orders = 20
        limits.orderIdle = .seconds(100_000)
        return limits
    }

    @Test(arguments: 1...6)
    func ordersAreWhatSortingGives(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var driver = TableDriver(seed: seed)
        let monitor = Monitor.watching(driver.table, limits: Self.limits())
        Self.play(&random, &driver, monitor, steps: 1_400)
        // What time alone changes is looked at each whole second.
        driver.now = Timestamp.zero + .seconds(Int(driver.now.second) + 1)
        driver.expire()
        monitor.settle(at: driver.now)
        try compare(driver, monitor, "seed \(seed)")
    }

    private func compare(_ driver: TableDriver, _ monitor: Monitor, _ comment: Comment) throws {
        let rows = driver.bindings.map { binding in
            let number = monitor.rows.number(of: binding.facts.id)
            return monitor.rows.shown(binding, number.map { monitor.rows.row($0) } ?? Row(), at: driver.now)
        }
        for column in BindingColumn.allCases {
            let expected = rows.sorted { Self.precedes(column, $0, $1) }.map(\.binding.facts.id)
            let rising = monitor.allIDs(BindingOrder(column: column), at: driver.now)
            #expect(rising == expected, "\(comment), \(column)")
            let falling = monitor.allIDs(BindingOrder(column: column, descending: true), at: driver.now)
            #expect(falling == expected.reversed(), "\(comment), \(column) descending")
        }
    }

    /// The state changes by the passing of time alone; the order by state follows.
    @Test func orderByStateFollowsTheClock() throws {
        var driver = TableDriver()
        for index in 0..<20 {
            var phone = TableDriver.Phone(aor: "u\(index)@example.test")
            phone.granted = UInt32(100 + index * 100)
            driver.add(phone)
        }
        let monitor = Monitor.watching(driver.table)
        let order = BindingOrder(column: .state)
        monitor.settle(at: driver.now)
        var session = MonitorSession()
        for second in stride(from: 0, through: 2_000, by: 7) {
            let now = Timestamp.zero + .seconds(second)
            monitor.settle(at: now)
            let (rows, _) = monitor.window(order, for: &session, at: now)
            let states = rows.map(\.state.rawValue)
            #expect(states == states.sorted(), "at \(second) s")
            let late = (0..<20).count { Double(second) >= Double(100 + $0 * 100) * 0.95 }
            #expect(rows.count { $0.state == .late } == late, "at \(second) s")
        }
    }

    /// Large enough for blocks to split and join.
    @Test func manyRowsComeAndGo() throws {
        var random = SeededGenerator(seed: 99)
        var driver = TableDriver(seed: 99)
        let monitor = Monitor.watching(driver.table)
        var session = MonitorSession()
        for index in 0..<3_000 {
            driver.now = driver.now + .milliseconds(1)
            var phone = random.phone()
            phone.aor = "u\(random.below(1_000_000))-\(index)@example.test"
            driver.add(phone)
            if index % 100 == 0 {
                _ = monitor.window(height: 10, for: &session, at: driver.now)
                monitor.settle(at: driver.now)
            }
        }
        for _ in 0..<2_500 {
            driver.remove(driver.ids[random.below(driver.ids.count)])
            if random.percent(10) { _ = monitor.pull(limit: 50, at: driver.now) }
        }
        monitor.settle(at: driver.now)
        let expected = driver.bindings.sorted { $0.texts.aor.lexicographicallyPrecedes($1.texts.aor) }
        #expect(monitor.allIDs(BindingOrder(), at: driver.now) == expected.map(\.facts.id))
    }

    /// Keys of which the first bytes are all the same are sorted by the next ones.
    @Test func longCommonPrefixesAreSortedDeeper() throws {
        var random = SeededGenerator(seed: 5)
        var driver = TableDriver(seed: 5)
        let prefix = String(repeating: "p", count: 40)
        for index in 0..<3_000 {
            driver.add(TableDriver.Phone(aor: "\(prefix)\(random.below(1_000_000))-\(index)@example.test"))
        }
        let monitor = Monitor.watching(driver.table)
        monitor.settle(at: driver.now)
        let expected = driver.bindings.sorted { $0.texts.aor.lexicographicallyPrecedes($1.texts.aor) }
        #expect(monitor.allIDs(BindingOrder(), at: driver.now) == expected.map(\.facts.id))
    }

    @Test func ordersThatNobodyAsksForGo() {
        var driver = TableDriver()
        driver.add(TableDriver.Phone(aor: "a@b"))
        var limits = MonitorLimits()
        limits.orders = 3
        let monitor = Monitor.watching(driver.table, limits: limits)
        var session = MonitorSession()
        for (second, column) in BindingColumn.allCases.enumerated() {
            _ = monitor.window(BindingOrder(column: column), for: &session, at: .zero + .seconds(second))
            #expect(monitor.rows.orders.count <= 3)
        }
        monitor.advance(to: .zero + .seconds(300))
        #expect(monitor.rows.orders.isEmpty)
    }
}
