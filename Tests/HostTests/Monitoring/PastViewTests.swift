import BindingTable
import ConsoleLink
import Monitor
import SIPMessage
import Storage
import Testing
import Timing

@testable import Host

@Suite("A moment of the past")
struct PastViewTests {
    private let moment = WallTime(secondsSince1970: 1_795_608_271)

    private func remembered(_ user: String, until: Int?, transport: TransportKind = .udp) -> RememberedBinding
    {
        let life = LifeRecord(
            id: BindingID(rawValue: 7),
            aor: Array("\(user)@sip.test".utf8),
            contact: Array("sip:\(user)@192.0.2.7".utf8),
            userAgent: Array("Phone 1".utf8),
            source: Endpoint(address: IPAddress(ipv4: 0xc000_0207), port: 5_060),
            transport: transport,
            createdAt: moment + .seconds(-40 * 86_400),
            refreshedAt: moment + .seconds(-10),
            expiresAt: moment + .seconds(until ?? 0),
            refreshes: 5,
            usualGap: 48_000,
            gapDeviation: 1_000
        )
        return RememberedBinding(life: life, isEndKnown: until != nil)
    }

    private func rows(_ view: PastView, _ column: BindingColumn = .aor) -> Window {
        view.answer(
            WindowQuery(
                subject: .bindings(filter: nil, order: BindingOrder(column: column)),
                height: 10
            )
        )
    }

    @Test("Has the bindings with what is known of them, and stands still")
    func bindings() throws {
        let view = try PastView(at: moment) { table in
            table.add(remembered("bob", until: nil))
            table.add(remembered("alice", until: 50, transport: .tls))
        }
        #expect(view.advance() == false)
        let window = rows(view)
        guard case .bindings(let rows) = window.content else {
            Issue.record("\(window.content)")
            return
        }
        #expect(
            rows.map { String(decoding: $0.binding.texts.aor, as: UTF8.self) } == [
                "alice@sip.test", "bob@sip.test",
            ]
        )
        let (alice, bob) = (rows[0].binding, rows[1].binding)
        #expect(alice.facts.expiresAt - window.at == .seconds(50) && alice.facts.granted == 60)
        #expect(window.at - alice.facts.createdAt == .seconds(40 * 86_400), "older than any machine is up")
        #expect(alice.texts.userAgent == Array("Phone 1".utf8) && rows[0].state == .ok)
        #expect(bob.facts.expiresAt == .distantFuture && bob.facts.granted == 0)
        #expect(self.rows(view).at == window.at)
        guard case .bindings(let soonest) = self.rows(view, .expires).content else { return }
        #expect(soonest.map(\.binding.facts.id) == [alice.facts.id, bob.facts.id])
    }

    @Test("The other windows are there and empty, and a strange id is missing")
    func others() throws {
        let view = try PastView(at: moment) { $0.add(remembered("alice", until: 50)) }
        guard case .overview(let numbers) = view.answer(WindowQuery(subject: .overview, height: 1)).content
        else {
            Issue.record("no overview")
            return
        }
        #expect(numbers.bindings == 1)
        let window = view.answer(WindowQuery(subject: .binding(BindingID(rawValue: 1 << 40)), height: 1))
        guard case .missing = window.content else {
            Issue.record("\(window.content)")
            return
        }
    }

    @Test("Texts of any length and an address of record of any bytes do not trap")
    func hostile() throws {
        var long = remembered("alice", until: 50)
        long.life.contact = Array(repeating: 0x61, count: 70_000)
        long.life.userAgent = Array(repeating: 0x62, count: 70_000)
        var odd = remembered("bob", until: 50)
        odd.life.aor = Array(repeating: 0xff, count: 70_000)
        odd.life.createdAt = WallTime(nanoseconds: .min)
        var end = remembered("carol", until: 50)
        end.life.expiresAt = WallTime(nanoseconds: .max)
        let view = try PastView(at: moment) { table in
            for binding in [long, odd, end] { table.add(binding) }
        }
        #expect(rows(view).total == 2, "an address of record that no table takes is left out")
    }

    @Test("One moment for each console, few consoles, and who has left waits for none")
    func bounded() throws {
        var views = PastViews()
        let view = try PastView(at: moment) { _ in }
        func finish(_ console: Int, _ serial: UInt64, _ view: PastView?) -> Bool {
            views.finish(BuiltPast(console: console, serial: serial, view: view, report: ReplayReport()))
        }
        #expect(views.begin(1, serial: 4) == nil)
        #expect(views.begin(1, serial: 5) != nil, "while one is built")
        #expect(!finish(1, 3, view), "nobody waits for that")
        #expect(finish(1, 4, view) && views[1] != nil)
        #expect(
            views.begin(1, serial: 6) == nil && views[1] != nil,
            "the old one stays until the new one is there"
        )
        #expect(finish(1, 6, nil) && views[1] != nil, "and where there is no new one")
        for console in 2...PastViews.most { #expect(views.begin(console, serial: 1) == nil) }
        #expect(views.begin(99, serial: 1)?.contains("consoles look at the past already") == true)
        views.leave(2)
        #expect(!finish(2, 1, view) && views[2] == nil)
        #expect(views.begin(99, serial: 1) == nil)
        views.leave(1)
        #expect(views[1] == nil)
    }
}
