internal import BindingTable
internal import ConsoleLink
internal import Monitor
internal import SIPMessage
internal import Timing

/// What a ticket report comes to, in a sentence or two: registered or not, and since what.
struct ReportConclusion {
    let facts: ReportFacts
    let clock: LocalClock

    /// The sentences.
    var text: String {
        facts.live.isEmpty ? absent : present
    }

    // MARK: Registered

    private var present: String {
        let rows = facts.live.map(\.row)
        let troubled = rows.filter { $0.state != .ok }
        let count = TimeText.count(facts.bindingCount, "binding")
        let from = rows.count == 1 ? " from \(rows[0].binding.facts.path.source)" : ""
        let last = rows.map(\.binding.facts.expiresAt).max() ?? .zero
        let until = "good until \(clock.dated(last))"
        if let run = failures { return "It is registered (\(count)\(from), \(until)), but \(run.text)." }
        if let flapping { return "It is registered (\(count)\(from), \(until)), but \(flapping)." }
        guard let worst = troubled.first else {
            return "It is registered and well: \(count)\(from), \(until)\(lastGrant)."
        }
        let whose = rows.count == 1 ? "" : " \(troubled.count) of them:"
        return "It is registered (\(count)\(from), \(until)), but not well:\(whose) \(trouble(worst))."
    }

    private func trouble(_ row: BindingRow) -> String {
        switch row.state {
        case .ok, .gone: "it has just gone"
        case .late:
            row.binding.facts.rhythm.map {
                "it is later than it usually is (every \(TimeText.length(Int($0.seconds)))), and may be gone"
            } ?? "it has not refreshed, and its time is nearly over"
        case .auth: "its last login failed"
        case .silent: ReachText.silence(row.binding.facts.reachability)
        case .disconnected: CallWords.connectionEnded(RouteTarget(row.binding, at: clock.now.timestamp))
        }
    }

    private var lastGrant: String {
        facts.attempts.first { $0.verdict == .ok }.map {
            "; its last login was granted \(clock.dated($0.endedAt))"
        }
            ?? ""
    }

    // MARK: Not registered

    private var absent: String {
        if isUnknown { return unknown }
        let end = removal
        if let run = failures, end.map({ wall(run.last) > $0.at }) ?? true {
            return "It is not registered: \(run.text). \(lastGood)"
        }
        if let flapping { return "It is not registered at this moment: \(flapping). \(lastGood)" }
        guard let end else { return "It is not registered. \(lastGood)" }
        return "It is not registered: \(ending(end))\(comeBack(end)). \(lastGood)"
    }

    private var isUnknown: Bool { facts.attempts.isEmpty && facts.history.entries.isEmpty }

    private var unknown: String {
        let reach =
            facts.history.refusal.map { " (there is no journal: \($0))" }
            ?? facts.history.oldest.map { ", which begins \(clock.dated($0))" } ?? ""
        return
            "Nothing is known of it: no binding, no attempt that is kept, no line in the journal\(reach). Either "
            + "its REGISTERs do not reach this registrar, or its name is another."
    }

    /// How its last binding left, if that is what happened last.
    private var removal: HistoryEntry? {
        facts.history.entries.first.flatMap { $0.cause.isRemoval ? $0 : nil }
    }

    private func ending(_ end: HistoryEntry) -> String {
        let by = end.by.isEmpty ? "an operator" : end.by
        let at = clock.dated(end.at)
        return switch end.cause {
        case .unregistered: "the phone removed its last binding itself \(at)"
        case .expired: "its last binding expired \(at)"
        case .displaced: "a newer contact took the place of its last binding \(at)"
        case .expiredByOperator: "\(by) let its last binding expire \(at)"
        case .evictedByOperator: "\(by) evicted its last binding \(at)"
        case .connectionLost: "its last binding went with its connection \(at)"
        case .silent: "its last binding was taken \(at) for it answered no ping"
        case .registered, .refreshed, .moved, .restored, .rolledBack, .observed:
            "its last binding has ended \(at)"
        }
    }

    private func comeBack(_ end: HistoryEntry) -> String {
        let since = facts.attempts.filter { wall($0.startedAt) > end.at }
        if since.isEmpty { return ", and the phone has not come back since" }
        return ", and \(TimeText.count(since.count, "attempt")) since came to nothing"
    }

    /// When it was last well, as far as that is known.
    private var lastGood: String {
        if let good = facts.attempts.first(where: { $0.verdict == .ok }) {
            return "The last good login was \(clock.dated(good.endedAt)) from \(good.path.source.address)."
        }
        if let life = facts.history.entries.first?.binding {
            let source = life.source.address
            return "The last good REGISTER was \(clock.dated(life.refreshedAt)) from \(source)."
        }
        return "No good login of it is kept."
    }

    /// That it takes its binding away again and again: each time it is there, all looks well.
    private var flapping: String? {
        let leaves = facts.attempts.filter {
            $0.verdict == .unregistered && clock.now.timestamp - $0.endedAt < .seconds(600)
        }
        guard leaves.count >= 3, let first = leaves.last else { return nil }
        return
            "it comes and goes: \(TimeText.count(leaves.count)) times since \(clock.clock(first.endedAt)) it has taken its "
            + "own binding away"
    }

    // MARK: Failures

    /// The last logins, if they failed.
    private struct Failures {
        var text: String
        /// When the newest of them ended.
        var last: Timestamp
    }

    private var failures: Failures? {
        let logins = facts.attempts.filter {
            ![.waiting, .query, .other, .unregistered].contains($0.verdict)
        }
        let run = logins.prefix { $0.verdict.isFailure }
        guard let first = run.first else { return nil }
        let same = run.prefix { $0.verdict == first.verdict }
        let sources = Set(same.map(\.path.source.address))
        let source = sources.count == 1 ? "\(first.path.source.address)" : "\(sources.count) addresses"
        let own = Set(facts.live.map(\.row.binding.facts.path.source.address))
        let isElsewhere = !own.isEmpty && own.isDisjoint(with: sources)
        let elsewhere = isElsewhere ? ", where it is not registered from," : ""
        let what = Self.failed(first.verdict, isOne: same.count == 1)
        let which = same.count == 1 ? "its last login" : "its last \(TimeText.count(same.count)) logins"
        let times =
            same.count == 1
            ? " \(clock.dated(first.endedAt))"
            : ", the newest \(clock.dated(first.endedAt))"
        return Failures(text: "\(which) from \(source)\(elsewhere) \(what)\(times)", last: first.endedAt)
    }

    /// What logins did, to stand behind whose they were.
    private static func failed(_ verdict: AttemptVerdict, isOne: Bool) -> String {
        switch verdict {
        case .wrongPassword: "failed with a wrong password"
        case .unknownUser: "failed: there is no such account"
        case .blocked: "\(isOne ? "was" : "were") refused by an operator's block"
        case .abandoned: "ended after the challenge: the phone never answered it"
        case .malformed: "broke the rules of SIP"
        case .server: "failed for this registrar could not store or load"
        default: "failed (\(VerdictWords.short(verdict)))"
        }
    }

    private func wall(_ instant: Timestamp) -> WallTime { clock.now.wall(at: instant) }
}
