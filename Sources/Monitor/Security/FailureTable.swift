internal import SIPMessage
internal import Timing

/// Failures by users or by User-Agents, in bounded memory.
struct FailureTable {
    struct Record {
        var counts = FailureCounts()
        /// Sources that they came from; for a User-Agent that used names, these.
        var sources = DistinctWindow(capacity: 64), names = DistinctWindow(capacity: 64)
        var agent: [UInt8] = []
        var tool: KnownTool?
        /// Sources that a wrong password came from, and how fast they came, as those of one name.
        var guessed = GuessedNames()
    }

    private(set) var hitters: HeavyHitters<[UInt8], Record>
    private var fadedAt: Timestamp

    /// How many are told apart now.
    var count: Int { hitters.entries.count }

    init(capacity: Int, at now: Timestamp) {
        hitters = HeavyHitters(capacity: capacity, inheritsWeight: false)
        fadedAt = now
    }

    mutating func advance(to now: Timestamp) {
        guard now >= fadedAt + .seconds(60) else { return }
        fadedAt = now
        hitters.fade()
    }

    /// Counts an attempt that has failed.
    mutating func noteFailure(_ outcome: borrowing AttemptOutcome, as key: [UInt8]) {
        let place = hitters.note(Array(key.prefix(256)), fresh: Record())
        let at = outcome.at
        let source = outcome.path.source.address.sketchHash
        hitters[place].counts.note(outcome.verdict, weight: outcome.weight, at: at)
        hitters[place].sources.add(source, at: at)
        hitters[place].names.add(outcome.name.sketchHash, at: at)
        hitters[place].agent = outcome.agent
        if let tool = outcome.tool { hitters[place].tool = tool }
        guard outcome.verdict == .wrongPassword else { return }
        // A phone is a source with its port here: the phones of different offices share nothing.
        hitters[place].guessed.note(
            outcome.name,
            0,
            port: UInt16(truncatingIfNeeded: source) ^ outcome.path.source.port,
            call: outcome.flow,
            outcome.weight,
            at: at
        )
    }

    /// Counts a login that went through, of a key that has failed.
    mutating func noteSuccess(_ outcome: borrowing AttemptOutcome, as key: [UInt8]) {
        guard let place = hitters.place(of: Array(key.prefix(256))) else { return }
        hitters[place].counts.noteGranted(outcome.weight, at: outcome.at)
        if outcome.metStaleNonce { hitters[place].counts.add(.stale, outcome.weight, outcome.at) }
    }

    /// The users with most failures in ten minutes, for the overview.
    func top(_ limit: Int, at now: Timestamp) -> [FailingUser] {
        let failing = hitters.entries.map { ($0, $0.value.counts.failures.sum(at: now)) }.filter { $0.1 > 0 }
        let sorted = failing.sorted { a, b in
            a.1 != b.1 ? a.1 > b.1 : a.0.key.lexicographicallyPrecedes(b.0.key)
        }
        return sorted.prefix(limit).map { entry, failures in
            let counts = entry.value.counts
            let commonest = counts.commonest(at: now) ?? VerdictCount(.wrongPassword, failures)
            return FailingUser(
                aor: String(decoding: entry.key, as: UTF8.self),
                verdict: commonest.verdict,
                commonest: commonest.count,
                failures: failures,
                sources: entry.value.sources.seen(at: now).keys,
                last: counts.last
            )
        }
    }
}

extension FailureTable.Record {
    /// What the failures of a user look like: guesses from many sources are only seen here.
    func judgement(at now: Timestamp) -> [AbuseFinding] {
        if let guess = guessed.names.first, guess.tries.sum(at: now) >= SourceRecord.leastTries,
            guess.isFast(at: now)
        {
            let tries = guess.tries.sum(at: now)
            let (sources, _) = sources.seen(at: now)
            let from = sources == 1 ? "1 source" : "\(sources) sources"
            return [
                AbuseFinding(kind: .guessing, count: tries, evidence: "\(tries) wrong passwords from \(from)")
            ]
        }
        if let tool {
            return [AbuseFinding(kind: .scanning, count: 1, evidence: "sent by \(tool.name)")]
        }
        return []
    }
}

extension IPAddress {
    /// The name of an address in sketches.
    var sketchHash: UInt32 { UInt32(truncatingIfNeeded: mix(mix(0, high), low) >> 32) }
}
