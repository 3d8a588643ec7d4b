public import BindingTable
public import SIPMessage
public import Timing

/// Who is refused at the moment: part of the policy snapshot, so that a loop asks it without a lock.
///
/// A value: inserting makes a new list. Addresses of record are found by hash and compared by bytes; a
/// block whose end has passed counts as absent even before `prune` drops it.
public struct BlockList: Sendable {
    /// Most blocks at a time: an operator's list, not a firewall.
    public static let capacity = 10_000

    private var bySource: [IPAddress: Block] = [:]
    private var byHash: [UInt64: [Block]] = [:]
    /// How many blocks are listed, those past their end included.
    public private(set) var count = 0

    /// A list that refuses nobody.
    public init() {}

    /// Nobody is refused: the hot path's first question.
    @inlinable
    public var isEmpty: Bool { count == 0 }

    /// All blocks in force, the oldest first.
    public func all(at now: Timestamp) -> [Block] {
        (Array(bySource.values) + byHash.values.flatMap { $0 })
            .filter { isInForce($0, at: now) }
            .sorted { $0.since < $1.since }
    }

    /// The block on a source address.
    public func source(_ address: IPAddress, at now: Timestamp) -> Block? {
        guard let block = bySource[address], isInForce(block, at: now) else { return nil }
        return block
    }

    /// The block on a canonical address of record.
    public func aor(_ aor: Span<UInt8>, at now: Timestamp) -> Block? {
        guard let list = byHash[foldedHash(aor)] else { return nil }
        for block in list where isInForce(block, at: now) {
            if case .aor(let blocked) = block.subject, equal(blocked.span, aor) { return block }
        }
        return nil
    }

    /// The block on a subject, in force or not.
    public func block(on subject: BlockSubject) -> Block? {
        switch subject {
        case .source(let address): bySource[address]
        case .aor(let aor): byHash[foldedHash(aor.span)]?.first { $0.subject == subject }
        }
    }

    /// Adds a block or replaces the one on the same subject; false if the list is full.
    @discardableResult
    public mutating func insert(_ block: Block) -> Bool {
        remove(block.subject)
        guard count < Self.capacity else { return false }
        switch block.subject {
        case .source(let address): bySource[address] = block
        case .aor(let aor): byHash[foldedHash(aor.span), default: []].append(block)
        }
        count += 1
        return true
    }

    /// Lifts a block; nil if there was none.
    @discardableResult
    public mutating func remove(_ subject: BlockSubject) -> Block? {
        var removed: Block?
        switch subject {
        case .source(let address):
            removed = bySource.removeValue(forKey: address)
        case .aor(let aor):
            let hash = foldedHash(aor.span)
            guard var list = byHash[hash], let index = list.firstIndex(where: { $0.subject == subject })
            else {
                return nil
            }
            removed = list.remove(at: index)
            byHash[hash] = list.isEmpty ? nil : list
        }
        if removed != nil { count -= 1 }
        return removed
    }

    /// Drops the blocks whose end has passed and returns them.
    @discardableResult
    public mutating func prune(at now: Timestamp) -> [Block] {
        let ended = (Array(bySource.values) + byHash.values.flatMap { $0 }).filter { !isInForce($0, at: now) }
        for block in ended { remove(block.subject) }
        return ended
    }

    private func isInForce(_ block: Block, at now: Timestamp) -> Bool {
        guard let until = block.until else { return true }
        return now < until
    }
}

extension Block {
    /// Whole seconds until it ends, at least 1 while in force; 0: until lifted (`RefusalReason.blockedAOR`).
    public func secondsLeft(at now: Timestamp) -> UInt32 {
        guard let until else { return 0 }
        return UInt32(clamping: max(1, (until - now).secondsRoundedUp))
    }
}
