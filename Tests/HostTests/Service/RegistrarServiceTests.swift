import BindingTable
import ConsoleLink
import Foundation
import Monitor
import Registrar
import SIPMessage
import Support
import Synchronization
import Testing
import Timing
import Transport

@testable import Host

@Suite("The wired registrar")
struct RegistrarServiceTests {
    private let folder = ScratchFolder()

    private func settings(password: String = "secret", open: Bool = false) throws -> Settings {
        var settings = Settings()
        settings.listen = ["udp:127.0.0.1:0"]
        settings.open = open
        settings.accounts = "\(folder.path)/accounts.txt"
        try AccountsEdit(path: "\(folder.path)/accounts.txt").add(
            AccountName("alice@sip.test"),
            password: password
        )
        return settings
    }

    private func service(_ settings: Settings, log: @escaping @Sendable (MonitorEvent) -> Void = { _ in })
        throws
        -> RegistrarService
    {
        try RegistrarService(settings: settings, audit: AuditLog(path: "\(folder.path)/audit.log"), log: log)
    }

    private func endpoint(_ service: RegistrarService) throws -> Endpoint {
        try #require(service.listeners.first?.endpoint)
    }

    @Test("A phone registers over a real socket, a wrong password is refused")
    func registers() throws {
        let service = try service(settings())
        defer { service.stop() }
        let phone = try #require(LoopbackPhone("alice", registrar: endpoint(service)))
        #expect(try phone.register(password: "secret") == "SIP/2.0 200 OK")
        #expect(try phone.register(password: "wrong").hasPrefix("SIP/2.0 401"))
        #expect(service.state.table.bindingCount == 1)
    }

    @Test("A guesser is blocked by the policy as an operator would block it: audit line, list, 403")
    func autoBlock() throws {
        let events = Awaited<String>()
        var settings = try settings()
        settings.security.autoBlock = true
        let service = try service(settings) { event in
            switch event {
            case .audit(let record):
                events.add("\(record.action) \(record.object) by \(record.by.short): \(record.reason)")
            case .notice(let notice): events.add(notice.text)
            default: break
            }
        }
        defer { service.stop() }
        let phone = try #require(LoopbackPhone("alice", registrar: endpoint(service)))
        for _ in 0..<19 { _ = try phone.register(password: "wrong") }
        #expect(service.state.policy.current.blocks.isEmpty)
        for _ in 0..<5 { _ = try phone.register(password: "wrong") }
        let line = events.first { $0.hasPrefix("block ") }
        #expect(line?.contains("127.0.0.1") == true)
        #expect(line?.contains(" by policy@regtop: guessing: 2") == true)
        #expect(events.first { $0.hasPrefix("login failed: PASSWD from 127.0.0.1 port ") } != nil)
        #expect(events.first { $0.hasPrefix("looks like guessing: 127.0.0.1: ") } != nil)
        // The audit line comes before the act, this one after it.
        #expect(events.first { $0.hasPrefix("127.0.0.1 is blocked by policy: guessing") } != nil)
        #expect(try phone.register(password: "secret").hasPrefix("SIP/2.0 403"))
    }

    @Test("What is allowed is never blocked, and what is no network keeps the program from starting")
    func autoBlockAllows() throws {
        var settings = try settings()
        settings.security.autoBlock = true
        settings.security.allow = ["127.0.0.0/8"]
        let service = try service(settings)
        defer { service.stop() }
        let phone = try #require(LoopbackPhone("alice", registrar: endpoint(service)))
        for _ in 0..<30 { _ = try phone.register(password: "wrong") }
        #expect(try phone.register(password: "secret") == "SIP/2.0 200 OK")
        settings.security.allow = ["office"]
        #expect(throws: HostError.self) { try AbusePolicy(settings.security) }
    }

    @Test("A new accounts file is taken by itself; a bad one is named and the old accounts stay")
    func reloads() throws {
        let lines = Awaited<String>()
        let service = try service(settings()) { event in
            if case .notice(let notice) = event { lines.add(notice.text) }
        }
        defer { service.stop() }
        let phone = try #require(LoopbackPhone("alice", registrar: endpoint(service)))
        #expect(try phone.register(password: "secret") == "SIP/2.0 200 OK")
        try AccountsEdit(path: "\(folder.path)/accounts.txt").add(
            AccountName("alice@sip.test"),
            password: "new"
        )
        #expect(lines.first { $0.contains("read anew") } != nil)
        #expect(try phone.register(password: "new") == "SIP/2.0 200 OK")
        _ = folder.write("accounts.txt", "nonsense\n")
        #expect(lines.first { $0.contains("line 1") && $0.contains("stays in force") } != nil)
        #expect(try phone.register(password: "new") == "SIP/2.0 200 OK")
    }

