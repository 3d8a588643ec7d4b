import BindingTable
import Timing

/// Notices when a store gets into trouble and out of it, and says so once each.
struct StoreWatch {
    private var since: Timestamp?
    /// Changes that had failed before the trouble.
    private var failures: UInt64 = 0
    private var sentence: String?

    /// Looks at the store's health; gives what the log is to be told.
    mutating func look(_ health: StoreHealth, at now: Timestamp) -> Notice? {
        switch (sentence, health.trouble) {
        case (nil, let trouble?):
            since = health.troubleSince ?? now
            sentence = trouble
            return Notice(at: now, level: .error, text: "registrations are not durable: \(trouble)")
        case (_?, nil):
            let seconds = max(1, (now - (since ?? now)).secondsRoundedUp)
            let changes = health.failures &- failures
            (since, sentence) = (nil, nil)
            let lost =
                changes == 0
                ? "no change failed" : changes == 1 ? "1 change failed" : "\(changes) changes failed"
            return Notice(
                at: now,
                level: .info,
                text: "registrations are durable again, after \(seconds) s; \(lost) meanwhile"
            )
        case (let before?, let trouble?) where before != trouble:
            sentence = trouble
            return Notice(at: now, level: .error, text: "registrations are still not durable: \(trouble)")
        case (nil, nil):
            failures = health.failures
            return nil
        default: return nil
        }
    }
}
