internal import BindingTable
internal import SIPMessage
internal import Timing

extension RegistrationFlows {
    /// Slots of the attempts that pass a filter, oldest first, and how far the search has come (0...1).
    func matching(
        _ walks: inout AttemptWalks,
        _ filter: Filter?,
        failuresOnly: Bool,
        kind: RequestKind = .registrations,
        clock: FilterClock,
        at now: Timestamp
    )
        -> (slots: [Int32], progress: Double)
    {
        var result: [Int32] = []
        // Whoever asks for a method or for what becomes of calls wants to see them.
        let kind = kind == .registrations && filter?.program.asksForCalls == true ? .all : kind
        guard let filter else {
            store.forEach { slot in
                if store[slot].isShown(as: kind), !failuresOnly || store[slot].isFailure {
                    result.append(slot)
                }
                return true
            }
            return (result, 1)
        }
        guard filter.subject == .attempts else { return ([], 1) }
        var walk = walks.take(filter, clock)
        var (judged, left) = (0, 0)
        walk.begin(kept: store.count)
        // The newest are looked at first: they are what is asked for.
        store.forEach(newestFirst: true) { slot in
            if failuresOnly && !store[slot].isFailure || !store[slot].isShown(as: kind) { return true }
            switch walk.passes(store[slot], at: now) {
            case true?: result.append(slot)
            case nil: left += 1
            case false?: break
            }
            judged += 1
            return true
        }
        walks.keep(walk)
        result.reverse()
        return (result, left == 0 ? 1 : min(0.999, Double(judged - left) / Double(judged)))
    }

    /// What is kept of an address of record: its last attempts and the calls to it and from it, newest first, the gaps between the logins of
    /// one Call-ID in seconds, oldest first, the last REGISTER of that Call-ID, and the last 200.
    func history(of aor: [UInt8], callID: [UInt8])
        -> (attempts: [AttemptRow], gaps: [Int], lastRequest: [UInt8], lastReply: [UInt8])
    {
        let hash = aor.span.hash(ByteRange(start: 0, count: UInt16(clamping: aor.count)))
        var attempts: [AttemptRow] = []
        var logins: [Timestamp] = []
        var lastRequest: [UInt8] = []
        var lastReply: [UInt8] = []
        store.forEach(newestFirst: true) { slot in
            let attempt = store[slot]
            guard attempt.isOf(aor, hash: hash) else { return true }
            if attempts.count < Self.attemptsShown { attempts.append(attempt.row) }
            guard attempt.call == nil else { return true }
            guard attempt.bytes[attempt.callID.bounds].elementsEqual(callID) else { return true }
            if attempt.verdict == .ok { logins.append(attempt.endedAt) }
            if lastRequest.isEmpty, let last = attempt.messages.last(where: { $0.isRequest }) {
                lastRequest = Array(attempt.bytes[last.piece.bounds])
            }
            if lastReply.isEmpty, attempt.verdict == .ok,
                let last = attempt.messages.last(where: { !$0.isRequest })
            {
                lastReply = Array(attempt.bytes[last.piece.bounds])
            }
            return logins.count <= Self.gapsShown
        }
        logins.reverse()
        let gaps = zip(logins, logins.dropFirst()).map { Int(($1 - $0).milliseconds + 500) / 1_000 }
        return (attempts, gaps, lastRequest, lastReply)
    }

    /// The most attempts and gaps of a binding's page.
    private static let attemptsShown = 32, gapsShown = 60
}

extension Attempt {
    /// It is of an address of record, as the one that registers, is called or calls.
    fileprivate func isOf(_ name: [UInt8], hash: UInt64) -> Bool {
        if aorHash == hash, bytes[aor.bounds].elementsEqual(name) { return true }
        return call.map { bytes[$0.caller.bounds].elementsEqual(name) } ?? false
    }
}

