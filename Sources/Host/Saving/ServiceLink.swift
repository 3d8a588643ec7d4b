import BindingTable
import ConsoleLink
import Dispatch
import Synchronization
import Timing

/// A script's way to the registrar of the same process: at the monitor as any console is. For one thread at a time.
final class ServiceLink: RegistrarLink {
    let welcome: Welcome
    private let monitor: MonitorService
    private let answers: Answers
    private var serial: UInt64 = 0

    /// Its number at the monitor: no console and no connection has it.
    private static let id = -1
    /// How long an answer may take.
    private static let patience = DispatchTimeInterval.seconds(30)

    private final class Answers: Sendable {
        let updates = Mutex<[LinkUpdate]>([])
        let arrival = DispatchSemaphore(value: 0)
    }

    /// Joins the monitor of a registrar, to look only.
    init(_ service: RegistrarService, _ identity: OperatorIdentity) {
        monitor = service.monitor
        welcome = service.welcome(identity, readOnlyBecause: "it only saves what is there")
        let answers = Answers()
        self.answers = answers
        monitor.attach(
            MonitorService.Console(id: Self.id, welcome: welcome) { update in
                guard update.serial != nil else { return }
                answers.updates.withLock { $0.append(update) }
                answers.arrival.signal()
            }
        )
    }

    deinit { monitor.detach(Self.id) }

    func ask(_ request: (UInt64) -> LinkRequest) throws(HostError) -> LinkUpdate {
        serial += 1
        monitor.submit(request(serial), from: Self.id)
        while answers.arrival.wait(timeout: .now() + Self.patience) == .success {
            let update = answers.updates.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if let update, update.serial == serial { return update }
        }
        throw HostError("the registrar does not answer", exitCode: 75)
    }
}
