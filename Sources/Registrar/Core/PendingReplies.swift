import BindingTable
import SIPMessage
import SIPTransaction

/// Replies that wait until the store has committed what they promise (design: hop 10).
///
/// Slots and their bytes are used again, so a reply that waits allocates nothing once as many have waited before.
struct PendingReplies {
    /// Most that wait at a time; beyond it REGISTER is refused with 503.
    static let capacity = 65_536
    /// Bytes that an empty slot keeps at most.
    private static let keptBytes = 4_096
    /// Slots that are kept when nobody waits.
    private static let keptSlots = 1_024

    /// One of them, with what is needed to take its change back and say so.
    struct Reply {
        var handling: Handling
        var context: RequestContext
        var key: TransactionKey
        /// What was handed to the store; empty for a repetition, which waits for what came before it.
        var changes: [CommittedChange]
    }

    private struct Slot {
        /// The reply, then the request that it answers.
        var bytes: [UInt8] = []
        var replyCount = 0
        /// Tells apart those who had the slot one after the other.
        var tenant: UInt32 = 0
        /// Commits that had failed when it began to wait.
        var failures: UInt64 = 0
        var reply: Reply?
    }

    private var slots: [Slot] = []
    private var free: [UInt16] = []
    /// Commits that have failed so far.
    private var failures: UInt64 = 0

    /// How many wait.
    private(set) var count = 0
    /// No more can wait.
    var isFull: Bool { count >= Self.capacity }

    /// Takes a slot for a reply that will be written, and gives its token: the loop's number in the highest 16 bits,
    /// then 32 that tell tenants apart, then the slot's. There must be room.
    mutating func nextToken(loop: Int) -> UInt64 {
        if free.isEmpty {
            free.append(UInt16(truncatingIfNeeded: slots.count))
            slots.append(Slot())
        }
        let slot = free.removeLast()
        slots[Int(slot)].tenant &+= 1
        // A token of 0 means that nobody waits.
        if slots[Int(slot)].tenant == 0 { slots[Int(slot)].tenant = 1 }
        count += 1
        // Bit 63 is the operators'.
        return UInt64(truncatingIfNeeded: loop & 0x7fff) << 48
            | UInt64(slots[Int(slot)].tenant) << 16 | UInt64(slot)
    }

    /// Keeps a reply under the token that was taken for it.
    mutating func insert(
        _ reply: Reply,
        bytes: ArraySlice<UInt8>,
        request: Span<UInt8>,
        under token: UInt64,
    ) {
        guard let slot = slot(of: token) else { return }
        slots[slot].bytes.removeAll(keepingCapacity: true)
        slots[slot].bytes.append(contentsOf: bytes)
        slots[slot].bytes.append(request)
        slots[slot].replyCount = bytes.count
        slots[slot].failures = failures
        slots[slot].reply = reply
    }

    /// Takes the reply of a token that came back: its bytes go behind `bytes`, the request's behind `request`. Nil if
    /// none waits under it. It counts as failed, too, if it waited for something else that failed.
    mutating func remove(
        _ token: UInt64,
        committed: inout Bool,
        bytes: inout [UInt8],
        request: inout [UInt8],
    ) -> Reply? {
        guard let slot = slot(of: token), let reply = slots[slot].reply else { return nil }
        if !committed { failures &+= 1 }
        if reply.changes.isEmpty, slots[slot].failures != failures { committed = false }
        let replyCount = slots[slot].replyCount
        if committed { bytes.append(contentsOf: slots[slot].bytes[..<replyCount]) }
        request.append(contentsOf: slots[slot].bytes[replyCount...])
        slots[slot].reply = nil
        if slots[slot].bytes.capacity > Self.keptBytes { slots[slot].bytes = [] }
        count -= 1
        free.append(UInt16(truncatingIfNeeded: slot))
        if count == 0, slots.count > Self.keptSlots { shrink() }
        return reply
    }

    private func slot(of token: UInt64) -> Int? {
        let slot = Int(token & 0xffff)
        guard slot < slots.count, slots[slot].tenant == UInt32(truncatingIfNeeded: token >> 16) else {
            return nil
        }
        return slot
    }

    /// Gives memory back once a jam is over. Tokens of slots that are gone mean nothing any more.
    private mutating func shrink() {
        slots.removeSubrange(Self.keptSlots...)
        slots.reserveCapacity(Self.keptSlots)
        free = (0..<UInt16(Self.keptSlots)).reversed()
    }
}
