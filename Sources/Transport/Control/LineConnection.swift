internal import NIOCore
internal import Synchronization

/// The near end of a client's connection, for any thread.
///
/// What is sent waits here until the client takes it, within bounds; nobody ever waits for the client.
public final class LineConnection: Sendable {
    /// Number of the connection; never used twice in a process.
    public let id: Int
    /// Who the client is.
    public let peer: PeerCredentials

    private struct Outbox {
        var lines: [UInt8] = []
        var answers = 0
        /// Bytes handed to the channel that it has not written yet.
        var unsent = 0
        /// Bytes of an answer beyond the limit, let in because nothing else waited: what follows has the usual room.
        var oversize = 0
        var isFlushing = false
        var closes = false
        var overflow: Int?
        var isOver = false
        var longestLine: Int?
    }

    private let outbox = Mutex(Outbox())
    private let limit: Int
    private let eventLoop: any EventLoop
    private let wake: @Sendable () -> Void

    /// `wake` is called on the event loop when there is something to take.
    init(
        id: Int,
        peer: PeerCredentials,
        limit: Int,
        eventLoop: any EventLoop,
        wake: @escaping @Sendable () -> Void,
    ) {
        self.id = id
        self.peer = peer
        self.limit = limit
        self.eventLoop = eventLoop
        self.wake = wake
    }

    /// Sends bytes, which are whole lines, to the client; `answers` of its own lines have their answer with it.
    ///
    /// Never waits: false when the connection is over, or is closed now because the client has left too much unread.
    /// One answer may be larger than what may wait, as long as nothing waits before it; what follows has the usual
    /// room.
    @discardableResult
    public func send(_ lines: [UInt8], answers: Int = 0) -> Bool {
        change { outbox in
            guard !outbox.isOver, !outbox.closes, outbox.overflow == nil else { return false }
            outbox.answers += answers
            let waiting = outbox.lines.count + outbox.unsent
            if waiting == 0 { outbox.oversize = lines.count > limit ? lines.count : 0 }
            guard waiting - outbox.oversize + lines.count <= limit || waiting == 0 else {
                outbox.overflow = waiting + lines.count
                return false
            }
            outbox.lines += lines
            return true
        }
    }

    /// Takes longer lines from this client than from others.
    public func allowLines(upTo bytes: Int) {
        _ = change { outbox in
            outbox.longestLine = bytes
            return true
        }
    }

    /// Closes the connection after all that was sent; what the client sends is not read any more.
    public func close() {
        _ = change { outbox in
            outbox.closes = true
            return true
        }
    }

    private func change(_ change: (inout sending Outbox) -> Bool) -> Bool {
        let (result, wakes) = outbox.withLock { outbox in
            let result = change(&outbox)
            let wakes = !outbox.isFlushing && !outbox.isOver
            outbox.isFlushing = true
            return (result, wakes)
        }
        if wakes { eventLoop.execute(wake) }
        return result
    }

    // MARK: On the event loop

    /// What is to be written and done now.
    struct Work {
        var lines: [UInt8]
        var answers: Int
        var closes: Bool
        var overflow: Int?
        var longestLine: Int?
    }

    /// Takes what has gathered.
    func take() -> Work {
        outbox.withLock { outbox in
            let work = Work(
                lines: outbox.lines,
                answers: outbox.answers,
                closes: outbox.closes,
                overflow: outbox.overflow,
                longestLine: outbox.longestLine
            )
            outbox.unsent += outbox.lines.count
            outbox.lines = []
            outbox.answers = 0
            outbox.isFlushing = false
            return work
        }
    }

    /// The kernel has taken so many bytes. Returns how many are left.
    func wrote(_ count: Int) -> Int {
        outbox.withLock { outbox in
            outbox.unsent -= count
            if outbox.unsent == 0, outbox.lines.isEmpty { outbox.oversize = 0 }
            return outbox.unsent
        }
    }

    /// Bytes that the client has not taken yet.
    var unsent: Int { outbox.withLock { $0.lines.count + $0.unsent } }

    /// Takes nothing any more.
    func end() {
        outbox.withLock { outbox in
            outbox.isOver = true
            outbox.lines = []
        }
    }
}
