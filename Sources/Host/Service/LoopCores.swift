import Registrar
import SIPDigest
import SIPMessage
import Timing
import Transport

/// One registrar core, one ring and one set of counters for each loop, made where the loop lives.
struct LoopCores: Sendable {
    /// The rings, by loop number.
    let rings: [ExchangeRing]
    /// What the loops have answered, by loop number.
    let replies: [ReplyCounters]
    /// Where all loops put what is the proxy's.
    let inbox = ProxyInbox()
    private let state: RegistrarState
    private let settings: Settings

    init(state: RegistrarState, count: Int, settings: Settings) {
        self.state = state
        self.settings = settings
        rings = (0..<count).map { _ in ExchangeRing(capacity: RegistrarService.ringBytes) }
        replies = (0..<count).map { _ in ReplyCounters() }
    }

    /// Says at the start, on the main thread, what would otherwise go wrong on a loop's.
    func check() throws(HostError) {
        do throws(DigestError) {
            _ = try core(0)
        } catch {
            throw HostError("\(error)", exitCode: 1)
        }
    }

    func startUDP(_ addresses: [ListenAddress], loops: Int) throws(TransportError) -> UDPServer<CommitResult>
    {
        var udp = UDPSettings()
        udp.loops = loops
        return try UDPServer(listening: addresses, settings: udp) { context in
            RegistrarLoop(
                core: try? core(context.index),
                ring: rings[context.index],
                replies: replies[context.index],
                proxy: inbox
            ) {
                context.counters.facts.socketDrops
            }
        }
    }

    func startStreams(
        _ addresses: [ListenAddress],
        after index: Int,
    ) throws(TransportError) -> StreamServer<CommitResult> {
        var streams = StreamSettings()
        streams.maximumConnections = settings.limits.connections
        streams.maximumConnectionsPerSource = settings.limits.connectionsPerSource
        streams.idleTimeout = settings.limits.idle == 0 ? .seconds(.max) : .seconds(settings.limits.idle)
        streams.messageLimits = MessageLimits(messageBytes: settings.limits.message)
        return try StreamServer(
            listening: addresses,
            settings: streams,
            tls: settings.tls.files,
            outgoing: OutgoingSettings(authorities: settings.tls.authorities),
            onSendFailure: { [inbox] destination, transport in
                inbox.post(ProxyInbox.Failure(destination: destination, transport: transport))
            }
        ) { context in
            let number = index + context.index
            return RegistrarLoop(
                core: try? core(number),
                ring: rings[number],
                replies: replies[number],
                proxy: inbox
            )
        }
    }

    private func core(_ loop: Int) throws(DigestError) -> RegistrarCore {
        try RegistrarCore(
            state,
            loop: loop,
            loops: rings.count,
            replyBytes: settings.limits.transactions << 20
        )
    }
}
