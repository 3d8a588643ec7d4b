internal import CSocket
internal import Synchronization
internal import Timing

/// The way into the resolver's thread, and the cache that saves it.
final class ResolverMailbox: Sendable {
    typealias Completion = @Sendable (DNSAnswer) -> Void

    private struct Contents {
        var requests: [(DNSQuestion, Completion)] = []
        var cache: DNSCache
        var isStopped = false
    }

    /// The descriptor that wakes the thread.
    let wake: Int32
    private let contents: Mutex<Contents>
    private let maximumWaiting: Int

    init(_ settings: ResolverSettings) throws(TransportError) {
        let wake = csocket_open_wake()
        guard wake >= 0 else { throw .cannotStart(errno: -wake) }
        self.wake = wake
        contents = Mutex(Contents(cache: DNSCache(maximum: settings.maximumKept)))
        maximumWaiting = settings.maximumOpen * 4
    }

    deinit { csocket_close(wake) }

    func ask(_ question: DNSQuestion, at now: Timestamp, then completion: @escaping Completion) -> DNSAnswer?
    {
        contents.withLock { contents in
            if let answer = contents.cache.answer(to: question, at: now) { return answer }
            guard !contents.isStopped, contents.requests.count < maximumWaiting else { return .failed }
            contents.requests.append((question, completion))
            if contents.requests.count == 1 { csocket_raise_wake(wake) }
            return nil
        }
    }

    func keep(_ answer: DNSAnswer, seconds: UInt32?, to question: DNSQuestion, at now: Timestamp) {
        contents.withLock { $0.cache.keep(answer, seconds: seconds, to: question, at: now) }
    }

    /// What has come since, and whether to end.
    func take() -> (requests: [(DNSQuestion, Completion)], isStopped: Bool) {
        contents.withLock { contents in
            var requests: [(DNSQuestion, Completion)] = []
            swap(&requests, &contents.requests)
            return (requests, contents.isStopped)
        }
    }

    /// The answer, if another request has brought it meanwhile.
    func known(_ question: DNSQuestion, at now: Timestamp) -> DNSAnswer? {
        contents.withLock { $0.cache.answer(to: question, at: now) }
    }

    func stop() {
        contents.withLock { contents in
            contents.isStopped = true
            csocket_raise_wake(wake)
        }
    }
}
