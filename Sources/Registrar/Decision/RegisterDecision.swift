import BindingTable
import SIPMessage
import Timing

/// What a REGISTER comes to: a list of changes, or a refusal and no change at all.
///
/// It is decided before anything is touched (RFC 3261 §10.3: all or nothing). All contacts of the request
/// are seen together: they are matched against the bindings and against each other, and counted after
/// that. Reused from message to message, so that nothing is allocated once its lists have room.
struct RegisterDecision {
    /// To be applied in this order; empty for a query, a refusal or a request that was seen before.
    private(set) var changes: [BindingChange] = []
    /// Seconds granted to the first contact; 0 for a removal or a query.
    private(set) var granted: UInt32 = 0
    /// Every contact that the request names was already as this very request made it.
    private(set) var isRepetition = false
    /// It removes bindings only.
    private(set) var isUnregister = false
    /// Badges of the contacts that the request makes or refreshes.
    private(set) var badges: Badges = []

    /// The address of record's bindings as they would be, those that go included.
    private(set) var drafts: [Draft] = []

    /// What becomes of one binding.
    enum Fate: UInt8 {
        /// Stays as it is.
        case kept
        /// As this request made it before: stays too.
        case repeated
        /// Gets new numbers and texts.
        case updated
        /// Does not exist yet.
        case added
        /// Goes at the phone's wish; one that does not exist yet is forgotten.
        case removed
        /// Makes room.
        case displaced
    }

    struct Draft {
        /// The binding; nil for one that does not exist yet.
        var id: BindingID?
        /// Its numbers before the request.
        var before: BindingFacts?
        var fate: Fate
        /// Which contact of the request it follows.
        var wish: Int
        /// Seconds that it gets.
        var granted: UInt32
        /// The contact's URI is not where it came from.
        var isElsewhere = false
    }

    /// All that a decision depends on besides the bindings.
    struct Question {
        var request: RegisterRequest
        var path: ReceivedFrom
        var expiry: ExpiryPolicy
        var contacts: ContactPolicy
        /// Length of the user part at the beginning of the address of record.
        var userCount: Int
    }

    /// Decides (RFC 3261 §10.3 steps 6 and 7); returns why it is refused, nil if it is not.
    ///
    /// - Parameters:
    ///   - wishes: the request's contacts.
    ///   - texts: what their ranges count in.
    ///   - aor: the canonical address of record.
    ///   - current: its bindings at this moment.
    mutating func decide(
        _ question: Question,
        _ wishes: ContactWishes,
        texts: Span<UInt8>,
        aor: Span<UInt8>,
        current: [BindingFacts],
        in partition: inout Partition,
    ) -> RefusalReason? {
        reset()
        for index in current.indices {
            let facts = current[index]
            drafts.append(Draft(id: facts.id, before: facts, fate: .kept, wish: 0, granted: 0))
        }
        if wishes.isWildcard {
            return decideWildcard(question.request, isMixed: wishes.isWildcardMixed)
        }
        for index in wishes.list.indices {
            if let refusal = follow(index, wishes, question, texts, &partition) { return refusal }
        }
        if let refusal = makeRoom(question.contacts) { return refusal }
        settle(question, wishes, texts, aor)
        return nil
    }

    private mutating func reset() {
        changes.removeAll(keepingCapacity: true)
        drafts.removeAll(keepingCapacity: true)
        granted = 0
        isRepetition = false
        isUnregister = false
        badges = []
    }

    // MARK: step 6

    /// `*`: every binding goes, unless one came from this Call-ID with a CSeq that is not lower.
    private mutating func decideWildcard(_ request: RegisterRequest, isMixed: Bool) -> RefusalReason? {
        guard !isMixed, request.expires == 0 else { return .wildcardMisused }
        for index in drafts.indices {
            guard let before = drafts[index].before else { continue }
            if let refusal = order(request, after: before) { return refusal }
        }
        for index in drafts.indices {
            guard let id = drafts[index].id else { continue }
            drafts[index].fate = .removed
            changes.append(.remove(id, .unregistered))
        }
        isUnregister = true
        return nil
    }

