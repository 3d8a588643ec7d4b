import BindingTable
import ConsoleLink
import Synchronization
import Timing
import Transport

/// The line to a registrar of another process, over its control socket: a thread that reads, and that tries again
/// every second when the registrar is away.
final class AttachedLine: ConsoleLine {
    private struct State: Sendable {
        var client: LineClient?
        /// How many times the other end went away.
        var losses = 0
        /// The last reason that the console was given.
        var reason = ""
        var deliver: @Sendable (LinkUpdate) -> Void = { _ in }
        var isOver = false
    }

    private let socket: String
    private let hello: Hello
    private let state: Mutex<State>
    private let first: Welcome
    private let wake = WakeUp()
    private let thread = Mutex<LoopThread?>(nil)

    /// How long it waits before it tries again.
    private static let pause = 1_000
    /// How long a registrar may take to say its welcome when it is tried again: whoever leaves waits for that.
    private static let patience = Interval.seconds(3)

    /// Connects; throws with exit code 75 if no registrar is there.
    init(socket: String, hello: Hello) throws(HostError) {
        self.socket = socket
        self.hello = hello
        let client = try ControlClient(socket: socket, hello: hello)
        first = client.welcome.here
        state = Mutex(State(client: client.line))
    }

    func begin(_ deliver: @escaping @Sendable (LinkUpdate) -> Void) {
        state.withLock { $0.deliver = deliver }
        deliver(.welcome(first))
        do throws(TransportError) {
            let thread = try LoopThread(name: "regtop-attach") { [self] in run() }
            self.thread.withLock { $0 = thread }
        } catch {
            deliver(.lost(error.description))
        }
    }

    func send(_ request: LinkRequest, losses: Int) {
        let client = state.withLock { $0.losses == losses ? $0.client : nil }
        client?.send(LinkCodec.line(request))
    }

    func scriptLink() throws(HostError) -> any RegistrarLink {
        var looking = hello
        looking.isConsole = false
        looking.isReadOnly = true
        return try ControlClient(socket: socket, hello: looking)
    }

    func notice(_ level: Notice.Level, _ text: String) {
        let deliver = state.withLock { $0.deliver }
        deliver(.notice(Notice(at: SystemClock.read().timestamp, level: level, text: text)))
    }

    func leave(_ code: Int32) {
        let client = state.withLock { state in
            state.isOver = true
            return state.client
        }
        client?.wake()
        wake.raise()
        thread.withLock { $0 }?.join()
    }

    // MARK: On the thread

    private func run() {
        while true {
            let (client, isOver) = state.withLock { ($0.client, $0.isOver) }
            if isOver { return }
            if let client {
                listen(to: client)
            } else {
                wake.wait(milliseconds: Self.pause)
                tryAgain()
            }
        }
    }

    private func listen(to client: LineClient) {
        switch client.next(timeoutMilliseconds: 60_000) {
        case .nothing: break
        case .ended: lose("the registrar has gone")
        case .tooLong: lose("the registrar sent a line that is too long")
        case .line(let bytes):
            do throws(LinkError) {
                let update = try LinkCodec.update(bytes.span)
                if case .lost(let reason) = update { return lose(reason) }
                let deliver = state.withLock { $0.deliver }
                if case .welcome(let welcome) = update { return deliver(.welcome(welcome.here)) }
                deliver(update)
            } catch {
                lose("the registrar speaks another version of the protocol: \(error)")
            }
        }
    }

    private func lose(_ reason: String) {
        let deliver = state.withLock { state in
            // What was meant for the registrar that has gone must never reach the next one.
            state.client?.stopSending()
            state.client = nil
            state.losses += 1
            state.reason = reason
            return state.deliver
        }
        deliver(.lost(reason))
    }

    private func tryAgain() {
        guard !state.withLock({ $0.isOver }) else { return }
        let client: ControlClient
        do throws(HostError) {
            client = try ControlClient(socket: socket, hello: hello, patience: Self.patience)
        } catch {
            // That nobody answers says less than why it went away; that it lets nobody in says more.
            let isAbsent = error.exitCode == 75
            if !isAbsent, state.withLock({ $0.reason }) != error.description { lose(error.description) }
            return
        }
        let deliver = state.withLock { state in
            state.client = client.line
            return state.deliver
        }
        deliver(.welcome(client.welcome.here))
    }
}

extension Welcome {
    /// The same with the time of day of whoever looks, who may sit elsewhere than the registrar's user.
    fileprivate var here: Welcome {
        var welcome = self
        welcome.utcOffset = LocalTime.utcOffset
        return welcome
    }
}
