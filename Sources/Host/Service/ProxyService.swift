import BindingTable
import Proxy
import Registrar
import SIPDigest
import SIPMessage
import Synchronization
import Timing
import Transport

/// The proxy beside the registrar: its inbox, its thread and what it tells the monitor.
///
/// Nothing runs until ``start()``, which is called when a domain has calls, at the start or after a reload. Once started
/// it goes on until ``stop()``: calls under way end as they would, and without new ones it sleeps.
final class ProxyService: Sendable {
    /// Where the registrar's loops put what is the proxy's.
    let inbox: ProxyInbox
    /// What the proxy tells the monitor.
    let ring = CallRing(capacity: ProxyService.ringBytes)
    /// How requests have ended.
    let counters = CallCounters()
    /// Where it stands on the network.
    let place: ProxyPlace

    private let state: RegistrarState
    private let ways: ProxyWays
    private let lane: UInt8
    private let running = Mutex<Running?>(nil)

    private struct Running: Sendable {
        var thread: LoopThread
        /// Names are asked for on a thread of its own.
        var resolver: Resolver
    }

    /// Bytes of the ring to the monitor.
    static let ringBytes = 4 << 20

    /// - Parameters:
    ///   - lane: keeps its nonces apart from those of the registrar's loops.
    init(_ state: RegistrarState, listeners: [Listener], inbox: ProxyInbox, ways: ProxyWays, lane: Int) {
        self.state = state
        self.inbox = inbox
        self.ways = ways
        self.lane = UInt8(clamping: lane)
        place = ProxyPlace(listeners)
    }

    /// It has been started.
    var isRunning: Bool { running.withLock { $0 != nil } }

    /// Starts the thread; does nothing if it runs already.
    func start() throws(HostError) {
        do {
            try running.withLock { running in
                guard running == nil else { return }
                // Made once here, on the caller's thread: what could go wrong there is said before anything runs.
                _ = try ProxyCore(state, place: place, lane: lane)
                let resolver = try Resolver()
                var ways = ways
                let finder = ServerFinder(resolver, over: place.transports) { [place] in place.reaches($0) }
                ways.find = { finder.find($0, then: $1) }
                ways.avoid = { finder.failed($0, over: $1) }
                let thread = try LoopThread(name: "regtop-proxy") { [self, ways] in run(ways) }
                running = Running(thread: thread, resolver: resolver)
                inbox.open()
            }
        } catch {
            throw HostError("the proxy can't be started: \(error)", exitCode: 1)
        }
    }

    private func run(_ ways: ProxyWays) {
        guard let core = try? ProxyCore(state, place: place, lane: lane) else { return }
        var loop = ProxyLoop(core: core, inbox: inbox, ways: ways, ring: ring, counters: counters)
        loop.run()
    }

    /// Ends the thread after what was handed over before; to be called before the loops that send for it end.
    func stop() {
        let ended = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let ended else { return }
        inbox.stop()
        ended.thread.join()
        ended.resolver.stop()
    }
}

extension ProxyPlace {
    /// Where a proxy stands that listens there; the system is asked which addresses are this host's.
    init(_ listeners: [Listener]) {
        let host = HostAddresses()
        self.init(
            listeners: listeners.map { ServerAddress(transport: $0.transport, endpoint: $0.endpoint) },
            addresses: HostAddresses.all,
            address: { host.address(toward: $0, at: SystemClock.read().timestamp) }
        )
    }
}

extension ProxyPlace {
    /// What requests can be sent over: UDP where we listen for it, TCP and TLS where there are connections at all.
    var transports: [TransportKind] {
        let hasUDP = listeners.contains { $0.transport == .udp }
        let hasStreams = listeners.contains { $0.transport.isReliable }
        return (hasUDP ? [.udp] : []) + (hasStreams ? [.tcp, .tls] : [])
    }

    /// There is a way to a server: a route, and over UDP a listener of its family to leave from.
    func reaches(_ server: ServerAddress) -> Bool {
        let peer = server.endpoint.address
        guard address(peer) != nil else { return false }
        return server.transport.isReliable
            || listeners.contains { $0.transport == .udp && $0.endpoint.address.isIPv4 == peer.isIPv4 }
    }
}

extension ProxyWays {
    /// The ways of the registrar's servers; who finds hosts is put in when the proxy starts.
    init(udp: UDPServer<CommitResult>?, streams: StreamServer<CommitResult>?) {
        self.init(
            sendDatagram: { datagram in
                guard let udp else { return false }
                udp.send(datagram)
                return true
            },
            sendOnConnection: { streams?.send($0) ?? false },
            connect: { streams?.send($0, connectingTo: $1) ?? false },
            find: { _, found in found([]) },
            avoid: { _, _ in }
        )
    }
}
