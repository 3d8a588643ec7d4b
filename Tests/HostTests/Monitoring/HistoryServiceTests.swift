import BindingTable
import ConsoleLink
import Monitor
import Storage
import Testing
import Timing
import Transport

@testable import Host

/// What a console is told of the past by the wired service.
@Suite("History and time machine over the link")
struct HistoryServiceTests {
    private let folder = ScratchFolder()
    private let begin = SystemClock.read().wall + .seconds(-1_000)

    /// alice lives from 0 to 300, bob from 100 on.
    private func journal() throws -> JournalFile {
        let file = try JournalFile("\(folder.path)/journal.db", at: begin)
        let alice = try #require(file.register("alice", expires: 400))
        file.pass(seconds: 100)
        _ = file.register("bob", expires: 3_600)
        file.pass(seconds: 200)
        file.remove(alice, of: "alice", .unregistered)
        return file
    }

    private func service(_ file: JournalFile?) throws -> RegistrarService {
        var settings = Settings()
        settings.listen = ["udp:127.0.0.1:0"]
        settings.open = true
        settings.store.isOn = false
        let service = try RegistrarService(
            settings: settings,
            audit: AuditLog(path: "\(folder.path)/audit.log"),
            log: { _ in }
        )
        if let file { service.monitor.onHistory(HistoryService(HistoryReader(path: file.path))) }
        return service
    }

    /// A console that keeps what it is told.
    private final class Ear: Sendable {
        let heard = Awaited<LinkUpdate>()
        let id: Int

        init(_ id: Int, at service: RegistrarService, readOnlyBecause: String? = nil) {
            self.id = id
            let you = OperatorIdentity(user: "kl", from: "local", terminal: "-")
            let heard = heard
            service.monitor.attach(
                MonitorService.Console(id: id, welcome: Welcome(you, readOnlyBecause: readOnlyBecause)) {
                    heard.add($0)
                }
            )
        }

        func page(_ serial: UInt64) -> HistoryPage? {
            let found = heard.first { if case .history(_, serial) = $0 { true } else { false } }
            return if case .history(let page, _)? = found { page } else { nil }
        }

        func replay(_ serial: UInt64) -> ReplayReport? {
            let found = heard.first { if case .replay(_, serial) = $0 { true } else { false } }
            return if case .replay(let report, _)? = found { report } else { nil }
        }

        func users(_ serial: UInt64) -> [String]? {
            let found = heard.first { if case .window(_, serial) = $0 { true } else { false } }
            guard case .window(let window, _)? = found, case .bindings(let rows) = window.content else {
                return nil
            }
            return rows.map { String(decoding: $0.binding.texts.aor.prefix { $0 != 0x40 }, as: UTF8.self) }
        }

        func refusal(_ serial: UInt64) -> String? {
            let found = heard.first { if case .outcome(_, serial) = $0 { true } else { false } }
            return if case .outcome(let outcome, _)? = found { outcome.refusal } else { nil }
        }
    }

    private let all = WindowQuery(subject: .bindings(filter: nil, order: BindingOrder()), height: 9)

    @Test("The journal answers any console, one that may only look too")
    func history() throws {
        let service = try service(journal())
        defer { service.stop() }
        let ear = Ear(1, at: service, readOnlyBecause: "not listed")
        service.monitor.submit(.history(HistoryQuery(aor: Array("alice@sip.test".utf8)), serial: 5), from: 1)
        #expect(ear.page(5)?.entries.map(\.cause) == [.unregistered, .registered])
        #expect(ear.page(5)?.oldest == begin)
    }

    @Test(
        "Queries are answered from the moment, acts refused, until the present is wanted; others see the present"
    )
    func replay() throws {
        let service = try service(journal())
        defer { service.stop() }
        let (ear, other) = (Ear(1, at: service), Ear(2, at: service))
        let monitor = service.monitor
        monitor.submit(.replay(at: begin + .seconds(200), serial: 1), from: 1)
        #expect(ear.replay(1) == ReplayReport(at: begin + .seconds(200), oldest: begin))
        monitor.submit(.query(all, serial: 2), from: 1)
        #expect(ear.users(2) == ["alice", "bob"])
        monitor.submit(.query(all, serial: 3), from: 2)
        #expect(other.users(3) == [])
        let command = OperatorCommand(
            verb: .drain(true, for: nil),
            reason: "",
            by: OperatorIdentity(user: "kl", from: "local", terminal: "-")
        )
        monitor.submit(.perform(command, serial: 4), from: 1)
        #expect(ear.refusal(4)?.contains("looks at the past") == true)
        monitor.submit(.replay(at: begin + .seconds(50), serial: 5), from: 1)
        #expect(ear.replay(5)?.at == begin + .seconds(50))
        monitor.submit(.query(all, serial: 6), from: 1)
        #expect(ear.users(6) == ["alice"])
        monitor.submit(.replay(at: nil, serial: 7), from: 1)
        #expect(ear.replay(7) == ReplayReport())
        monitor.submit(.query(all, serial: 8), from: 1)
        #expect(ear.users(8) == [])
    }

    @Test("A moment before the journal is refused with how far it goes, and what is shown stays")
    func tooEarly() throws {
        let service = try service(journal())
        defer { service.stop() }
        let ear = Ear(1, at: service)
        service.monitor.submit(.replay(at: begin + .seconds(150), serial: 1), from: 1)
        #expect(ear.replay(1)?.refusal == nil)
        service.monitor.submit(.replay(at: begin + .seconds(-1), serial: 2), from: 1)
        let report = ear.replay(2)
        #expect(report?.refusal == "the journal does not go back so far" && report?.oldest == begin)
        service.monitor.submit(.query(all, serial: 3), from: 1)
        #expect(ear.users(3) == ["alice", "bob"])
    }

    @Test("Without a store there is no history, and a file that can't be read is named")
    func none() throws {
        let service = try service(nil)
        defer { service.stop() }
        let ear = Ear(1, at: service)
        service.monitor.submit(.history(HistoryQuery(), serial: 1), from: 1)
        #expect(ear.page(1)?.refusal?.contains("no store") == true)
        service.monitor.submit(.replay(at: begin, serial: 2), from: 1)
        #expect(ear.replay(2)?.refusal?.contains("no store") == true)
        let missing = "\(folder.path)/missing.db"
        service.monitor.onHistory(HistoryService(HistoryReader(path: missing)))
        service.monitor.submit(.history(HistoryQuery(), serial: 3), from: 1)
        #expect(ear.page(3)?.refusal?.contains(missing) == true)
        service.monitor.submit(.replay(at: begin, serial: 4), from: 1)
        #expect(ear.replay(4)?.refusal?.contains(missing) == true)
    }

    @Test("A moment that was given up before it was there is answered all the same")
    func givenUp() throws {
        let service = try service(journal())
        defer { service.stop() }
        let ear = Ear(1, at: service)
        for round in 0..<8 {
            let serial = UInt64(round * 2 + 1)
            service.monitor.submit(.replay(at: begin + .seconds(200), serial: serial), from: 1)
            service.monitor.submit(.replay(at: nil, serial: serial + 1), from: 1)
        }
        for serial in 1...16 { #expect(ear.replay(UInt64(serial)) != nil, "request \(serial)") }
    }
}
