import BindingTable
public import ConsoleLink
import Glibc
public import Timing
import Transport

/// A script's way into a running registrar: a question out, its answer in. Blocks, with a limit; starts no thread.
///
/// Not for several threads at once.
public final class ControlClient {
    /// What stands at the other end, and what it allows.
    public private(set) var welcome: Welcome
    let line: LineClient
    private let socket: String
    private let timeout: Interval
    private var serial: UInt64 = 0

    /// Connects to the registrar whose control socket is at a path (`StateDirectory.socket`).
    ///
    /// Throws with exit code 75 if none answers there, and 4 if it doesn't let this user in.
    ///
    /// - Parameters:
    ///   - timeout: how long an answer may take.
    ///   - patience: how long the welcome may take.
    public init(
        socket: String,
        hello: Hello = .ofThisProcess,
        timeout: Interval = .seconds(30),
        patience: Interval = .seconds(10),
    ) throws(HostError) {
        self.socket = socket
        self.timeout = timeout
        do throws(TransportError) {
            line = try LineClient(path: socket)
        } catch {
            throw Self.unreachable(socket, error)
        }
        line.send(LinkCodec.line(hello))
        let first = try Self.update(line, socket, within: patience, refused: 4)
        guard case .welcome(let welcome) = first else {
            throw HostError("the registrar at \(socket) did not begin with a welcome", exitCode: 75)
        }
        self.welcome = welcome
    }

    /// Asks, and waits for the answer with the serial that the request was made with. Notices and the like that
    /// come in between are passed over.
    ///
    /// Throws with exit code 75 if the registrar has gone or doesn't answer in time: whether an act was done is not
    /// known then, but its audit trail says it.
    public func ask(_ make: (UInt64) -> LinkRequest) throws(HostError) -> LinkUpdate {
        serial += 1
        line.send(LinkCodec.line(make(serial)))
        let end = SystemClock.read().timestamp + timeout
        while true {
            let left = end - SystemClock.read().timestamp
            let update = try Self.update(line, socket, within: left)
            if case .welcome(let again) = update { welcome = again }
            if update.serial == serial { return update }
        }
    }

    // MARK: One update

    /// The next update, at most so long from now.
    private static func update(
        _ line: LineClient,
        _ socket: String,
        within time: Interval,
        refused: Int32 = 75,
    ) throws(HostError) -> LinkUpdate {
        let end = SystemClock.read().timestamp + time
        while true {
            let left = end - SystemClock.read().timestamp
            guard left > .zero else {
                throw HostError("the registrar at \(socket) does not answer", exitCode: 75)
            }
            switch line.next(timeoutMilliseconds: Int(left.milliseconds) + 1) {
            case .nothing: continue
            case .ended, .tooLong:
                throw HostError(
                    "the registrar at \(socket) has gone in the middle of an answer",
                    exitCode: 75
                )
            case .line(let bytes):
                let update = try read(bytes, socket)
                if case .lost(let reason) = update {
                    throw HostError(
                        "the registrar at \(socket) closes the line: \(reason)",
                        exitCode: refused
                    )
                }
                return update
            }
        }
    }

    private static func read(_ bytes: [UInt8], _ socket: String) throws(HostError) -> LinkUpdate {
        do throws(LinkError) {
            return try LinkCodec.update(bytes.span)
        } catch {
            throw HostError(
                "the registrar at \(socket) speaks another version of the protocol: \(error)",
                exitCode: 75
            )
        }
    }

    private static func unreachable(_ socket: String, _ error: TransportError) -> HostError {
        guard case .cannotOpen(_, let number) = error else {
            return HostError(error.description, exitCode: 75)
        }
        guard number != EACCES, number != EPERM else {
            let who = OperatorIdentity.ofThisProcess.user
            return HostError(
                "\(who) may not come in at \(socket): its owner and root may, and the group that control.group names",
                exitCode: 4
            )
        }
        let what =
            switch number {
            case ENOENT, ENOTDIR: "there is no control socket"
            case ECONNREFUSED: "nobody listens any more"
            case EAGAIN: "too many are waiting to come in"
            default: String(cString: strerror(number)).lowercased()
            }
        return HostError(
            "no registrar answers at \(socket): \(what); start one with `regtop serve`, or name its --state DIR",
            exitCode: 75
        )
    }
}

extension Hello {
    /// A script of this process's user.
    public static var ofThisProcess: Hello {
        let me = OperatorIdentity.ofThisProcess
        return Hello(from: me.from, terminal: me.terminal == "-" ? "" : me.terminal)
    }
}
