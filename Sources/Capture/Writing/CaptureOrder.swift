public import Timing

/// Puts messages into the order of time that come attempt by attempt, each attempt's own in order and the attempts by
/// their beginnings: what one was still waiting for stands behind what others have begun meanwhile.
///
/// Held back is only what a later attempt could still stand before, and never more than `mostBytes`.
public struct CaptureOrder: Sendable {
    /// Bytes of messages that are held back; beyond, the oldest go out as they are.
    public static let mostBytes = 32 << 20
    /// Beginnings may be out of order by so much: attempts are told apart in the order in which several threads are read.
    public static let slack = Interval.seconds(2)

    /// A heap by time, then by the order in which they came.
    private var heap: [(number: UInt64, message: CapturedMessage)] = []
    private var bytes = 0
    private var numbers: UInt64 = 0

    /// Nothing is held back yet.
    public init() {}

    /// Takes a message.
    public mutating func add(_ message: CapturedMessage) {
        numbers &+= 1
        bytes += message.bytes.count
        heap.append((numbers, message))
        rise(from: heap.count - 1)
    }

    /// The next message, if nothing that begins at `start` or later can stand before it; nil while it must wait.
    public mutating func next(before start: WallTime) -> CapturedMessage? {
        guard let first = heap.first else { return nil }
        guard first.message.at < start + (Interval.zero - Self.slack) || bytes > Self.mostBytes else {
            return nil
        }
        return takeFirst()
    }

    /// The next message, whatever may come.
    public mutating func next() -> CapturedMessage? { heap.isEmpty ? nil : takeFirst() }

    private mutating func takeFirst() -> CapturedMessage {
        let first = heap[0].message
        bytes -= first.bytes.count
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink(from: 0)
        }
        return first
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        (heap[a].message.at, heap[a].number) < (heap[b].message.at, heap[b].number)
    }

    private mutating func rise(from index: Int) {
        var index = index
        while index > 0 {
            let parent = (index - 1) / 2
            guard isBefore(index, parent) else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func sink(from index: Int) {
        var index = index
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && isBefore(child, least) {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
