public import SIPMessage
internal import Synchronization
public import Timing

/// Tells two copies of one request that came by different ways; RFC 3261 §8.2.2.2.
///
/// One for all loops, since the second copy may come from elsewhere. Bounded: eight places a set, the
/// oldest gives way; a forgotten request is only answered twice.
public final class MergedRequests: Sendable {
    /// Requests remembered unless set otherwise.
    public static let defaultCapacity = 1 << 15

    struct Entry: BitwiseCopyable {
        var key: UInt64 = 0
        var transaction: UInt64 = 0
        var until = Timestamp.zero
    }

    struct Shard {
        var entries: [Entry]
    }

    private static let places = 8
    private let shards: InlineArray<16, Mutex<Shard>>
    private let setMask: Int

    /// Room for about `capacity` requests, 24 bytes each.
    public init(capacity: Int = MergedRequests.defaultCapacity) {
        let sets = max(1, min(capacity, 1 << 26) / 16 / Self.places)
        let mask = (1 << (Int.bitWidth - 1 - sets.leadingZeroBitCount)) - 1
        setMask = mask
        shards = InlineArray { _ in
            Mutex(Shard(entries: Array(repeating: Entry(), count: (mask + 1) * Self.places)))
        }
    }

    /// What a request and its copies have in common: From tag, Call-ID and CSeq.
    public struct Key: Hashable, Sendable, BitwiseCopyable {
        let rawValue: UInt64

        /// The key of a request without a To tag; those with one belong to a dialog and are never merged.
        public init(_ message: Span<UInt8>, fromTag: ByteRange, callID: ByteRange, cseq: CSeq) {
            var hasher = Hasher()
            hasher.combine(message, fromTag)
            hasher.combine(message, callID)
            hasher.combine(cseq.number)
            hasher.combine(message, cseq.methodRange)
            rawValue = UInt64(bitPattern: Int64(hasher.finalize())) | 1
        }
    }

    /// True if the same request is being handled, or its transaction lives, under another branch: 482.
    public func isMerged(_ key: Key, transaction: TransactionKey, now: Timestamp) -> Bool {
        shards[Int(key.rawValue >> 60)].withLock { shard in
            let first = set(of: key) * Self.places
            for index in first..<first + Self.places
            where shard.entries[index].key == key.rawValue && shard.entries[index].until > now {
                return shard.entries[index].transaction != transaction.rawValue
            }
            return false
        }
    }

    /// Takes note of a request that has become a transaction, for as long as that lives. To be called for
    /// those only: a challenge is answered without one, and its request may well come again.
    public func note(_ key: Key, transaction: TransactionKey, now: Timestamp) {
        guard !transaction.isReliable else { return }
        let until = now + NonInviteServerTransaction.timerJ(isReliable: false)
        shards[Int(key.rawValue >> 60)].withLock { shard in
            let first = set(of: key) * Self.places
            var best = first
            for index in first..<first + Self.places {
                if shard.entries[index].key == key.rawValue {
                    best = index
                    break
                }
                if shard.entries[index].until < shard.entries[best].until { best = index }
            }
            shard.entries[best] = Entry(key: key.rawValue, transaction: transaction.rawValue, until: until)
        }
    }

    private func set(of key: Key) -> Int { Int(truncatingIfNeeded: key.rawValue >> 1) & setMask }
}