    /// Same Call-ID asks for a higher CSeq; this very request may come again.
    private func order(_ request: RegisterRequest, after facts: BindingFacts) -> RefusalReason? {
        guard facts.callIDHash == request.callIDHash, !request.made(facts), request.cseq <= facts.cseq else {
            return nil
        }
        return .cseqNotHigher(got: request.cseq, have: facts.cseq)
    }

    // MARK: step 7

    /// Takes one contact into the drafts.
    private mutating func follow(
        _ index: Int,
        _ wishes: ContactWishes,
        _ question: Question,
        _ texts: Span<UInt8>,
        _ partition: inout Partition,
    ) -> RefusalReason? {
        let wish = wishes.list[index]
        let request = question.request
        let match = match(wish, wishes, texts, &partition)
        if let match, let before = drafts[match].before {
            if let refusal = order(request, after: before) { return refusal }
            if request.made(before) {
                drafts[match].fate = .repeated
                if index == 0 { granted = before.granted }
                return nil
            }
        }
        let asked = wish.asked ?? request.expires
        switch question.expiry.grant(asked: asked, draw: request.draw &+ UInt64(wish.position)) {
        case .tooBrief:
            return .intervalTooBrief(asked: asked ?? 0, minimum: question.expiry.minimum)
        case .removal:
            if let match { drafts[match].fate = .removed }
        case .seconds(let seconds):
            if index == 0 { granted = seconds }
            guard let match else {
                drafts.append(Draft(id: nil, before: nil, fate: .added, wish: index, granted: seconds))
                return nil
            }
            drafts[match].fate = drafts[match].id == nil ? .added : .updated
            drafts[match].wish = index
            drafts[match].granted = seconds
        }
        return nil
    }

    /// The draft that the contact means: the same bytes first, else by the rules of RFC 3261 §19.1.4.
    private func match(
        _ wish: ContactWish,
        _ wishes: ContactWishes,
        _ texts: Span<UInt8>,
        _ partition: inout Partition,
    ) -> Int? {
        let uri = texts.extracting(wish.uri.range.bounds)
        for index in drafts.indices {
            if compare(index, wishes, texts, &partition, { equal($0, uri) }) { return index }
        }
        for index in drafts.indices {
            if compare(index, wishes, texts, &partition, { sameMeaning($0, wish, texts) }) { return index }
        }
        return nil
    }

    /// Applies a comparison to a draft's URI.
    @inline(__always)
    private func compare(
        _ index: Int,
        _ wishes: ContactWishes,
        _ texts: Span<UInt8>,
        _ partition: inout Partition,
        _ isSame: (Span<UInt8>) -> Bool,
    ) -> Bool {
        guard let id = drafts[index].id else {
            let other = wishes.list[drafts[index].wish].uri.range
            return isSame(texts.extracting(other.bounds))
        }
        return partition.withText(id, .contact, isSame) ?? false
    }

    // MARK: counting and writing down

    /// Enforces the maximum, counted after matching; bindings that the request names are never displaced.
    private mutating func makeRoom(_ policy: ContactPolicy) -> RefusalReason? {
        var count = 0
        var hasAdded = false
        for draft in drafts where draft.fate != .removed {
            count += 1
            hasAdded = hasAdded || draft.fate == .added
        }
        guard hasAdded, count > Int(policy.maximum) else { return nil }
        guard policy.overflow == .oldest else { return .tooManyContacts(limit: policy.maximum) }
        while count > Int(policy.maximum) {
            var oldest: Int?
            for index in drafts.indices where drafts[index].fate == .kept {
                guard let best = oldest else {
                    oldest = index
                    continue
                }
                if isOlder(drafts[index], than: drafts[best]) { oldest = index }
            }
            guard let oldest else { return .tooManyContacts(limit: policy.maximum) }
            drafts[oldest].fate = .displaced
            count -= 1
        }
        return nil
    }

