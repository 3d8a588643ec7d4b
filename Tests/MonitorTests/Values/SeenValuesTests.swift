import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Monitor

/// The values that completion offers.
struct SeenValuesTests {
    private func bindings(_ count: Int = 500) -> (TableDriver, Monitor) {
        var driver = TableDriver()
        for index in 0..<count {
            var phone = TableDriver.Phone(aor: "\(4_000 + index)@\(index % 10 == 0 ? "b" : "a").test")
            phone.agent = index % 5 == 0 ? "Yealink T46" : index % 7 == 0 ? "" : "Zoiper \"5\""
            phone.source.address = IPAddress(ipv4: 0x0a00_0000 + UInt32(index % 30))
            driver.add(phone)
        }
        let monitor = Monitor.watching(driver.table)
        monitor.settle(at: .zero)
        return (driver, monitor)
    }

    private func texts(
        _ monitor: Monitor,
        _ field: String,
        _ prefix: String,
        _ subject: Filter.Subject = .bindings
    )
        -> [String]
    {
        monitor.values(ValuesQuery(subject: subject, field: field, prefix: prefix), at: .zero).map(\.text)
    }

    @Test func theCommonestAgentComesFirst() {
        let (_, monitor) = bindings()
        #expect(texts(monitor, "ua", "") == ["Zoiper \"5\"", "Yealink T46"])
        #expect(texts(monitor, "ua", "yea") == ["Yealink T46"])
        // What stands within is offered too.
        #expect(texts(monitor, "ua", "t46") == ["Yealink T46"])
        #expect(texts(monitor, "ua", "snom").isEmpty)
    }

    @Test func addressesOfRecordAreFoundByTheirBeginning() {
        let (_, monitor) = bindings()
        var session = MonitorSession()
        _ = monitor.window(for: &session, at: .zero)
        monitor.settle(at: .zero)
        #expect(texts(monitor, "aor", "44170") == [])
        #expect(texts(monitor, "aor", "4417") == ["4417@a.test"])
        #expect(texts(monitor, "user", "441").count == 10)
        #expect(texts(monitor, "domain", "") == ["a.test", "b.test"])
    }

    @Test func sourcesAndPorts() {
        let (_, monitor) = bindings()
        #expect(texts(monitor, "ip", "").count == ValuesQuery.most)
        #expect(texts(monitor, "ip", "10.0.0.29") == ["10.0.0.29"])
        #expect(texts(monitor, "port", "") == ["5060"])
    }

    /// However many rows there are, an answer reads a part of them.
    @Test func anAnswerReadsASliceOfALongTable() {
        let (_, monitor) = bindings(20_000)
        let before = monitor.rowsRead
        #expect(texts(monitor, "contact", "") == ["sip:phone@192.0.2.1"])
        let read = monitor.rowsRead - before
        #expect((ValueCount.mostRows / 2...2 * ValueCount.mostRows).contains(read), "\(read)")
    }

    @Test func noValuesOfTimesWordsOrOthersFields() {
        let (_, monitor) = bindings(10)
        for field in ["exp", "st", "rtt", "at", "result", "nonsense", "raw", ""] {
            #expect(texts(monitor, field, "").isEmpty, "\(field)")
        }
        #expect(texts(monitor, "raw", "", .attempts).isEmpty)
    }

    @Test func attemptsLinesAndSecurity() {
        let monitor = Monitor.watchingNothing()
        for index in 0..<30 {
            var wire = Wire()
            wire.callID = "c\(index)@phone"
            wire.user = "\(9_000 + index % 3)"
            wire.agent = index % 4 == 0 ? "evil\u{1b}[2J" : "Zoiper"
            monitor.receive([wire.exchange(1, at: index * 10, .wrongPassword, credentials: true)])
        }
        #expect(texts(monitor, "ua", "", .attempts) == ["Zoiper", "evil\u{1b}[2J"])
        #expect(texts(monitor, "code", "", .attempts) == ["401"])
        #expect(texts(monitor, "reason", "", .attempts).first?.contains("password") == true)
        #expect(texts(monitor, "ip", "", .security) == ["198.51.100.23"])
        let by = OperatorIdentity(user: "kl", from: "local", terminal: "")
        let record = AuditRecord(
            at: LineFilterTests.wall,
            by: by,
            action: "evict",
            object: "x@y",
            result: "",
            reason: ""
        )
        monitor.receive(.audit(record), at: .zero)
        #expect(texts(monitor, "what", "e", .audit) == ["evict"])
    }

    /// Bytes that are no text end a value: what is left of it still finds the row.
    @Test(arguments: [([0x41, 0x00, 0x42], "A\u{0}B"), ([0x41, 0x42, 0xff, 0x43], "AB")])
    func whatIsNoTextIsCutAndFound(bytes: [UInt8], text: String) throws {
        var driver = TableDriver()
        var phone = TableDriver.Phone(aor: "a@b")
        phone.agentBytes = bytes
        driver.add(phone)
        let monitor = Monitor.watching(driver.table)
        monitor.settle(at: .zero)
        let value = try #require(texts(monitor, "ua", "").first)
        #expect(value == text)
        let filter = try Filter("ua:\(Filter.quoted(value))", for: .bindings)
        var session = MonitorSession()
        #expect(monitor.window(BindingOrder(), filter, for: &session, at: .zero).window.matched == 1)
    }
}
