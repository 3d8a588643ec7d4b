import BindingTable
import SIPTransaction

/// Replies that wait until the store has committed what they promise (design: hop 10).
struct PendingReplies {
    /// Most that wait at a time; beyond it REGISTER is refused with 503.
    static let capacity = 65_536

    /// One of them, with what is needed to take its change back and say so.
    struct Reply {
        var bytes: [UInt8]
        var request: [UInt8]
        var handling: Handling
        var context: RequestContext
        var key: TransactionKey
        var ticket: CommitTicket
    }

    private var list: [UInt64: Reply] = [:]
    private var last: UInt64 = 0

    /// How many wait.
    var count: Int { list.count }
    /// No more can wait.
    var isFull: Bool { list.count >= Self.capacity }

    /// The next token; the loop's number is in the highest 16 bits.
    mutating func nextToken(loop: Int) -> UInt64 {
        last += 1
        return UInt64(truncatingIfNeeded: loop) << 48 | last & 0xffff_ffff_ffff
    }

    /// Keeps a reply under its ticket's token.
    mutating func insert(_ reply: Reply) { list[reply.ticket.token] = reply }

    /// Takes the reply of a token that came back; nil if there is none.
    mutating func remove(_ token: UInt64) -> Reply? { list.removeValue(forKey: token) }
}
