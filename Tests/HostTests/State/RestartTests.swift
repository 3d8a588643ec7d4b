import BindingTable
import ConsoleLink
import Foundation
import Glibc
import Monitor
import Registrar
import SIPMessage
import Support
import Synchronization
import Testing
import Timing
import Transport

@testable import Host

/// A registrar that ends and begins again on the same state directory: nothing is lost (issue 4 item 1).
@Suite("Restarts", .serialized)
struct RestartTests {
    private let folder = ScratchFolder()
    private let me = OperatorIdentity(user: "kl", from: "local", terminal: "-")

    private func settings(_ listen: String = "udp:127.0.0.1:0") -> Settings {
        var settings = Settings()
        settings.listen = [listen]
        settings.open = true
        settings.domains["sip.test"] = DomainSettings()
        settings.domains["sip.test"]?.expires.jitter = 0
        settings.domains["sip.test"]?.expires.minimum = 1
        settings.state = "\(folder.path)/state"
        settings.store.grace = 0
        return settings
    }

    /// Starts a registrar, lets `body` work with it, and stops it.
    private func run<Result>(
        _ settings: Settings,
        log: @escaping @Sendable (MonitorEvent) -> Void = { _ in },
        _ body: (RegistrarService, Endpoint) throws -> Result,
    ) throws -> Result {
        let durable = try DurableState(settings)
        let service = try RegistrarService(
            settings: settings,
            audit: durable.audit,
            durable: durable,
            log: log
        )
        defer { service.stop() }
        return try body(service, #require(service.listeners.first?.endpoint))
    }

    private func bindings(_ service: RegistrarService, _ user: String = "alice") -> [Binding] {
        service.state.table.bindings(of: Array("\(user)@sip.test".utf8), at: SystemClock.read().timestamp)
    }

    @Test("Bindings come back with their ids and their ends, and the log says how many")
    func bindingsComeBack() throws {
        let before = try run(settings()) { service, endpoint in
            let phone = try #require(LoopbackPhone("alice", registrar: endpoint))
            #expect(try phone.register(password: "", expires: 600) == "SIP/2.0 200 OK")
            #expect(try phone.register(password: "", expires: 500) == "SIP/2.0 200 OK")
            return try #require(bindings(service).first)
        }
        let lines = Awaited<String>()
        try run(settings()) { event in
            if case .notice(let notice) = event { lines.add(notice.text) }
        } _: { service, endpoint in
            let after = try #require(bindings(service).first)
            #expect(after.facts.id == before.facts.id && after.texts == before.texts)
            #expect(after.facts.callIDHash == before.facts.callIDHash)
            #expect(after.facts.refreshes == 1)
            let drift = (after.facts.expiresAt - before.facts.expiresAt).milliseconds
            #expect(abs(drift) < 1_000)
            #expect(lines.first { $0.hasPrefix("restored 1 binding in ") } != nil)
            let phone = try #require(LoopbackPhone("bob", registrar: endpoint))
            #expect(try phone.register(password: "") == "SIP/2.0 200 OK")
            #expect(Set(bindings(service, "bob").map(\.facts.id)).isDisjoint(with: [before.facts.id]))
        }
    }

    @Test("What a phone has removed, and what has expired meanwhile, does not come back")
    func goneStaysGone() throws {
        try run(settings()) { _, endpoint in
            let alice = try #require(LoopbackPhone("alice", registrar: endpoint))
            #expect(try alice.register(password: "", expires: 600) == "SIP/2.0 200 OK")
            #expect(try alice.register(password: "", expires: 0) == "SIP/2.0 200 OK")
        }
        try run(settings()) { service, _ in
            #expect(service.state.table.bindingCount == 0)
        }
        // A registrar of a while ago, and a phone whose time was over when nobody looked.
        var later = settings()
        later.state = "\(folder.path)/later"
        _ = try DurableState(later)
        let database = StateDirectory(path: "\(folder.path)/later").database
        do {
            let past = try JournalFile(database, at: SystemClock.read().wall + .seconds(-1_000))
            _ = past.register("bob", expires: 400)
            _ = past.register("carol", expires: 4_000)
        }
        let lines = Awaited<String>()
        try run(later) { event in
            if case .notice(let notice) = event { lines.add(notice.text) }
        } _: { service, _ in
            #expect(service.state.table.bindingCount == 1)
            #expect(bindings(service, "carol").count == 1)
        }
        #expect(lines.first { $0.hasPrefix("restored 1 binding ") && $0.contains("; 1 had expired") } != nil)
    }

    @Test("Damage that is found while bindings are read is told, with what was kept")
    func damage() throws {
        var settings = settings()
        settings.state = "\(folder.path)/damaged"
        _ = try DurableState(settings)
        let database = StateDirectory(path: "\(folder.path)/damaged").database
        do {
            let file = try JournalFile(database, at: SystemClock.read().wall)
            for number in 0..<1_000 { _ = file.register("user\(number)", expires: 4_000) }
        }
        let handle = try #require(FileHandle(forUpdatingAtPath: database))
        let noise = Data((0..<4_096).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) })
        for page in stride(from: 30, to: 60, by: 3) {
            try handle.seek(toOffset: UInt64(page * 4_096))
            try handle.write(contentsOf: noise)
        }
        try handle.close()
        let lines = Awaited<String>()
        let count = try run(settings) { event in
            if case .notice(let notice) = event, notice.level == .error { lines.add(notice.text) }
        } _: { service, _ in
            service.state.table.bindingCount
        }
        #expect(count < 1_000)
        let told = lines.first { $0.contains("was damaged and was moved aside to") }
        #expect(told?.contains("\(count) bindings") == true, "\(told ?? "nothing was told")")
    }

    @Test("Acts are numbered on over a restart, so that an undo of an earlier one can't meet another")
    func actNumbers() throws {
        let me = me
        func drain(_ service: RegistrarService) throws -> UInt64 {
            let answers = Awaited<LinkUpdate>()
            service.monitor.attach(MonitorService.Console(id: 1, welcome: Welcome(me)) { answers.add($0) })
            let command = OperatorCommand(verb: .drain(true, for: nil), reason: "", by: me)
            service.monitor.submit(.perform(command, serial: 1), from: 1)
            let update = answers.first { if case .outcome = $0 { true } else { false } }
            guard case .outcome(let outcome, _)? = update else { throw HostError("no outcome", exitCode: 1) }
            return try #require(outcome.id).rawValue
        }
        let seconds = UInt64(SystemClock.read().wall.secondsSince1970 - 1_767_225_600)
        let number = try run(settings()) { service, _ in try drain(service) }
        #expect(number >= seconds)
    }

    @Test("Grace clause: what would end just after the start lives on for the time of grace")
    func grace() throws {
        try run(settings()) { _, endpoint in
            let phone = try #require(LoopbackPhone("alice", registrar: endpoint))
            #expect(try phone.register(password: "", expires: 20) == "SIP/2.0 200 OK")
        }
        var later = settings()
        later.store.grace = 300
        try run(later) { service, _ in
            let left = try #require(bindings(service).first).facts.expiresAt - service.startedAt.timestamp
            #expect(left == .seconds(300))
        }
    }

    @Test("Bindings over a connection: kept and marked, shortened, or dropped, as the domain has it")
    func connections() throws {
        for (rule, count) in [("keep", 1), ("60", 1), ("remove", 0)] {
            var settings = settings("tcp:127.0.0.1:0")
            settings.state = "\(folder.path)/\(rule)"
            try run(settings) { service, endpoint in
                let phone = try #require(LoopbackPhone("alice", registrar: endpoint, transport: .tcp))
                #expect(try phone.register(password: "", expires: 600) == "SIP/2.0 200 OK")
                #expect(bindings(service).first?.facts.reachability.connection == .live)
            }
            settings.domains["sip.test"]?.connectionLost = rule
            try run(settings) { service, _ in
                let found = bindings(service)
                #expect(found.count == count)
                guard let facts = found.first?.facts else { return }
                #expect(facts.reachability.connection == .gone && facts.path.connection == .none)
                let left = (facts.expiresAt - service.startedAt.timestamp).seconds
                #expect(rule == "keep" ? left > 500 : left == 60)
            }
        }
    }

    @Test("Blocks and a drain go on, with who set them; one that was lifted does not")
    func rules() throws {
        var console = 0
        func perform(_ service: RegistrarService, _ verb: OperatorVerb) throws {
            console += 1
            let updates = Awaited<LinkUpdate>()
            service.monitor.attach(.init(id: console, welcome: Welcome(me)) { updates.add($0) })
            let command = OperatorCommand(verb: verb, reason: "test", by: me)
            service.monitor.submit(.perform(command, serial: 9), from: console)
            let found = updates.first {
                if case .outcome = $0 { return true }
                return false
            }
            #expect(found != nil)
        }
        let subject = BlockSubject.source(IPAddress(ipv4: 0xc000_0201))
        try run(settings()) { service, _ in
            try perform(service, .block(subject, for: .seconds(3_600)))
            try perform(service, .block(.aor(Array("x@sip.test".utf8)), for: nil))
            try perform(service, .drain(true, for: nil))
        }
        try run(settings()) { service, _ in
            let policy = service.state.policy.current
            #expect(policy.blocks.count == 2 && policy.drain?.by == me && policy.drain?.reason == "test")
            let block = try #require(policy.blocks.block(on: subject))
            #expect(block.by == me && block.reason == "test")
            let left = (block.until ?? .zero) - service.startedAt.timestamp
            #expect((3_590...3_600).contains(left.secondsRoundedUp))
            try perform(service, .unblock(subject))
            try perform(service, .drain(false, for: nil))
        }
        try run(settings()) { service, _ in
            let policy = service.state.policy.current
            #expect(policy.blocks.count == 1 && policy.drain == nil)
        }
    }

    @Test("The audit screen shows what was done before the restart")
    func audit() throws {
        let line = AuditRecord(
            at: WallTime(secondsSince1970: 1_795_608_271),
            by: me,
            action: "evict",
            object: "1180@sip.test",
            result: "to be evicted",
            reason: "stuck"
        )
        try AuditLog(path: "\(folder.path)/state/audit.log").append(line)
        try run(settings()) { service, _ in
            let updates = Awaited<LinkUpdate>()
            service.monitor.attach(.init(id: 1, welcome: Welcome(me)) { updates.add($0) })
            service.monitor.submit(
                .query(WindowQuery(subject: .audit(containing: ""), height: 10), serial: 1),
                from: 1
            )
            let found = updates.first {
                if case .window = $0 { return true }
                return false
            }
            guard case .window(let window, _)? = found, case .audit(let lines) = window.content else {
                Issue.record("no audit window")
                return
            }
            #expect(lines.map(\.record) == [line])
        }
    }

    @Test("The same state directory serves one process at a time")
    func oneAtATime() throws {
        try run(settings()) { _, _ in
            _ = #expect(throws: HostError.self) { try DurableState(settings()) }
        }
    }

    @Test("RFC 3261 §10.3 step 7 clause: while nothing can be written it is 500, and 200 again when it can")
    func trouble() throws {
        let lines = Awaited<String>()
        try run(settings()) { event in
            if case .notice(let notice) = event { lines.add(notice.text) }
        } _: { service, endpoint in
            let phone = try #require(LoopbackPhone("alice", registrar: endpoint))
            #expect(try phone.register(password: "", expires: 600) == "SIP/2.0 200 OK")
            let version = try #require(bindings(service).first).facts.cseq
            do {
                let lock = try #require(WriteLock("\(folder.path)/state/regtop.db"))
                #expect(try phone.register(password: "", expires: 300).hasPrefix("SIP/2.0 500"))
                #expect(bindings(service).first?.facts.cseq == version, "as it was promised before")
                #expect(lines.first { $0.hasPrefix("registrations are not durable: ") } != nil)
                #expect(service.monitor.storeHealth?.trouble != nil)
                withExtendedLifetime(lock) {}
            }
            #expect(lines.first { $0.hasPrefix("registrations are durable again, after ") } != nil)
            #expect(try phone.register(password: "", expires: 300) == "SIP/2.0 200 OK")
        }
        try run(settings()) { service, _ in
            #expect(bindings(service).first?.facts.granted == 300)
        }
    }

    @Test("Going on without durability: 200 all the same, and written once it can be")
    func goingOn() throws {
        var settings = settings()
        settings.store.onFailure = "continue"
        let lines = Awaited<String>()
        try run(settings) { event in
            if case .notice(let notice) = event { lines.add(notice.text) }
        } _: { _, endpoint in
            let phone = try #require(LoopbackPhone("alice", registrar: endpoint))
            let lock = try #require(WriteLock("\(folder.path)/state/regtop.db"))
            #expect(try phone.register(password: "", expires: 300) == "SIP/2.0 200 OK")
            #expect(lines.first { $0.hasPrefix("registrations are not durable: ") } != nil)
            lock.release()
            #expect(lines.first { $0.hasPrefix("registrations are durable again, after ") } != nil)
        }
        try run(settings) { service, _ in
            #expect(bindings(service).first?.facts.granted == 300)
        }
    }
}

/// Keeps a database from being written, as another program would: holds the lock of its writers (byte 120 of the
/// file with the index of the log, see SQLite's "WAL-mode File Format").
private final class WriteLock {
    private var file: Int32

    init?(_ database: String) {
        file = open("\(database)-shm", O_RDWR | O_CLOEXEC)
        guard file >= 0, set(F_WRLCK) else { return nil }
    }

    deinit { release() }

    func release() {
        if file >= 0 { close(file) }
        file = -1
    }

    /// A lock of the open file: one of the process would not keep its own threads out. Waits for whoever writes.
    private func set(_ kind: Int32) -> Bool {
        var lock = flock()
        lock.l_type = Int16(kind)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = 120
        lock.l_len = 1
        let setLockOfOpenFileAndWait: Int32 = 38
        return fcntl(file, setLockOfOpenFileAndWait, &lock) == 0
    }
}
