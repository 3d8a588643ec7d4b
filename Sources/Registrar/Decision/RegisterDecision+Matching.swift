import BindingTable
import SIPMessage

/// Which binding a contact of the request means.
extension RegisterDecision {
    /// The draft that the contact means.
    ///
    /// A flow is known by instance and `reg-id`, whatever its URI (RFC 5626 §6); it also takes the place of the same
    /// contact from before it was one. Any other contact is known by its URI, the same bytes first, else by the rules
    /// of RFC 3261 §19.1.4; it meets a flow only where no other binding has that URI.
    func match(
        _ wish: ContactWish,
        _ wishes: ContactWishes,
        _ texts: Span<UInt8>,
        _ partition: inout Partition,
    ) -> Int? {
        if wish.regID != 0 {
            for index in drafts.indices
            where drafts[index].regID == wish.regID && drafts[index].instanceHash == wish.instanceHash {
                return index
            }
        }
        if let match = match(wish, wishes, texts, &partition, amongFlows: false) { return match }
        guard hasFlows, wish.regID == 0 else { return nil }
        return match(wish, wishes, texts, &partition, amongFlows: true)
    }

    private func match(
        _ wish: ContactWish,
        _ wishes: ContactWishes,
        _ texts: Span<UInt8>,
        _ partition: inout Partition,
        amongFlows: Bool,
    ) -> Int? {
        let uri = texts.extracting(wish.uri.range.bounds)
        for index in drafts.indices where (drafts[index].regID != 0) == amongFlows {
            if isStranger(index, wish) { continue }
            if compare(index, wishes, texts, &partition, { equal($0, uri) }) { return index }
        }
        for index in drafts.indices where (drafts[index].regID != 0) == amongFlows {
            if isStranger(index, wish) { continue }
            if compare(index, wishes, texts, &partition, { sameMeaning($0, wish, texts) }) { return index }
        }
        return nil
    }

    /// One of the two is a flow, and they are of two instances: behind two NATs phones have the same address.
    private func isStranger(_ index: Int, _ wish: ContactWish) -> Bool {
        (wish.regID != 0 || drafts[index].regID != 0) && wish.instanceHash != 0
            && drafts[index].instanceHash != 0 && wish.instanceHash != drafts[index].instanceHash
    }

    /// A flow's contact is not the one that the binding has had so far.
    func hasOtherURI(
        _ index: Int,
        _ wish: ContactWish,
        _ texts: Span<UInt8>,
        _ partition: inout Partition
    ) -> Bool {
        guard wish.regID != 0, let id = drafts[index].id else { return false }
        let uri = texts.extracting(wish.uri.range.bounds)
        return !(partition.withText(id, .contact) { equal($0, uri) } ?? true)
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

    // MARK: one phone, one binding

    /// A new contact of an instance takes the place of the instance's other bindings, if the domain wants that: what
    /// a NAT's new mapping or a restart left behind. Flows stay, and so does what the request names.
    mutating func fold(_ request: RegisterRequest, _ folding: ContactPolicy.Folding) -> RefusalReason? {
        guard folding == .instance else { return nil }
        for new in drafts.indices
        where drafts[new].fate == .added && drafts[new].regID == 0 && drafts[new].instanceHash != 0 {
            for index in drafts.indices
            where drafts[index].fate == .kept && drafts[index].regID == 0
                && drafts[index].instanceHash == drafts[new].instanceHash
            {
                // A late copy of an older request must not push out what came after it.
                if let before = drafts[index].before, let refusal = order(request, after: before) {
                    return refusal
                }
                drafts[index].fate = .displaced
                noteFolded()
            }
        }
        return nil
    }

    // MARK: counting

    /// Enforces the maximum, counted after matching; bindings that the request names are never displaced.
    mutating func makeRoom(_ policy: ContactPolicy) -> RefusalReason? {
        var count = 0
        var hasAdded = false
        for draft in drafts where draft.fate != .removed && draft.fate != .displaced {
            count += 1
            hasAdded = hasAdded || draft.fate == .added
        }
        guard hasAdded, count > Int(policy.maximum) else { return nil }
        guard policy.overflow != .reject else { return .tooManyContacts(limit: policy.maximum) }
        while count > Int(policy.maximum) {
            var first: Int?
            for index in drafts.indices where drafts[index].fate == .kept {
                guard let best = first else {
                    first = index
                    continue
                }
                if goes(drafts[index], before: drafts[best], policy.overflow) { first = index }
            }
            guard let first else { return .tooManyContacts(limit: policy.maximum) }
            drafts[first].fate = .displaced
            count -= 1
        }
        return nil
    }

    /// One binding makes room before another does.
    private func goes(_ a: Draft, before b: Draft, _ overflow: ContactPolicy.Overflow) -> Bool {
        guard let first = a.before, let second = b.before else { return false }
        switch overflow {
        case .soonest:
            if first.expiresAt != second.expiresAt { return first.expiresAt < second.expiresAt }
        case .unreachable:
            let isDoubtful = first.reachability.isDoubtful
            if isDoubtful != second.reachability.isDoubtful { return isDoubtful }
        case .reject, .oldest: break
        }
        return first.refreshedAt < second.refreshedAt
    }
}

private func sameMeaning(_ uri: Span<UInt8>, _ wish: ContactWish, _ texts: Span<UInt8>) -> Bool {
    let whole = ByteRange(start: 0, count: UInt16(clamping: uri.count))
    guard let other = try? SIPURI(uri, in: whole, part: .header(.contact)) else { return false }
    return SIPURI.isEquivalent(other, uri, wish.uri, texts)
}