extension FilterRow {
    /// Takes what a filter needs of an attempt.
    mutating func load(_ attempt: borrowing Attempt, _ needs: FilterTexts) {
        reset()
        source = attempt.path.source
        transport = 1 << UInt64(attempt.path.transport.rawValue)
        tls = 1 << UInt64(attempt.path.tls.rawValue)
        `try` = Int64(attempt.steps.count)
        cseq = Int64(attempt.cseq)
        for step in attempt.steps { codes.append(step.status) }
        begins = attempt.startedAt
        took = Int64((attempt.endedAt - attempt.startedAt).milliseconds)
        let found = attempt.exchanges.reduce(Badges()) { $0.union($1.badges) }
        badges = UInt64(found.rawValue)
        nat = found.contains(.nat) ? 2 : 1
        result = FilterWords.bit(of: attempt)
        if let call = attempt.call { load(call) }
        addTexts(attempt, needs)
        addWords(attempt, found, needs)
    }

    /// Statuses that came from its legs, and what was told to the caller; so many legs were tried.
    private mutating func load(_ call: CallRecord) {
        if call.status > 0 { codes.append(call.status) }
        for leg in call.columns.dropFirst() where leg.status > 0 { codes.append(leg.status) }
        self.try = Int64(max(0, call.columns.count - 1))
    }

    private mutating func addTexts(_ attempt: borrowing Attempt, _ needs: FilterTexts) {
        let bytes = attempt.bytes
        func add(_ text: FilterTexts, _ piece: Attempt.Piece, _ row: inout FilterRow) {
            if needs.contains(text) { row.add(text, bytes.span.extracting(piece.bounds)) }
        }
        add(.aor, attempt.aor, &self)
        add(.contact, attempt.contact, &self)
        add(.agent, attempt.agent, &self)
        add(.callID, attempt.callID, &self)
        add(.who, attempt.user.count > 0 ? attempt.user : attempt.call?.caller ?? attempt.user, &self)
        add(.method, attempt.method, &self)
        if let call = attempt.call { add(.caller, call.caller, &self) }
        addPath(attempt.path, needs)
        if needs.contains(.leg), let call = attempt.call { addLegs(call, of: attempt) }
        if needs.contains(.path) { beginPath(attempt.path) }
        guard needs.contains(.raw) else { return }
        self.add(.raw) { out in
            for message in attempt.messages where !message.isRetransmission {
                out.append(contentsOf: bytes[message.piece.bounds.clamped(to: 0..<bytes.count)])
                // A line between two messages: nothing is found across them.
                out.append(0)
            }
        }
    }

    /// Targets and peers of all legs, separated by spaces.
    private mutating func addLegs(_ call: CallRecord, of attempt: borrowing Attempt) {
        let bytes = attempt.bytes
        add(.leg) { out in
            for leg in call.columns.dropFirst() {
                out.append(contentsOf: bytes[leg.target.bounds.clamped(to: 0..<bytes.count)])
                out.append(0x20)
                out.append(contentsOf: leg.path.transport.name.utf8)
                out.append(0x20)
                leg.path.source.append(to: &out)
                out.append(0x20)
            }
        }
    }

    private mutating func addWords(_ attempt: borrowing Attempt, _ badges: Badges, _ needs: FilterTexts) {
        addBadges(badges, needs)
        if needs.contains(.reason) { add(.reason, Array((attempt.refusal?.word ?? "").utf8)) }
        if needs.contains(.result) {
            add(.result, Array((attempt.call?.verdict?.codingWord ?? attempt.verdict.word).utf8))
        }
    }

    /// Adds the texts of source and transport.
    mutating func addPath(_ path: ReceivedFrom, _ needs: FilterTexts) {
        if needs.contains(.source) { add(.source) { path.source.append(to: &$0) } }
        if needs.contains(.transport) { add(.transport, Array(path.transport.name.utf8)) }
    }

    /// Adds the names of badges, separated by spaces.
    mutating func addBadges(_ badges: Badges, _ needs: FilterTexts) {
        guard needs.contains(.badges), !badges.isEmpty else { return }
        add(.badges) { out in
            for (badge, name) in Badges.names where badges.contains(badge) {
                if out.last != 0x20 { out.append(0x20) }
                out.append(contentsOf: name.utf8)
            }
        }
    }
}
