import BindingTable
import Registrar
import Synchronization
import Timing
import Transport

/// What systemd hears while the service runs: signs of life as often as it wants, and a status line where it has
/// changed. Beaten by the monitor's thread, so that one that hangs is noticed.
final class ServicePulse: Sendable {
    private struct Beats: Sendable {
        var nextSign = Timestamp.zero
        var nextStatus = Timestamp.zero
        var status = ""
    }

    private let notifier: ServiceNotifier
    private let beats = Mutex(Beats())
    private let status: @Sendable () -> String
    private static let statusPeriod = Interval.seconds(5)

    /// - Parameter status: what the service says of itself.
    init(_ notifier: ServiceNotifier, status: @escaping @Sendable () -> String) {
        self.notifier = notifier
        self.status = status
    }

    /// Says what is due.
    func beat(at now: Timestamp) {
        let due = beats.withLock { beats -> (sign: Bool, status: Bool) in
            let isDue = (now >= beats.nextSign, now >= beats.nextStatus)
            if isDue.0, let interval = notifier.watchdogInterval {
                beats.nextSign = now + .milliseconds(Int(max(1, interval * 1_000)))
            }
            if isDue.1 { beats.nextStatus = now + Self.statusPeriod }
            return isDue
        }
        if due.sign, notifier.watchdogInterval != nil { notifier.alive() }
        guard due.status else { return }
        let text = status()
        let isNews = beats.withLock { beats in
            defer { beats.status = text }
            return beats.status != text
        }
        if isNews { notifier.status(text) }
    }
}

extension RegistrarService {
    /// One line on how it is: what `systemctl status` shows.
    var statusLine: String {
        let (bindings, users) = (state.table.bindingCount, state.table.addressOfRecordCount)
        let counts = "\(bindings) \(bindings == 1 ? "binding" : "bindings") of \(users)"
        let trouble = storeHealth?.trouble.map { "; not durable: \($0)" } ?? ""
        let drain = state.policy.current.drain?.isInForce(at: SystemClock.read().timestamp) ?? false
        return "\(counts) \(users == 1 ? "user" : "users")\(drain ? "; draining" : "")\(trouble)"
    }
}
