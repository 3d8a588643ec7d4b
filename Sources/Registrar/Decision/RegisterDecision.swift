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
    /// Bindings that a new contact of the same phone takes the place of.
    private(set) var folded = 0
    /// Badges of the contacts that the request makes or refreshes.
    private(set) var badges: Badges = []

    /// The address of record's bindings as they would be, those that go included.
    var drafts: [Draft] = []
    /// Some of those that were there are flows (RFC 5626).
    var hasFlows = false
    /// Some have an instance, of those that were there or come.
    private(set) var hasInstances = false

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
        /// The flow's `reg-id` and the instance (RFC 5626 §6); 0 where there is none.
        var regID: UInt32 = 0
        var instanceHash: UInt32 = 0
        /// The contact's URI is not where it came from.
        var isElsewhere = false
        /// A flow whose contact has another URI than before.
        var hasOtherURI = false
    }

    /// All that a decision depends on besides the bindings.
    struct Question {
        var request: RegisterRequest
        var path: ReceivedFrom
        var expiry: ExpiryPolicy
        var contacts: ContactPolicy
        var extensions: RequestedExtensions
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
        for index in current.indices { add(current[index]) }
        if wishes.isWildcard {
            return decideWildcard(question.request, isMixed: wishes.isWildcardMixed)
        }
        for index in wishes.list.indices {
            if let refusal = follow(index, wishes, question, texts, &partition) { return refusal }
        }
        if let refusal = fold(question.request, question.contacts.folding) { return refusal }
        if let refusal = makeRoom(question.contacts) { return refusal }
        settle(question, wishes, texts, aor)
        return nil
    }

    private mutating func add(_ facts: BindingFacts) {
        hasFlows = hasFlows || facts.regID != 0
        hasInstances = hasInstances || facts.instanceHash != 0
        drafts.append(
            Draft(
                id: facts.id,
                before: facts,
                fate: .kept,
                wish: 0,
                granted: 0,
                regID: facts.regID,
                instanceHash: facts.instanceHash
            )
        )
    }

    /// One more has been folded.
    mutating func noteFolded() { folded += 1 }

    private mutating func reset() {
        changes.removeAll(keepingCapacity: true)
        drafts.removeAll(keepingCapacity: true)
        hasFlows = false
        hasInstances = false
        granted = 0
        isRepetition = false
        isUnregister = false
        folded = 0
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
    func order(_ request: RegisterRequest, after facts: BindingFacts) -> RefusalReason? {
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
        let isElsewhere = isElsewhere(wish, question, texts)
        let grant = question.expiry.grant(
            asked: asked,
            draw: request.draw &+ UInt64(wish.position),
            isBehindNAT: isElsewhere && !question.path.transport.isReliable
        )
        switch grant {
        case .tooBrief:
            return .intervalTooBrief(asked: asked ?? 0, minimum: question.expiry.minimum)
        case .removal:
            if let match { drafts[match].fate = .removed }
        case .seconds(let seconds):
            if index == 0 { granted = seconds }
            let place = match ?? drafts.count
            if match == nil { drafts.append(Draft(id: nil, before: nil, fate: .added, wish: 0, granted: 0)) }
            drafts[place].hasOtherURI = hasOtherURI(place, wish, texts, &partition)
            drafts[place].fate = drafts[place].id == nil ? .added : .updated
            drafts[place].wish = index
            drafts[place].granted = seconds
            drafts[place].regID = wish.regID
            drafts[place].instanceHash = wish.instanceHash
            drafts[place].isElsewhere = isElsewhere
            hasInstances = hasInstances || wish.instanceHash != 0
        }
        return nil
    }

    // MARK: writing down

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
        let draft = drafts[index]
        let remarkable = request.badges.union(wish.badges).union(question.extensions.badges)
            .union(remarks(on: wish, draft, question, texts, aor))
        badges.formUnion(remarkable)
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
            instanceHash: wish.instanceHash,
            path: question.path,
            badges: remarkable,
        )
        let ranges = ranges(of: wish, question)
        guard let id = draft.id, let before = draft.before else {
            return changes.append(.add(facts, ranges, .registered))
        }
        let isSamePlace =
            before.path.source == question.path.source && before.path.transport == question.path.transport
            && !draft.hasOtherURI
        changes.append(.update(id, facts, ranges, isSamePlace ? .refreshed : .moved))
    }

    /// Where the texts of a contact's binding stand.
    @inline(__always)
    private func ranges(of wish: ContactWish, _ question: Question) -> BindingTextRanges {
        let request = question.request
        return BindingTextRanges(
            contact: wish.uri.range,
            contactParameters: wish.parameters,
            callID: request.fields.callID,
            userAgent: request.userAgent,
            sentBy: request.sentBy,
            account: request.account,
            path: question.extensions.path,
            peer: question.extensions.peer,
            numbers: wish.isBulk ? question.extensions.numbers : .empty,
        )
    }
}
