import Proxy
import SIPMessage
import Synchronization
import Timing
import Transport

/// Finds the servers of a host (RFC 3263) for the proxy: asks the resolver what ``ServerLocation`` wants to know, and
/// nobody waits.
///
/// A search ends by itself: it has three steps at most, and the resolver answers each question in a bounded time.
final class ServerFinder: Sendable {
    /// Takes what was found, the best first; none: the host was not found.
    typealias Completion = @Sendable ([ServerAddress]) -> Void

    /// One search; whoever brings an answer takes it further.
    private final class Search: Sendable {
        struct State {
            var location: ServerLocation
            var completion: Completion?
        }

        let state: Mutex<State>

        init(_ location: ServerLocation, _ completion: @escaping Completion) {
            state = Mutex(State(location: location, completion: completion))
        }
    }

    private let resolver: Resolver
    private let transports: [TransportKind]
    private let isReached: @Sendable (ServerAddress) -> Bool
    private let running = Atomic<Int>(0)
    /// Servers that were not reached, and until when others go before them.
    private let failing = Mutex<[ServerAddress: Timestamp]>([:])

    /// Searches at a time, and failures that are remembered.
    static let maximumSearches = 1_000, maximumFailing = 1_000
    /// For so long a server that was not reached is the last to be tried.
    static let avoided = Interval.seconds(30)

    /// - Parameters:
    ///   - transports: those that we can send over: UDP with a listener for it, TCP, TLS.
    ///   - isReached: whether there is a way to a server at all: a listener or a route of its family. Must not block.
    init(
        _ resolver: Resolver,
        over transports: [TransportKind],
        isReached: @escaping @Sendable (ServerAddress) -> Bool = { _ in true },
    ) {
        self.resolver = resolver
        self.transports = transports
        self.isReached = isReached
    }

    /// Looks for a host. `completion` is called once: before this returns if all is known, else on the resolver's
    /// thread, where it must not block. Never waits.
    func find(_ hop: HostHop, then completion: @escaping Completion) {
        guard running.wrappingAdd(1, ordering: .relaxed).newValue <= Self.maximumSearches else {
            running.wrappingSubtract(1, ordering: .relaxed)
            return completion([])
        }
        var random = SystemRandomNumberGenerator()
        let location = ServerLocation(of: hop, over: transports, seed: random.next())
        proceed(Search(location, completion))
    }

    /// A server was not reached: others go before it for a while.
    func failed(_ destination: Endpoint, over transport: TransportKind) {
        let now = SystemClock.read().timestamp
        failing.withLock { failing in
            if failing.count >= Self.maximumFailing { failing = failing.filter { $0.value > now } }
            guard failing.count < Self.maximumFailing else { return }
            failing[ServerAddress(transport: transport, endpoint: destination)] = now + Self.avoided
        }
    }

    /// Asks all that is to be asked now; what is known at once may bring new questions.
    private func proceed(_ search: Search) {
        while true {
            let (questions, found) = search.state.withLock { state in
                (state.location.takeQuestions(), state.location.servers)
            }
            if let found { return finish(search, found) }
            var isAnswered = false
            for question in questions {
                let known = resolver.ask(DNSQuestion(question)) { [self] answer in
                    take(answer, to: question, search)
                    proceed(search)
                }
                if let known {
                    isAnswered = true
                    take(known, to: question, search)
                }
            }
            guard isAnswered else { return }
        }
    }

    private func take(_ answer: DNSAnswer, to question: LocationQuestion, _ search: Search) {
        search.state.withLock {
            $0.location.answer(question, with: LocationAnswer(answer, to: question.kind))
        }
    }

    private func finish(_ search: Search, _ found: [ServerAddress]) {
        let completion = search.state.withLock { state in
            defer { state.completion = nil }
            return state.completion
        }
        guard let completion else { return }
        running.wrappingSubtract(1, ordering: .relaxed)
        completion(ordered(found.filter(isReached)))
    }

    private func ordered(_ servers: [ServerAddress]) -> [ServerAddress] {
        let now = SystemClock.read().timestamp
        let failing = failing.withLock { failing in servers.filter { (failing[$0] ?? now) > now } }
        return failing.isEmpty ? servers : servers.filter { !failing.contains($0) } + failing
    }
}

extension DNSQuestion {
    fileprivate init(_ question: LocationQuestion) {
        let kind: Kind =
            switch question.kind {
            case .naptr: .naptr
            case .srv: .srv
            case .a: .a
            case .aaaa: .aaaa
            }
        self.init(name: question.name, kind: kind)
    }
}

extension LocationAnswer {
    /// In the proxy's words.
    fileprivate init(_ answer: DNSAnswer, to kind: LocationQuestion.Kind) {
        guard case .records(let records) = answer else {
            self = .nothing
            return
        }
        switch kind {
        case .naptr: self = .naptr(records.compactMap(NamingRecord.init))
        case .srv: self = .srv(records.compactMap(ServiceRecord.init))
        case .a, .aaaa:
            self = .addresses(
                records.compactMap { record in
                    if case .address(let address) = record { address } else { nil }
                }
            )
        }
    }
}

extension NamingRecord {
    fileprivate init?(_ record: DNSRecord) {
        guard
            case .naming(let order, let preference, let flags, let service, let expression, let name) = record
        else { return nil }
        self.init(
            order: order,
            preference: preference,
            flags: flags,
            service: service,
            rewrites: !expression.isEmpty,
            replacement: name
        )
    }
}

extension ServiceRecord {
    fileprivate init?(_ record: DNSRecord) {
        guard case .service(let priority, let weight, let port, let target) = record else { return nil }
        self.init(priority: priority, weight: weight, port: port, target: target)
    }
}
