public import Timing

/// What is known of a request when it comes.
public enum TransactionLookup: Sendable, BitwiseCopyable {
    /// Not known: a new request, or one whose reply has been overwritten, which is handled as new.
    case new
    /// Answered before: this reply goes out again, and nothing else happens (§17.2.2).
    case retransmission(StoredReply)
    /// Known and not answered yet: the request is dropped.
    case inProgress
}

/// Where a reply stands in the ring; good until the next `store`.
public struct StoredReply: Hashable, Sendable, BitwiseCopyable {
    let start: Int
    let count: Int
}

/// The server transactions of one loop and the replies that they keep, in a ring of fixed bytes.
///
/// One per loop, since a retransmission has the same addresses and so meets the same loop. When the ring
/// comes round, the oldest replies are overwritten whatever their timer says; a request that comes
/// again after that is `new`, and the registrar finds by its own means that it has done it already.
/// The index has eight places a set and lets the oldest go in the same way. Nothing is allocated after the
/// ring was filled for the first time.
public struct ServerTransactions: ~Copyable {
    /// Bytes of replies kept unless set otherwise.
    public static let defaultCapacity = 8 << 20

    struct Entry: BitwiseCopyable {
        var key: UInt64 = 0
        /// Counts all bytes that were ever stored, from 1 on; tells whether the ring has come round since.
        var position: UInt64 = 0
        var expires = Timestamp.zero
        var count: UInt32 = 0
        var transaction = NonInviteServerTransaction(state: .terminated)
    }

    private static let places = 8
    private let capacity: Int
    private let setMask: Int
    private var ring: [UInt8] = []
    private var entries: [Entry]
    /// Bytes stored so far, the unused ends of rounds among them.
    private var written: UInt64 = 0

    /// A ring of `capacity` bytes, at least 4,096.
    public init(capacity: Int = ServerTransactions.defaultCapacity) {
        let capacity = max(4_096, capacity)
        self.capacity = capacity
        // One place for each 256 bytes: replies are larger, so the ring comes round first.
        let sets = max(1, capacity / 256 / Self.places)
        setMask = (1 << (Int.bitWidth - 1 - sets.leadingZeroBitCount)) - 1
        entries = Array(repeating: Entry(), count: (setMask + 1) * Self.places)
        // Reserved, not touched: pages come as replies do.
        ring.reserveCapacity(capacity)
    }

    /// What is known of the request with this key.
    ///
    /// Over a reliable transport nothing is: Timer J is 0, so the transaction ends with its reply.
    public mutating func lookup(_ key: TransactionKey, now: Timestamp) -> TransactionLookup {
        guard !key.isReliable, let index = find(key, now: now) else { return .new }
        switch entries[index].transaction.receive(.request) {
        case .absorb: return .inProgress
        case .repeatReply:
            let start = Int((entries[index].position - 1) % UInt64(capacity))
            return .retransmission(StoredReply(start: start, count: Int(entries[index].count)))
        default: return .new
        }
    }

    /// The transaction is known: for a CANCEL that looks for its INVITE (§9.2).
    public func contains(_ key: TransactionKey, now: Timestamp) -> Bool { find(key, now: now) != nil }

    /// Takes note of a request whose reply will come later, so that retransmissions are dropped meanwhile.
    public mutating func begin(_ key: TransactionKey, now: Timestamp) {
        guard !key.isReliable else { return }
        let index = find(key, now: now) ?? vacancy(for: key, now: now)
        entries[index] = Entry(
            key: key.rawValue,
            position: written + 1,
            expires: now + NonInviteServerTransaction.timerJ(isReliable: false),
            count: 0,
            transaction: NonInviteServerTransaction(),
        )
    }

    /// Keeps the reply to a request: one copy into the ring. A second final reply is dropped.
    ///
    /// - Parameters:
    ///   - status: the reply's status code; a 1xx leaves the transaction proceeding.
    public mutating func store(_ key: TransactionKey, reply: Span<UInt8>, status: UInt16, now: Timestamp) {
        guard !key.isReliable, reply.count <= capacity / 4, !reply.isEmpty else { return }
        let known = find(key, now: now)
        var transaction = known.map { entries[$0].transaction } ?? NonInviteServerTransaction()
        let action = transaction.receive(status < 200 ? .provisional : .final)
        guard action == .sendReply || action == .sendReplyAndStartTimerJ else { return }
        let index = known ?? vacancy(for: key, now: now)
        entries[index] = Entry(
            key: key.rawValue,
            position: write(reply) + 1,
            expires: now + NonInviteServerTransaction.timerJ(isReliable: false),
            count: UInt32(truncatingIfNeeded: reply.count),
            transaction: transaction,
        )
    }

    /// Forgets a request, for instance one that was begun and will not be answered.
    public mutating func end(_ key: TransactionKey, now: Timestamp) {
        if let index = find(key, now: now) { entries[index] = Entry() }
    }

    /// Appends a stored reply to a buffer.
    public func append(_ reply: StoredReply, to buffer: inout [UInt8]) {
        let upper = min(reply.start + reply.count, ring.count)
        buffer.append(contentsOf: ring[min(reply.start, upper)..<upper])
    }

    /// Lends a stored reply's bytes.
    public func withReply<R>(_ reply: StoredReply, _ body: (Span<UInt8>) -> R) -> R {
        let upper = min(reply.start + reply.count, ring.count)
        return body(ring.span.extracting(min(reply.start, upper)..<upper))
    }

    // MARK: the index and the ring

    private func set(of key: TransactionKey) -> Int { Int(truncatingIfNeeded: key.rawValue >> 1) & setMask }

    private func find(_ key: TransactionKey, now: Timestamp) -> Int? {
        let first = set(of: key) * Self.places
        for index in first..<first + Self.places where entries[index].key == key.rawValue {
            return isAlive(index, now: now) ? index : nil
        }
        return nil
    }

    private func isAlive(_ index: Int, now: Timestamp) -> Bool {
        let entry = entries[index]
        return entry.key != 0 && entry.expires > now && entry.position + UInt64(capacity) > written
    }

    /// The place of the key itself if it has one that is over, else a free one, else the oldest.
    private func vacancy(for key: TransactionKey, now: Timestamp) -> Int {
        let first = set(of: key) * Self.places
        var best = first
        for index in first..<first + Self.places {
            if entries[index].key == key.rawValue { return index }
            if age(index, now: now) < age(best, now: now) { best = index }
        }
        return best
    }

    private func age(_ index: Int, now: Timestamp) -> UInt64 {
        isAlive(index, now: now) ? entries[index].position : 0
    }

    /// Writes a reply in one piece and returns how many bytes had been stored before it.
    private mutating func write(_ reply: Span<UInt8>) -> UInt64 {
        var start = Int(written % UInt64(capacity))
        if start + reply.count > capacity {
            // The rest of this round stays unused: a reply is never cut in two.
            written += UInt64(capacity - start)
            while ring.count < capacity { ring.append(0) }
            start = 0
        }
        let position = written
        let inPlace = min(max(0, ring.count - start), reply.count)
        if inPlace > 0 {
            ring.withUnsafeMutableBufferPointer { target in
                reply.extracting(first: inPlace).withUnsafeBufferPointer { bytes in
                    _ = target[start..<start + inPlace].update(fromContentsOf: bytes)
                }
            }
        }
        if inPlace < reply.count {
            reply.extracting(inPlace..<reply.count).withUnsafeBufferPointer { ring.append(contentsOf: $0) }
        }
        written += UInt64(reply.count)
        return position
    }
}