    private func isOlder(_ a: Draft, than b: Draft) -> Bool {
        guard let first = a.before, let second = b.before else { return false }
        return first.refreshedAt < second.refreshedAt
    }

    /// Turns the drafts into changes, what goes before what comes.
    private mutating func settle(
        _ question: Question,
        _ wishes: ContactWishes,
        _ texts: Span<UInt8>,
        _ aor: Span<UInt8>,
    ) {
        var hasRepeated = false
        var hasGranted = false
        for index in drafts.indices {
            switch drafts[index].fate {
            case .kept: continue
            case .repeated: hasRepeated = true
            case .updated, .added: hasGranted = true
            case .removed, .displaced:
                guard let id = drafts[index].id else { continue }
                changes.append(.remove(id, drafts[index].fate == .removed ? .unregistered : .displaced))
            }
        }
        isUnregister = !wishes.list.isEmpty && !hasRepeated && !hasGranted
        isRepetition = hasRepeated && !hasGranted && changes.isEmpty
        guard hasGranted else { return }
        for index in drafts.indices where drafts[index].fate == .updated || drafts[index].fate == .added {
            append(index, question, wishes.list[drafts[index].wish], texts, aor)
        }
    }

    private mutating func append(
        _ index: Int,
        _ question: Question,
        _ wish: ContactWish,
        _ texts: Span<UInt8>,
        _ aor: Span<UInt8>,
    ) {
        let request = question.request
        let now = question.path.at
        let remarkable = request.badges.union(wish.badges).union(remarks(on: wish, question, texts, aor))
        badges.formUnion(remarkable)
        drafts[index].isElsewhere = remarkable.contains(.nat)
        let draft = drafts[index]
        let facts = BindingFacts(
            cseq: request.cseq,
            callIDHash: request.callIDHash,
            branchHash: request.branchHash,
            createdAt: now,
            refreshedAt: now,
            expiresAt: now + .seconds(Int(draft.granted)),
            asked: wish.asked ?? request.expires,
            granted: draft.granted,
            q: wish.q,
            regID: wish.regID,
            path: question.path,
            badges: remarkable,
        )
        let ranges = BindingTextRanges(
            contact: wish.uri.range,
            contactParameters: wish.parameters,
            callID: request.fields.callID,
            userAgent: request.userAgent,
            sentBy: request.sentBy,
            account: request.account,
        )
        guard let id = draft.id, let before = draft.before else {
            return changes.append(.add(facts, ranges, .registered))
        }
        let isSamePlace =
            before.path.source == question.path.source && before.path.transport == question.path.transport
        changes.append(.update(id, facts, ranges, isSamePlace ? .refreshed : .moved))
    }

    /// What the contact's URI shows: another user than the account's, another place than the source.
    private func remarks(
        on wish: ContactWish,
        _ question: Question,
        _ texts: Span<UInt8>,
        _ aor: Span<UInt8>,
    ) -> Badges {
        guard wish.uri.isSIP else { return [] }
        var badges: Badges = []
        let user = texts.extracting(wish.uri.user.bounds)
        if !equal(user, aor.extracting(0..<question.userCount)) { badges.insert(.contactUser) }
        let source = question.path.source
        if wish.uri.port ?? usualPort(of: wish.uri, over: question.path.transport) != source.port
            || wish.uri.host.address(texts) != source.address
        {
            badges.insert(.nat)
        }
        return badges
    }
}

/// The port of a URI that names none (RFC 3261 §19.1.2).
func usualPort(of uri: SIPURI, over transport: TransportKind) -> UInt16 {
    uri.scheme == .sips || transport == .tls ? 5061 : 5060
}

private func sameMeaning(_ uri: Span<UInt8>, _ wish: ContactWish, _ texts: Span<UInt8>) -> Bool {
    let whole = ByteRange(start: 0, count: UInt16(clamping: uri.count))
    guard let other = try? SIPURI(uri, in: whole, part: .header(.contact)) else { return false }
    return SIPURI.isEquivalent(other, uri, wish.uri, texts)
}
