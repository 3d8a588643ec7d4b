import Timing
import Transport

/// Connections that came to nothing, as a line of the log once a minute at most: too many, handshakes that failed.
/// No screen row shows them, for they never became a message.
struct ConnectionRefusals {
    private static let period = Interval.seconds(60)

    private var told = LoopCounters.Facts()
    private var next = Timestamp.zero

    /// What has happened since the last line; nil if nothing has, or it is too early.
    mutating func line(_ counters: [LoopCounters.Facts], at now: Timestamp) -> String? {
        guard now >= next else { return nil }
        var sum = LoopCounters.Facts()
        for facts in counters {
            sum.refusedTooMany += facts.refusedTooMany
            sum.refusedPerSource += facts.refusedPerSource
            sum.failedHandshakes += facts.failedHandshakes
            sum.failedUpgrades += facts.failedUpgrades
        }
        let parts: [(UInt64, String)] = [
            (sum.refusedTooMany - told.refusedTooMany, "beyond limits.connections"),
            (sum.refusedPerSource - told.refusedPerSource, "beyond limits.connections-per-source"),
            (sum.failedHandshakes - told.failedHandshakes, "without a TLS handshake"),
            (sum.failedUpgrades - told.failedUpgrades, "without a WebSocket upgrade"),
        ]
        told = sum
        let words = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        guard !words.isEmpty else { return nil }
        next = now + Self.period
        return "connections refused: \(words.joined(separator: ", "))"
    }
}