    @Test("A reload says what has changed, and keeps bindings, blocks and a drain")
    func reloadKeeps() throws {
        let lines = Awaited<String>()
        let service = try service(settings()) { event in
            if case .notice(let notice) = event { lines.add(notice.text) }
        }
        defer { service.stop() }
        let phone = try #require(LoopbackPhone("alice", registrar: endpoint(service)))
        #expect(try phone.register(password: "secret") == "SIP/2.0 200 OK")
        let me = OperatorIdentity(user: "kl", from: "local", terminal: "-")
        let block = Block(subject: .source(IPAddress(ipv4: 9)), until: nil, reason: "", by: me, since: now)
        let drain = Drain(until: nil, reason: "move", by: me, since: now)
        service.state.policy.update {
            $0.blocks.insert(block)
            $0.drain = drain
        }
        var other = try settings()
        other.domains["sip.test"] = DomainSettings()
        other.domains["sip.test"]?.expires.maximum = 3_600
        other.limits.sourceRate = 5
        let changes = try service.reload(other)
        #expect(changes == ["domain sip.test is new", "limits.rate.source 0 -> 5"])
        #expect(lines.first { $0 == "changed: limits.rate.source 0 -> 5" } != nil)
        #expect(service.state.table.bindingCount == 1)
        let policy = service.state.policy.current
        #expect(policy.drain == drain && policy.blocks.count == 1 && policy.rates.source == 5)
        #expect(policy.domains.first?.expiry.maximum == 3_600)
        #expect(try phone.register(password: "secret") == "SIP/2.0 200 OK", "a refresh, while draining")
    }

