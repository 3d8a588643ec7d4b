import BindingTable
import ConsoleLink
import Foundation
import Glibc
import Monitor
import Registrar
import SIPMessage
import Synchronization
import Testing
import Timing
import Transport

@testable import Host

@Suite("The control socket of a registrar at work")
struct ControlServerTests {
    private let folder = ScratchFolder()
    private var socket: String { "\(folder.path)/c" }

    private func service() throws -> RegistrarService {
        var settings = Settings()
        settings.listen = ["udp:127.0.0.1:0"]
        settings.open = true
        settings.domains = ["sip.test": DomainSettings()]
        return try RegistrarService(
            settings: settings,
            audit: AuditLog(path: "\(folder.path)/audit.log"),
            log: { _ in }
        )
    }

    private func control(
        _ service: RegistrarService,
        path: String? = nil,
        access: ControlAccess = ControlAccess(owners: [geteuid()]),
        limits: LineSettings = LineSettings(),
        user: String = "kl",
    ) throws -> ControlServer {
        try ControlServer(
            path: path ?? socket,
            access: access,
            limits: limits,
            registrar: ControlServer.Registrar(
                monitor: service.monitor,
                welcome: { service.welcome($0, readOnlyBecause: $1) },
                record: { service.record($0) }
            ),
            userName: { _ in user }
        )
    }

    private func console(_ from: String, readOnly: Bool = false) -> Hello {
        Hello(from: from, terminal: "/dev/pts/9", isConsole: true, isReadOnly: readOnly)
    }

    private func rows(_ client: ControlClient) throws -> [BindingRow] {
        let update = try client.ask {
            let subject = WindowQuery.Subject.bindings(filter: nil, order: BindingOrder())
            return .query(WindowQuery(subject: subject, height: 50), serial: $0)
        }
        guard case .window(let window, _) = update, case .bindings(let rows) = window.content else {
            return []
        }
        return rows
    }

    /// Registers a phone and waits until a console can see it.
    private func register(_ user: String, _ service: RegistrarService, seenBy client: ControlClient) throws
        -> BindingRow
    {
        let endpoint = try #require(service.listeners.first?.endpoint)
        let phone = try #require(LoopbackPhone(user, registrar: endpoint))
        #expect(try phone.register(password: "") == "SIP/2.0 200 OK")
        // The monitor's turn that answers the second question has looked at the table after the first.
        _ = try rows(client)
        return try #require(try rows(client).first { $0.binding.texts.aor.starts(with: user.utf8) })
    }

    private func evict(_ row: BindingRow, by: OperatorIdentity) -> OperatorCommand {
        let target = BindingTarget(id: row.binding.facts.id, version: row.binding.facts.version)
        return OperatorCommand(verb: .evict([target], refuseFor: nil), reason: "stuck", by: by)
    }

    private func audit() -> String {
        (try? String(contentsOfFile: "\(folder.path)/audit.log", encoding: .utf8)) ?? ""
    }

    @Test("Two who are attached see each other's act, under the name that the kernel gave")
    func others() throws {
        let service = try service()
        defer { service.stop() }
        let control = try control(service)
        defer { control.stop("over") }
        let first = try ControlClient(socket: socket, hello: console("198.51.100.7"))
        #expect(first.welcome.isAttached && first.welcome.readOnlyBecause == nil)
        #expect(first.welcome.you.short == "kl@198.51.100.7")
        let heard = Awaited<LinkUpdate>()
        let second = try AttachedLine(socket: socket, hello: console("198.51.100.8"))
        second.begin { heard.add($0) }
        defer { second.leave(0) }
        let row = try register("alice", service, seenBy: first)
        // Who it claims to be doesn't count.
        let liar = OperatorIdentity(user: "mallory", from: "nowhere", terminal: "")
        let done = try first.ask { .perform(evict(row, by: liar), serial: $0) }
        guard case .outcome(let outcome, _) = done else { Issue.record("\(done)"); return }
        #expect(outcome.refusal == nil && outcome.count(.done) == 1)
        let notice = heard.first { if case .notice = $0 { true } else { false } }
        guard case .notice(let told) = notice else { Issue.record("nothing was heard"); return }
        #expect(told.text == "kl@198.51.100.7 evicted 1 binding (stuck)" && told.level == .warning)
        #expect(audit().contains("kl@198.51.100.7 /dev/pts/9:\(getpid())\tevict\talice@sip.test"))
        #expect(!audit().contains("mallory"))
    }

