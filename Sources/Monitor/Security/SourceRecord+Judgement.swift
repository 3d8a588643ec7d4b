internal import Timing

/// The rules by which failures are judged.
///
/// - guessing: ten wrong passwords for one name within ten minutes, faster than one in five seconds for each phone
///   that may be behind it. Phones keep their port or their Call-ID, so the distinct ones of these say how many there
///   may be; twenty phones of an office that share one wrong password, each trying every half minute, are
///   twenty phones.
/// - spraying: ten names with wrong passwords, at most three tries each. Twenty phones of an office whose passwords
///   were all changed would look so in their first minute, but each comes from a port of its own: there must be
///   four names to a port, or ten minutes have gone by in which a phone would have tried more often.
/// - enumeration: the same with names that are not here, or that were asked for and never gone on with.
/// - None of the last two if at least as many users have registered from the source as names fail.
/// - replay: three replays.
/// - scanning: a known tool; or ten requests that are no REGISTER from a source that nobody has registered from.
/// - break-in: during one of these a name registers that never had from there, and that had been tried, is one of many
///   that were, or comes from the known tool.
extension SourceRecord {
    /// So many unknown names from where nobody has registered are enumeration, from however many ports.
    static let leastAbsentNames = 20
    static let leastTries = 10, leastNames = 10, leastReplays = 3, leastProbes = 10
    private static let mostTriesEach = 3

    /// What matters most first.
    func judgement(at now: Timestamp) -> [AbuseFinding] {
        var found = [
            breakIn(at: now), guessing(at: now), spraying(at: now), enumeration(at: now), replay(at: now),
            scanning(at: now),
        ].compactMap { $0 }
        if found.isEmpty { found = [harmless(at: now)].compactMap { $0 } }
        return found
    }

    private func breakIn(at now: Timestamp) -> AbuseFinding? {
        let recent = breakIns.filter { now - $0.at < .seconds(86_400) }
        guard let last = recent.last else { return nil }
        let name = FailureLines.field(last.name)
        let tries = last.tries > 0 ? " after \(last.tries) wrong passwords" : ", never seen from here before"
        let others = recent.count > 1 ? ", and \(recent.count - 1) more" : ""
        return AbuseFinding(
            kind: .breakIn,
            count: recent.count,
            evidence: "\(name) logged in\(tries)\(others)"
        )
    }

    private func guessing(at now: Timestamp) -> AbuseFinding? {
        let fast = guessed.names.filter { $0.tries.sum(at: now) >= Self.leastTries && $0.isFast(at: now) }
        guard let most = fast.max(by: { $0.tries.sum(at: now) < $1.tries.sum(at: now) }) else { return nil }
        let tries = most.tries.sum(at: now)
        let others = fast.count > 1 ? " and \(fast.count - 1) more" : ""
        let name = FailureLines.field(most.text)
        let span = Self.span(most.last - max(most.first, now - .seconds(600)))
        return AbuseFinding(
            kind: .guessing,
            count: tries,
            evidence: "\(tries) wrong passwords for \(name)\(others) in \(span)"
        )
    }

    private func spraying(at now: Timestamp) -> AbuseFinding? {
        let (keys, tries) = refused.seen(at: now)
        guard isSpread(keys, tries, at: now) else { return nil }
        return AbuseFinding(
            kind: .spraying,
            count: keys,
            evidence: "wrong passwords for \(keys) names, \(Self.each(tries, keys)) each, in \(span(at: now))"
        )
    }

    private func enumeration(at now: Timestamp) -> AbuseFinding? {
        let (absent, tries) = unknown.seen(at: now)
        let (asked, askedTries) = silent.seen(at: now)
        // An office's phones come from ports of their own as well, but they try again and again.
        let isManyAbsent =
            users.isEmpty && absent >= Self.leastAbsentNames && tries <= Self.mostTriesEach * absent
        let isAbsent = isSpread(absent, tries, at: now) || isManyAbsent
        guard isAbsent || isSpread(asked, askedTries, at: now) else { return nil }
        let what =
            isAbsent
            ? "\(absent) names that are not here, \(Self.each(tries, absent)) each"
            : "\(asked) names asked for and never gone on with"
        return AbuseFinding(
            kind: .enumeration,
            count: isAbsent ? absent : asked,
            evidence: "\(what), in \(span(at: now))"
        )
    }

    private func replay(at now: Timestamp) -> AbuseFinding? {
        let count = counts.count(.replay, at: now)
        guard count >= Self.leastReplays else { return nil }
        return AbuseFinding(
            kind: .replay,
            count: count,
            evidence: "\(count) logins seen before were sent again in \(span(at: now))"
        )
    }

    private func scanning(at now: Timestamp) -> AbuseFinding? {
        let count = probes.sum(at: now)
        let asked = "\(count) request\(count == 1 ? "" : "s") that register\(count == 1 ? "s" : "") nothing"
        if let tool {
            guard now - counts.last < .seconds(3_600) else { return nil }
            let rest = count > 0 ? ", \(asked)" : ""
            return AbuseFinding(
                kind: .scanning,
                count: max(1, count),
                evidence: "sent by \(tool.name)\(rest)"
            )
        }
        guard count >= Self.leastProbes, users.isEmpty else { return nil }
        return AbuseFinding(kind: .scanning, count: count, evidence: "\(asked), and no login")
    }

    private func harmless(at now: Timestamp) -> AbuseFinding? {
        let failures = counts.failures.sum(at: now)
        guard failures > 0 else { return nil }
        let stale = counts.count(.stale, at: now)
        let granted = counts.granted.sum(at: now)
        if stale >= failures, granted > 0 {
            let evidence = "\(stale) met an old nonce, \(granted) logged in"
            return AbuseFinding(kind: .staleNonce, count: stale, evidence: evidence)
        }
        let (keys, tries) = names.seen(at: now)
        guard keys > 0, keys <= Self.leastNames || tries > Self.mostTriesEach * keys || !users.isEmpty else {
            return nil
        }
        let first = guessed.names.first.map { " (\(FailureLines.field($0.text)))" } ?? ""
        let who = "\(keys) name\(keys == 1 ? "\(first) fails" : "s fail")"
        return AbuseFinding(
            kind: .misconfigured,
            count: failures,
            evidence: "\(who), \(Self.each(tries, keys)) each, no faster than phones try"
        )
    }

    /// Many names with few tries each, from fewer ports than so many phones would have.
    private func isSpread(_ keys: Int, _ tries: Int, at now: Timestamp) -> Bool {
        guard keys >= Self.leastNames, tries <= Self.mostTriesEach * keys, users.count < keys else {
            return false
        }
        return 4 * ports.seen(at: now).keys <= keys || now - counts.first >= .seconds(600) || tool != nil
    }

    private func span(at now: Timestamp) -> String {
        Self.span(counts.last - max(counts.first, now - .seconds(600)))
    }

    private static func span(_ interval: Interval) -> String {
        let seconds = max(1, interval.secondsRoundedUp)
        return seconds < 120 ? "\(seconds) s" : "\(seconds / 60) min"
    }

    /// `1.5 tries`
    private static func each(_ tries: Int, _ keys: Int) -> String {
        let tenths = keys == 0 ? 0 : tries * 10 / keys
        return tenths == 10 ? "1 try" : "\(tenths / 10).\(tenths % 10) tries"
    }
}