    @Test("A console may have the settings read anew: all is taken, or nothing and the sentence why")
    func consoleReload() throws {
        let wanted = Mutex<Settings?>(nil)
        let service = try RegistrarService(
            settings: settings(),
            audit: AuditLog(path: "\(folder.path)/audit.log"),
            reread: {
                guard let settings = wanted.withLock({ $0 }) else {
                    throw HostError("r.yaml:3:7: no key `a`", exitCode: 1)
                }
                return settings
            },
            log: { _ in }
        )
        defer { service.stop() }
        let me = OperatorIdentity(user: "kl", from: "local", terminal: "-")
        let updates = Awaited<LinkUpdate>()
        service.monitor.attach(.init(id: 1, welcome: Welcome(me)) { updates.add($0) })
        service.monitor.attach(
            .init(id: 2, welcome: Welcome(me, readOnlyBecause: "asked for")) { updates.add($0) }
        )
        service.monitor.submit(.reload(serial: 1), from: 1)
        #expect(report(updates, serial: 1)?.refusal?.contains("r.yaml:3:7: no key `a`") == true)
        #expect(service.openDomains.isEmpty)
        let open = try settings(open: true)
        wanted.withLock { $0 = open }
        service.monitor.submit(.reload(serial: 2), from: 2)
        #expect(report(updates, serial: 2)?.refusal?.contains("read-only") == true)
        service.monitor.submit(.reload(serial: 3), from: 1)
        let done = try #require(report(updates, serial: 3))
        #expect(done.refusal == nil && done.changes.first == "open false -> true")
        #expect(
            done.changes.contains { $0.hasPrefix("warning: ") && $0.contains("sip.test") },
            "\(done.changes)"
        )
        #expect(service.openDomains == ["sip.test"])
        let welcomed = updates.first {
            if case .welcome(let welcome) = $0 { return welcome.openDomains == ["sip.test"] }
            return false
        }
        #expect(welcomed != nil, "the title shows the open domain at once")
        let text = try String(contentsOfFile: "\(folder.path)/audit.log", encoding: .utf8)
        #expect(text.contains("reload\tsettings\tto be read anew"))
    }

    private func report(_ updates: Awaited<LinkUpdate>, serial: UInt64) -> ReloadReport? {
        let found = updates.first {
            if case .reloaded(_, serial) = $0 { return true }
            return false
        }
        if case .reloaded(let report, _)? = found { return report }
        return nil
    }

    @Test("An operator's drain is shown with every window while it lasts")
    func drain() throws {
        let service = try service(settings())
        defer { service.stop() }
        let me = OperatorIdentity(user: "kl", from: "local", terminal: "-")
        let updates = Awaited<LinkUpdate>()
        service.monitor.attach(.init(id: 1, welcome: Welcome(me)) { updates.add($0) })
        let command = OperatorCommand(verb: .drain(true, for: .seconds(60)), reason: "move", by: me)
        service.monitor.submit(.perform(command, serial: 1), from: 1)
        #expect(outcome(updates, serial: 1)?.id != nil)
        service.monitor.submit(.query(WindowQuery(subject: .overview, height: 1), serial: 2), from: 1)
        let shown = updates.first { if case .window(_, serial: 2) = $0 { true } else { false } }
        guard case .window(let window, _)? = shown else { return #expect(Bool(false), "no window") }
        #expect(window.drain?.reason == "move" && window.drain?.by == me)
    }

    @Test("A busy port is one sentence that names it")
    func busyPort() throws {
        let first = try service(settings())
        defer { first.stop() }
        var other = try settings()
        other.listen = ["udp:127.0.0.1:\(try endpoint(first).port)"]
        let error = #expect(throws: HostError.self) { try service(other) }
        #expect(error?.description.contains("address already in use") == true)
    }

    @Test(
        "An operator's evict is written to the audit before it is done, and not done if it can't be written"
    )
    func audit() throws {
        let service = try service(settings())
        defer { service.stop() }
        let phone = try #require(LoopbackPhone("alice", registrar: endpoint(service)))
        #expect(try phone.register(password: "secret") == "SIP/2.0 200 OK")
        let me = OperatorIdentity(user: "kl", from: "local", terminal: "-")
        let updates = Awaited<LinkUpdate>()
        service.monitor.attach(
            .init(id: 1, welcome: Welcome(me)) { updates.add($0) }
        )
        let binding = try #require(
            service.state.table.bindings(of: Array("alice@sip.test".utf8), at: now).first
        )
        let target = BindingTarget(id: binding.facts.id, version: binding.facts.version)
        let command = OperatorCommand(verb: .evict([target], refuseFor: nil), reason: "stuck", by: me)
        // The file's place is taken by a folder: nothing can be appended.
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/audit.log",
            withIntermediateDirectories: true
        )
        service.monitor.submit(.perform(command, serial: 1), from: 1)
        let refused = outcome(updates, serial: 1)
        #expect(refused?.refusal?.contains("the audit log") == true)
        #expect(service.state.table.bindingCount == 1)
        try FileManager.default.removeItem(atPath: "\(folder.path)/audit.log")
        service.monitor.submit(.perform(command, serial: 2), from: 1)
        #expect(outcome(updates, serial: 2)?.count(.done) == 1)
        #expect(service.state.table.bindingCount == 0)
        let text = try String(contentsOfFile: "\(folder.path)/audit.log", encoding: .utf8)
        #expect(text.contains("evict\talice@sip.test") && text.contains("stuck"))
    }

    @Test("A console hears what a start warns of")
    func warnings() throws {
        let service = try service(settings(open: true))
        defer { service.stop() }
        let me = OperatorIdentity(user: "kl", from: "local", terminal: "-")
        let updates = Awaited<LinkUpdate>()
        service.monitor.attach(.init(id: 1, welcome: Welcome(me)) { updates.add($0) })
        let found = updates.first { if case .notice = $0 { true } else { false } }
        guard case .notice(let notice)? = found else { return #expect(Bool(false), "nothing was said") }
        #expect(notice.level == .warning && notice.text.hasPrefix("open, so anybody may register any user"))
    }

    @Test("A read-only console may look and not act")
    func readOnly() throws {
        let service = try service(settings(open: true))
        defer { service.stop() }
        let me = OperatorIdentity(user: "kl", from: "local", terminal: "-")
        let updates = Awaited<LinkUpdate>()
        service.monitor.attach(
            .init(id: 1, welcome: Welcome(me, readOnlyBecause: "asked for")) { updates.add($0) }
        )
        let block = OperatorCommand(
            verb: .block(.aor(Array("a@sip.test".utf8)), for: nil),
            reason: "",
            by: me
        )
        service.monitor.submit(.perform(block, serial: 1), from: 1)
        #expect(outcome(updates, serial: 1)?.refusal?.contains("read-only") == true)
        #expect(service.state.policy.current.blocks.isEmpty)
        #expect(service.openDomains == ["sip.test"])
    }

    private var now: Timestamp { SystemClock.read().timestamp }

    private func outcome(_ updates: Awaited<LinkUpdate>, serial: UInt64) -> CommandOutcome? {
        let found = updates.first {
            if case .outcome(_, serial) = $0 { return true }
            return false
        }
        if case .outcome(let outcome, _)? = found { return outcome }
        return nil
    }
}
