import BindingTable
import SIPMessage
import Timing

/// Failed logins as lines of a log, for those who have no screen: at most twenty in ten seconds, then only how many
/// more there were. A guesser must not fill a disk.
struct FailureLines {
    private static let most = 20
    private static let period = Interval.seconds(10)

    private var lines: [Notice] = []
    private var periodEnd = Timestamp.zero
    private var count = 0

    /// Takes in an attempt that ended; only failures are given here.
    mutating func note(_ outcome: AttemptOutcome, at now: Timestamp) {
        rollOver(now)
        count += 1
        guard count <= Self.most else { return }
        let isNamed = !outcome.aor.isEmpty
        let aor = isNamed ? String(decoding: outcome.aor, as: UTF8.self) : "(no address of record)"
        let path = "\(outcome.path.source) \(outcome.path.transport.name)"
        add("login failed: \(outcome.verdict.word) \(aor) from \(path)", at: outcome.at)
    }

    /// The lines since the last call.
    mutating func take(at now: Timestamp) -> [Notice] {
        rollOver(now)
        defer { lines.removeAll(keepingCapacity: true) }
        return lines
    }

    private mutating func rollOver(_ now: Timestamp) {
        guard now >= periodEnd else { return }
        if count > Self.most { add("logins failed: \(count - Self.most) more in 10 s", at: now) }
        count = 0
        periodEnd = now + Self.period
    }

    private mutating func add(_ text: String, at time: Timestamp) {
        lines.append(Notice(at: time, level: .info, text: text))
    }
}
