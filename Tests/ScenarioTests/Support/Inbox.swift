import Registrar
import SIPMessage
import Timing

/// What waits in front of the registrar, and how long it takes for each message: a socket's buffer and a
/// processor's speed, so that a flood can be more than it can do.
struct Inbox {
    /// Time that a message costs, and one that is shed unread.
    var service = Interval.zero, shedding = Interval.zero
    /// So many fit into the buffer; what comes beyond is lost.
    var room = Int.max
    /// Messages lost so far.
    private(set) var drops: UInt64 = 0
    /// Messages shed so far, by their source.
    private(set) var shed: [IPAddress: Int] = [:]
    private(set) var busyUntil = Timestamp.zero
    private var waiting: [Datagram] = []
    private var taken = 0

    /// When the next batch can be taken; nil if nothing waits.
    var nextServing: Timestamp? { taken < waiting.count ? busyUntil : nil }

    mutating func take(_ datagram: Datagram) {
        guard waiting.count - taken < room else {
            drops += 1
            return
        }
        waiting.append(datagram)
    }

    /// The next messages, if the registrar is free.
    mutating func nextBatch(_ limit: Int, now: Timestamp) -> [Datagram] {
        guard now >= busyUntil, taken < waiting.count else { return [] }
        busyUntil = now
        let end = min(waiting.count, taken + limit)
        defer {
            taken = end
            if taken == waiting.count || taken > 4_096 {
                waiting.removeFirst(taken)
                taken = 0
            }
        }
        return Array(waiting[taken..<end])
    }

    /// One message of the batch has been handled.
    mutating func spend(_ end: Handling.End, on source: IPAddress) {
        if end == .shed { shed[source, default: 0] += 1 }
        busyUntil = busyUntil + (end == .shed ? shedding : service)
    }
}
