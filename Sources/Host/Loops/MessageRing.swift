import BindingTable
import SIPMessage
import Synchronization

/// The ring of a registrar's loop: a request, what was decided, and its reply.
typealias ExchangeRing = MessageRing<Exchange>

/// The ring of the proxy: each message of a call on its own, so the second one is always empty.
typealias CallRing = MessageRing<CallMessage>

/// A byte ring of fixed size from one loop to the monitor: one writer, one reader, no lock, no waiting.
///
/// The writer copies a record and its messages with one pass over their bytes; when there is no room it counts the
/// loss and goes on. Positions only grow, so `head - tail` is what is unread.
///
/// Unchecked: the bytes between `tail` and `head` belong to the reader, all others to the writer; the
/// two atomics hand them over (releasing store, acquiring load).
final class MessageRing<Record: BitwiseCopyable>: @unchecked Sendable {
    private let bytes: UnsafeMutableRawPointer
    private let capacity: Int
    private let head = Atomic<Int>(0)
    private let tail = Atomic<Int>(0)
    private let lost = Atomic<Int>(0)

    /// What stands before each record. A `size` with no record (`requestCount` < 0) skips to the ring's start.
    private struct Header: BitwiseCopyable {
        var size: Int
        var requestCount: Int32
        var replyCount: Int32
        var record: Record
    }

    /// A ring of `capacity` bytes, rounded up to a multiple of 64.
    init(capacity: Int) {
        self.capacity = (max(capacity, 4_096) + 63) & ~63
        bytes = .allocate(byteCount: self.capacity, alignment: 64)
    }

    deinit { bytes.deallocate() }

    /// Share of the ring that is unread, in percent: what sampling goes by.
    var fill: Int {
        (head.load(ordering: .relaxed) - tail.load(ordering: .relaxed)) * 100 / capacity
    }

    /// Copies a record with its messages in; false, and counted, if there is no room.
    @discardableResult
    func write(_ record: Record, request: Span<UInt8>, reply: Span<UInt8>) -> Bool {
        let fixed = MemoryLayout<Header>.stride
        let size = (fixed + request.count + reply.count + 63) & ~63
        var position = head.load(ordering: .relaxed)
        let free = capacity - (position - tail.load(ordering: .acquiring))
        let offset = position % capacity
        let skip = capacity - offset < size ? capacity - offset : 0
        guard size + skip <= free, size <= capacity else {
            lost.add(1, ordering: .relaxed)
            return false
        }
        if skip > 0 {
            // Offsets are multiples of 64, so two integers always fit before the end.
            (bytes + offset).storeBytes(of: skip, as: Int.self)
            (bytes + offset + 8).storeBytes(of: -1, as: Int32.self)
            position += skip
        }
        let start = bytes + position % capacity
        let header = Header(
            size: size,
            requestCount: Int32(request.count),
            replyCount: Int32(reply.count),
            record: record
        )
        start.storeBytes(of: header, as: Header.self)
        request.withUnsafeBytes { source in
            guard let base = source.baseAddress else { return }
            (start + fixed).copyMemory(from: base, byteCount: source.count)
        }
        reply.withUnsafeBytes { source in
            guard let base = source.baseAddress else { return }
            (start + fixed + request.count).copyMemory(from: base, byteCount: source.count)
        }
        head.store(position + size, ordering: .releasing)
        return true
    }

    /// Hands the oldest unread records to `body`, at most `limit`; returns how many there were.
    func drain(limit: Int, _ body: (Record, Span<UInt8>, Span<UInt8>) -> Void) -> Int {
        let fixed = MemoryLayout<Header>.stride
        let end = head.load(ordering: .acquiring)
        var position = tail.load(ordering: .relaxed)
        var count = 0
        while position < end, count < limit {
            let start = bytes + position % capacity
            let size = start.load(as: Int.self)
            let requestCount = Int((start + 8).load(as: Int32.self))
            if requestCount >= 0 {
                let header = start.load(as: Header.self)
                let request = UnsafeRawBufferPointer(start: start + fixed, count: requestCount)
                let reply = UnsafeRawBufferPointer(
                    start: start + fixed + requestCount,
                    count: Int(header.replyCount)
                )
                body(
                    header.record,
                    Span(_unsafeBytes: request),
                    Span(_unsafeBytes: reply)
                )
                count += 1
            }
            position += size
            tail.store(position, ordering: .releasing)
        }
        return count
    }

    /// How many records found no room since the last call.
    func takeLosses() -> Int { lost.exchange(0, ordering: .relaxed) }
}