    @Test("A member of the group looks; the registrar refuses its acts, whatever the client is")
    func observer() throws {
        let service = try service()
        defer { service.stop() }
        let access = ControlAccess(
            owners: [4_000_000_000],
            group: ControlAccess.Group(name: "g", id: getegid())
        )
        let control = try control(service, access: access)
        defer { control.stop("over") }
        let client = try ControlClient(socket: socket, hello: console("local"))
        #expect(client.welcome.readOnlyBecause?.contains("not among the operators") == true)
    }

    @Test("Who asks to look only can't act, and is told why")
    func readOnly() throws {
        let service = try service()
        defer { service.stop() }
        let control = try control(service)
        defer { control.stop("over") }
        let client = try ControlClient(socket: socket, hello: console("local", readOnly: true))
        let row = try register("alice", service, seenBy: client)
        let me = client.welcome.you
        let done = try client.ask { .perform(evict(row, by: me), serial: $0) }
        guard case .outcome(let outcome, _) = done else { Issue.record("\(done)"); return }
        #expect(outcome.refusal == "read-only: started with --read-only")
        #expect(service.state.table.bindingCount == 1)
        guard case .reloaded(let report, _) = try client.ask({ .reload(serial: $0) }) else { return }
        #expect(report.refusal?.contains("--read-only") == true)
    }

    @Test("Who may not come in is told why")
    func refused() throws {
        let service = try service()
        defer { service.stop() }
        let control = try control(service, access: ControlAccess(owners: [4_000_000_000]))
        defer { control.stop("over") }
        let error = #expect(throws: HostError.self) { try ControlClient(socket: socket) }
        #expect(error?.description.contains("kl may not attach here") == true && error?.exitCode == 4)
    }

    @Test("What is no greeting or no request is answered with what is wrong, then closed")
    func garbage() throws {
        let service = try service()
        defer { service.stop() }
        let control = try control(service)
        defer { control.stop("over") }
        for text in ["garbage", "{}", #"{"protocol":99,"hello":{}}"#] {
            let client = try LineClient(path: socket)
            client.send(Array("\(text)\n".utf8))
            #expect(lost(client)?.contains("the first line was no hello") == true, "\(text)")
        }
        let client = try LineClient(path: socket)
        client.send(LinkCodec.line(console("local")))
        client.send(Array("{\"query\":7}\n".utf8))
        #expect(lost(client)?.contains("a line was no request") == true)
        // The others don't notice.
        #expect(try ControlClient(socket: socket).welcome.listeners.count == 1)
    }

    private func lost(_ client: LineClient) -> String? {
        for _ in 0..<100 {
            guard case .line(let bytes) = client.next(timeoutMilliseconds: 5_000) else { continue }
            if case .lost(let reason)? = try? LinkCodec.update(bytes.span) { return reason }
        }
        return nil
    }

