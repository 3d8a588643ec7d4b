import BindingTable
import ConsoleLink
import Timing
import Transport

/// How a console reaches its monitor, in this process or in another: requests one way, updates the other.
protocol ConsoleLine: Sendable {
    /// Updates come from now on, on any thread; a welcome is the first of them.
    func begin(_ deliver: @escaping @Sendable (LinkUpdate) -> Void)
    /// Sends a request; never waits. What was meant for another end than the one that is there now is dropped.
    ///
    /// - Parameter losses: how many times the console has heard that the other end is away.
    func send(_ request: LinkRequest, losses: Int)
    /// Another way to the same registrar, for a script beside the console. Blocks; throws if it can't be reached.
    func scriptLink() throws(HostError) -> any RegistrarLink
    /// Something that this console has noticed and somebody should know.
    func notice(_ level: Notice.Level, _ text: String)
    /// The console is no more.
    ///
    /// - Parameter code: the exit code that goes with it.
    func leave(_ code: Int32)
}

/// The line to the registrar of the same process.
final class EmbeddedLine: ConsoleLine {
    private let service: RegistrarService
    private let isReadOnly: Bool
    private let identity = OperatorIdentity.ofThisProcess

    /// A console's number at the monitor; those of the control socket are higher.
    private static let id = 0

    init(_ service: RegistrarService, isReadOnly: Bool) {
        self.service = service
        self.isReadOnly = isReadOnly
    }

    func begin(_ deliver: @escaping @Sendable (LinkUpdate) -> Void) {
        let welcome = service.welcome(
            identity,
            readOnlyBecause: isReadOnly ? "started with --read-only" : nil
        )
        service.monitor.attach(MonitorService.Console(id: Self.id, welcome: welcome, deliver: deliver))
        service.record(.opened(identity, mayAct: !isReadOnly))
    }

    func send(_ request: LinkRequest, losses: Int) { service.monitor.submit(request, from: Self.id) }

    func scriptLink() throws(HostError) -> any RegistrarLink { ServiceLink(service, identity) }

    func notice(_ level: Notice.Level, _ text: String) { service.notice(level, text) }

    func leave(_ code: Int32) {
        service.monitor.detach(Self.id)
        service.record(.closed(identity, result: "exit code \(code)", isLost: code == 129))
    }
}

extension RegistrarService {
    /// The first words to a console.
    func welcome(_ you: OperatorIdentity, readOnlyBecause: String?) -> Welcome {
        var welcome = Welcome(
            host: HostName.short,
            listeners: listeners.map(\.description),
            startedAt: startedAt.timestamp,
            clock: SystemClock.read(),
            utcOffset: LocalTime.utcOffset,
            you: you,
            readOnlyBecause: readOnlyBecause,
            openDomains: openDomains
        )
        welcome.keepsBindings = keepsBindings
        return welcome
    }

    /// Writes the begin or the end of a console's session into the audit trail.
    func record(_ event: SessionEvent) {
        let record = event.record(at: SystemClock.read().wall)
        do throws(HostError) {
            try audit.append(record)
            monitor.post(.audit(record))
        } catch {
            notice(
                .error,
                "the audit trail can't be written, so acts will be refused: \(error.description)"
            )
        }
    }
}
