internal import BindingTable
internal import Timing

/// Judges a binding by the phone's own rhythm.
enum BindingHealth {
    /// From when on a binding counts as late.
    ///
    /// With a rhythm (``/BindingTable/BindingFacts/rhythm``): the usual gap has passed, and three times its deviation,
    /// at least two seconds and a twentieth of the gap, as a phone's timers and the network are never
    /// exact. Without one, phones are seen to refresh anywhere between half and nearly all of their time,
    /// so only the last twentieth says something. Never after the expiry itself.
    static func lateAt(_ facts: BindingFacts) -> Timestamp {
        guard let gap = facts.rhythm.map({ Int($0.milliseconds) }) else {
            return facts.expiresAt - Interval.milliseconds(Int(facts.granted) * 50)
        }
        let tolerance = max(3 * Int(facts.gapDeviation), gap / 20, 2_000)
        return min(facts.refreshedAt + Interval.milliseconds(gap + tolerance), facts.expiresAt)
    }

    /// How a living binding is doing.
    static func state(_ facts: BindingFacts, isRefused: Bool, at now: Timestamp) -> BindingState {
        if facts.reachability.connection == .gone { return .disconnected }
        if facts.reachability.ping == .stoppedAnswering { return .silent }
        if isRefused { return .auth }
        return now >= lateAt(facts) ? .late : .ok
    }
}