    @Test("Begin and end of a console are recorded, a script's are not")
    func sessions() throws {
        let service = try service()
        defer { service.stop() }
        let control = try control(service)
        for hello in [console("198.51.100.7"), Hello(from: "local")] {
            _ = try ControlClient(socket: socket, hello: hello)
        }
        control.stop("over")
        let lines = audit().split(separator: "\n").filter { $0.contains("\tsession\t") }
        #expect(lines.count == 2)
        #expect(
            lines.first?.contains("kl@198.51.100.7 /dev/pts/9:\(getpid())\tsession\topen\tread-write") == true
        )
        #expect(lines.last?.contains("\tsession\tclose\tclosed") == true)
    }

    @Test("A console that is away comes back by itself, and what was meant for the old registrar is dropped")
    func restart() throws {
        let heard = Awaited<String>()
        let first = try service()
        let control = try control(first)
        let line = try AttachedLine(socket: socket, hello: console("local"))
        line.begin { update in
            switch update {
            case .welcome(let welcome): heard.add("welcome \(welcome.startedAt.nanoseconds)")
            case .lost(let reason): heard.add("lost \(reason)")
            case .window(_, let serial): heard.add("answer \(serial)")
            default: break
            }
        }
        defer { line.leave(0) }
        let start = first.startedAt.timestamp.nanoseconds
        #expect(heard.first { $0 == "welcome \(start)" } != nil)
        control.stop("the registrar was stopped by SIGTERM")
        first.stop()
        #expect(heard.first { $0 == "lost the registrar was stopped by SIGTERM" } != nil)
        let query = LinkRequest.query(WindowQuery(subject: .overview, height: 1), serial: 1)
        line.send(query, losses: 1)
        let second = try service()
        defer { second.stop() }
        let again = try self.control(second)
        defer { again.stop("over") }
        #expect(heard.first { $0 == "welcome \(second.startedAt.timestamp.nanoseconds)" } != nil)
        // The console that has not heard of the loss yet speaks to nobody: answers come in the order of questions.
        line.send(query, losses: 0)
        line.send(LinkRequest.query(WindowQuery(subject: .overview, height: 1), serial: 2), losses: 1)
        #expect(heard.first { $0 == "answer 2" } != nil)
        #expect(!heard.contains { $0 == "answer 1" })
    }

    @Test("A console that is turned away when it tries again says why, once")
    func turnedAway() throws {
        let heard = Awaited<String>()
        let service = try service()
        defer { service.stop() }
        let control = try control(service)
        let line = try AttachedLine(socket: socket, hello: console("local"))
        line.begin { update in
            switch update {
            case .welcome: heard.add("welcome")
            case .lost(let reason): heard.add(reason)
            default: break
            }
        }
        defer { line.leave(0) }
        control.stop("stopped")
        #expect(heard.first { $0 == "stopped" } != nil)
        var limits = LineSettings()
        limits.maximumConnections = 1
        // Full before the console can find it.
        let full = try self.control(service, path: "\(folder.path)/d", limits: limits)
        defer { full.stop("over") }
        let other = try ControlClient(socket: "\(folder.path)/d")
        defer { withExtendedLifetime(other) {} }
        #expect(rename("\(folder.path)/d", socket) == 0)
        #expect(
            heard.first { $0.contains("as many consoles and scripts as the control socket takes") } != nil
        )
    }

    @Test("No registrar is one sentence that says where it looked, with exit code 75")
    func nobody() {
        let error = #expect(throws: HostError.self) { try ControlClient(socket: socket) }
        #expect(error?.exitCode == 75)
        #expect(
            error?.description
                == "no registrar answers at \(socket): there is no control socket; start one with `regtop serve`, "
                + "or name its --state DIR"
        )
    }

    @Test("A preview of more than can be asked for in a line is refused")
    func bounded() throws {
        let service = try service()
        defer { service.stop() }
        let control = try control(service)
        defer { control.stop("over") }
        let client = try ControlClient(socket: socket)
        let binding = try register("alice", service, seenBy: client).binding
        let outcome = CommandOutcome(targets: Array(repeating: (binding, .done), count: 11))
        guard case .preview(let small, 1) = LinkUpdate.preview(outcome, serial: 1).bounded(to: 10),
            case .preview(let whole, 1) = LinkUpdate.preview(outcome, serial: 1).bounded(to: 11)
        else { Issue.record("no preview"); return }
        let words = "11 bindings are more than can be acted on at once from here (10)"
        #expect(small.refusal?.contains(words) == true)
        #expect(whole.targets.count == 11)
    }

    @Test(
        "Where a client says that it sits is an address or nothing, and its process stands beside its terminal"
    )
    func origin() throws {
        let service = try service()
        defer { service.stop() }
        let control = try control(service)
        let liar = Hello(from: "1.2.3.4 root@local", terminal: "pts/0 x", isConsole: true)
        _ = try ControlClient(socket: socket, hello: liar)
        control.stop("over")
        let line = audit().split(separator: "\n").first { $0.contains("\tsession\topen") }
        #expect(line?.contains("kl@local -:\(getpid())\tsession") == true, "\(line ?? "")")
    }
}
