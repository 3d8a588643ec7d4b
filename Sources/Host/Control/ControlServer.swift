import BindingTable
import ConsoleLink
import Dispatch
import Monitor
import SIPMessage
import Synchronization
import Timing
import Transport

/// The control socket: consoles and scripts of other processes, each at the monitor as any console is.
///
/// Who somebody is and what they may do is decided here, from what the kernel says of the peer. What they send is
/// read, and what they get is written, on a queue of its own: neither a loop nor the monitor waits for it.
final class ControlServer: Sendable {
    /// The registrar behind the socket, as far as it is needed here.
    struct Registrar: Sendable {
        var monitor: MonitorService
        /// The first words to somebody who may look, and act unless there is a reason why not.
        var welcome: @Sendable (OperatorIdentity, _ readOnlyBecause: String?) -> Welcome
        /// Writes the begin or the end of a console's session.
        var record: @Sendable (SessionEvent) -> Void
    }

    /// Somebody who has been let in.
    private struct Session: Sendable {
        var identity: OperatorIdentity
        var isConsole: Bool
        var mayAct: Bool
        /// This side has ended it.
        var isEnded = false
    }

    private let registrar: Registrar
    private let access: ControlAccess
    private let server: Mutex<LineServer?>
    private let sessions = Mutex<[Int: Session]>([:])
    private let queue = DispatchQueue(label: "regtop.control")
    private let userName: @Sendable (UInt32) -> String

    /// Targets that a preview may have, for those who may act and for those who may only look: an act on them must
    /// fit into a request.
    static let mostTargets = 40_000, mostTargetsToLookAt = 10_000

    /// Opens the socket. The caller holds the lock of the directory that it is in.
    init(
        path: String,
        access: ControlAccess,
        limits: LineSettings = LineSettings(),
        registrar: Registrar,
        userName: @escaping @Sendable (UInt32) -> String = UserName.of,
    ) throws(HostError) {
        self.registrar = registrar
        self.access = access
        self.userName = userName
        server = Mutex(nil)
        var limits = limits
        limits.group = access.group?.id
        limits.mode = access.group == nil ? 0o600 : 0o660
        do {
            let opened = try LineServer(
                path: path,
                settings: limits,
                owners: access.owners,
                events: LineEvents(
                    opened: { _ in },
                    line: { [weak self] connection, line in
                        guard let self else { return }
                        queue.async { self.take(line, from: connection) }
                    },
                    closed: { [weak self] connection, end in
                        guard let self else { return }
                        queue.async { self.leave(connection, because: end) }
                    },
                    words: { LinkCodec.line(LinkUpdate.lost(Self.words($0))) }
                )
            )
            server.withLock { $0 = opened }
        } catch {
            throw HostError("control socket \(error.description)", exitCode: 1)
        }
    }

    /// The control socket of a registrar that runs in this process.
    convenience init(path: String, _ settings: ControlSettings, _ service: RegistrarService) throws(HostError)
    {
        try self.init(
            path: path,
            access: ControlAccess(settings),
            registrar: Registrar(
                monitor: service.monitor,
                welcome: { [unowned service] in service.welcome($0, readOnlyBecause: $1) },
                record: { [unowned service] in service.record($0) }
            )
        )
    }

    /// Tells everybody why, and closes the socket.
    func stop(_ reason: String) {
        queue.sync {
            let ids = sessions.withLock { sessions in
                for id in sessions.keys { sessions[id]?.isEnded = true }
                return Array(sessions.keys)
            }
            for id in ids { registrar.monitor.detach(id) }
        }
        let server = server.withLock { server in
            defer { server = nil }
            return server
        }
        server?.stop(sayingLast: LinkCodec.line(LinkUpdate.lost(reason)))
        // What the end of the connections has left to do.
        queue.sync {}
    }

    private static func words(_ refusal: LineRefusal) -> String {
        switch refusal {
        case .tooMany: "there are as many consoles and scripts as the control socket takes; close one"
        case .lineTooLong(let limit): "a line had more than \(limit) bytes"
        case .tooSlow: "nothing was said in time"
        }
    }

    // MARK: On the queue

    private func take(_ line: [UInt8], from connection: LineConnection) {
        guard let session = sessions.withLock({ $0[connection.id] }) else {
            return greet(line, connection)
        }
        guard !session.isEnded else { return }
        do {
            let request = try LinkCodec.request(line.span)
            registrar.monitor.submit(request.said(by: session.identity), from: connection.id)
        } catch {
            dismiss(connection, because: "a line was no request: \(error)")
        }
    }

