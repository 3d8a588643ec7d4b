internal import Timing

/// Asks DNS without anybody waiting: a thread of its own with c-ares, and a cache before it.
///
/// A question is asked once however many want to know, and given up after a bounded time.
public final class Resolver: Sendable {
    private let mailbox: ResolverMailbox
    private let thread: LoopThread

    /// Starts the thread. Throws ``TransportError``, and then nothing is left open.
    public init(_ settings: ResolverSettings = ResolverSettings()) throws(TransportError) {
        let mailbox = try ResolverMailbox(settings)
        self.mailbox = mailbox
        thread = try LoopThread(name: "regtop-dns") {
            let loop = ResolverLoop(settings, mailbox)
            loop.run()
        }
    }

    deinit { stop() }

    /// The answer, if it is known; else nil, and `completion` is called once, soon, on the resolver's thread. It must
    /// not block there. Never waits.
    public func ask(
        _ question: DNSQuestion,
        then completion: @escaping @Sendable (DNSAnswer) -> Void,
    ) -> DNSAnswer? {
        mailbox.ask(question, at: SystemClock.read().timestamp, then: completion)
    }

    /// Answers what is open with a failure and waits for the thread. Not to be called on it.
    public func stop() {
        mailbox.stop()
        thread.join()
    }
}
