internal import SIPMessage
internal import Synchronization

/// The way into a loop for other threads: what is posted is handed to the loop's handler soon, in order.
public final class Mailbox<Mail: Sendable>: Sendable {
    private struct Contents {
        var mail: [Mail] = []
        var datagrams: [Datagram] = []
        var isStopping = false
        var isClosed = false
    }

    private let contents = Mutex(Contents())
    private let pending = Atomic(false)
    private let wake: @Sendable () -> Void

    /// `wake` must make the loop call ``take(mail:datagrams:)`` soon; it is called with the box locked.
    init(wake: @escaping @Sendable () -> Void) {
        self.wake = wake
    }

    /// Hands something to the loop's handler; false when the loop has ended and it is lost.
    @discardableResult
    public func post(_ mail: Mail) -> Bool {
        deliver { $0.mail.append(mail) }
    }

    /// Has the loop send a message; false when the loop has ended.
    @discardableResult
    func send(_ datagram: Datagram) -> Bool {
        deliver { $0.datagrams.append(datagram) }
    }

    /// Tells the loop to end after what was posted before.
    func stop() {
        _ = deliver { $0.isStopping = true }
    }

    /// Refuses what is posted from now on; no wake-up happens after this returns.
    func close() {
        contents.withLock { contents in
            contents = Contents()
            contents.isClosed = true
        }
    }

    /// True when something waits; costs no lock.
    var hasMail: Bool { pending.load(ordering: .acquiring) }

    /// Moves all that waits into the two empty arrays; returns true when the loop shall end.
    func take(mail: inout [Mail], datagrams: inout [Datagram]) -> Bool {
        contents.withLock { contents in
            pending.store(false, ordering: .releasing)
            swap(&mail, &contents.mail)
            swap(&datagrams, &contents.datagrams)
            return contents.isStopping
        }
    }

    private func deliver(_ change: (inout Contents) -> Void) -> Bool {
        contents.withLock { contents in
            guard !contents.isClosed else { return false }
            change(&contents)
            if !pending.exchange(true, ordering: .acquiringAndReleasing) { wake() }
            return true
        }
    }
}

/// What a handler learns about the loop that it lives on.
public struct LoopContext<Mail: Sendable>: Sendable {
    /// The loop's number among those of its server, from 0.
    public let index: Int
    /// The way back into this loop, for tickets that are to return here.
    public let mailbox: Mailbox<Mail>
    /// The listeners that this loop serves.
    public let listeners: [Listener]
    /// What this loop has done: a handler sees there how many datagrams its sockets have lost.
    public let counters: LoopCounters
}