    /// The first line: who is it, and what may they do?
    private func greet(_ line: [UInt8], _ connection: LineConnection) {
        let hello: Hello
        do {
            hello = try LinkCodec.decode(Hello.self, line.span)
        } catch {
            return dismiss(connection, because: "the first line was no hello: \(error)")
        }
        let user = userName(connection.peer.user)
        let readOnlyBecause: String?
        switch access.grant(connection.peer, user: user, wantsToLook: hello.isReadOnly) {
        case .nothing(let reason): return dismiss(connection, because: reason)
        case .observe(let reason): readOnlyBecause = reason
        case .operate: readOnlyBecause = nil
        }
        let session = Session(
            identity: OperatorIdentity(
                user: user,
                from: Self.origin(hello.from),
                terminal: Self.terminal(hello.terminal, of: connection.peer.process)
            ),
            isConsole: hello.isConsole,
            mayAct: readOnlyBecause == nil
        )
        sessions.withLock { $0[connection.id] = session }
        if session.mayAct { connection.allowLines(upTo: LinkCodec.mostRequestBytes) }
        if session.isConsole {
            registrar.record(.opened(session.identity, mayAct: session.mayAct))
        }
        var welcome = registrar.welcome(session.identity, readOnlyBecause)
        welcome.isAttached = true
        connection.send([], answers: 1)
        let most = session.mayAct ? Self.mostTargets : Self.mostTargetsToLookAt
        registrar.monitor.attach(
            MonitorService.Console(id: connection.id, welcome: welcome, mostTargets: most) { [queue] update in
                // Written elsewhere: the monitor has more to do than to make text.
                queue.async {
                    connection.send(
                        LinkCodec.line(update.bounded(to: most)),
                        answers: update.isAnswer ? 1 : 0
                    )
                }
            }
        )
    }

    /// Where a client says that it sits: an address, or it counts as sitting here. Nobody else vouches for it.
    private static func origin(_ text: String) -> String { IPAddress(text) == nil ? "local" : text }

    /// The terminal that a client names, if it looks like one; its process, which the kernel knows, in any case.
    private static func terminal(_ text: String, of process: Int32) -> String {
        let isDevice =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2f
            }
        return "\(isDevice ? text.prefix(32) : "-"):\(process)"
    }

    private func dismiss(_ connection: LineConnection, because reason: String) {
        connection.send(LinkCodec.line(LinkUpdate.lost(reason)))
        connection.close()
    }

    private func leave(_ connection: LineConnection, because end: LineEnd) {
        guard let session = sessions.withLock({ $0.removeValue(forKey: connection.id) }) else { return }
        registrar.monitor.detach(connection.id)
        guard session.isConsole else { return }
        let reason =
            switch end {
            case .peer: "closed"
            case .local: "closed by the registrar"
            case .refused(let refusal): "closed by the registrar: \(Self.words(refusal))"
            case .unread(let bytes): "lost: \(bytes) bytes were not read"
            }
        registrar.record(.closed(session.identity, result: reason, isLost: end.isLoss))
    }
}

/// The begin or the end of a console's session, for the audit trail.
enum SessionEvent: Sendable {
    case opened(OperatorIdentity, mayAct: Bool)
    case closed(OperatorIdentity, result: String, isLost: Bool)

    /// The line of the audit trail.
    func record(at wall: WallTime) -> AuditRecord {
        let (who, what, result) =
            switch self {
            case .opened(let who, let mayAct): (who, "open", mayAct ? "read-write" : "read-only")
            case .closed(let who, let result, let isLost): (who, isLost ? "lost" : "close", result)
            }
        return AuditRecord(at: wall, by: who, action: "session", object: what, result: result, reason: "")
    }
}

extension LineEnd {
    /// It did not end as somebody wanted.
    fileprivate var isLoss: Bool { if case .unread = self { true } else { false } }
}

extension LinkRequest {
    /// The same request, by whom it really is: what a client says of that doesn't count.
    func said(by identity: OperatorIdentity) -> LinkRequest {
        switch self {
        case .preview(var command, let serial):
            command.by = identity
            return .preview(command, serial: serial)
        case .previewMatching(let filter, var command, let serial):
            command.by = identity
            return .previewMatching(filter, command, serial: serial)
        case .perform(var command, let serial):
            command.by = identity
            return .perform(command, serial: serial)
        case .query, .reload, .history, .replay, .statistics, .explain, .route, .messages, .values, .acts:
            return self
        }
    }
}

extension LinkUpdate {
    /// It answers a request; others come by themselves.
    var isAnswer: Bool { serial != nil }

    /// The same, or a preview of more targets than may be as a refusal.
    func bounded(to most: Int) -> LinkUpdate {
        guard case .preview(let outcome, let serial) = self, outcome.targets.count > most else { return self }
        let count = outcome.targets.count
        let refusal =
            "\(count) bindings are more than can be acted on at once from here (\(most)): narrow the filter"
        return .preview(CommandOutcome(refusal: refusal), serial: serial)
    }
}

extension LinkCodec {
    /// A value as a line with its end.
    static func line(_ value: some Encodable) -> [UInt8] { encode(value) + [0x0a] }
}
