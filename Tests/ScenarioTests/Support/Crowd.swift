import SIPDigest
import SIPMessage
import Simulation
import Timing

/// The demo's population on virtual sockets: each gets a port of its own as soon as it is asked for.
struct Crowd {
    private(set) var population: Population
    private var localOfSocket: [Int: Endpoint] = [:]
    private var socketOfLocal: [Endpoint: Int] = [:]
    private var outputs: [PopulationOutput] = []

    init(count: Int, domain: String, seed: UInt64, now: Timestamp) {
        population = Population(seed: seed, count: count, domain: domain, now: now)
    }

    var nextDeadline: Timestamp? { population.nextDeadline }

    /// What the phone behind an address is there to show; each has a socket of its own.
    func kind(at local: Endpoint) -> PhoneKind? {
        socketOfLocal[local].map { population.phones[$0].profile.kind }
    }

    mutating func tick(now: Timestamp, using worker: DigestWorker, into sent: inout [Datagram]) {
        population.tick(now: now, using: worker, into: &outputs)
        perform(now: now, into: &sent)
    }

    mutating func receive(
        _ datagram: Datagram,
        now: Timestamp,
        using worker: DigestWorker,
        into sent: inout [Datagram],
    ) {
        guard let socket = socketOfLocal[datagram.path.source] else { return }
        population.receive(datagram.bytes, on: socket, now: now, using: worker, into: &outputs)
        perform(now: now, into: &sent)
    }

    private mutating func perform(now: Timestamp, into sent: inout [Datagram]) {
        for output in outputs {
            switch output {
            case .open(let socket): open(socket, now: now)
            case .send(let socket, let bytes):
                guard let local = localOfSocket[socket] else { continue }
                let transport = population.sockets[socket].transport
                let path = ReceivedFrom(
                    source: local,
                    local: World.registrar,
                    transport: transport,
                    connection: transport.isReliable ? ConnectionID(rawValue: UInt64(socket) + 1) : .none,
                    at: now
                )
                sent.append(Datagram(bytes: bytes, path: path))
            }
        }
        outputs.removeAll(keepingCapacity: true)
    }

    private mutating func open(_ socket: Int, now: Timestamp) {
        let source = population.sockets[socket].source
        let local = Endpoint(address: source, port: UInt16(40_000 + socket))
        localOfSocket[socket] = local
        socketOfLocal[local] = socket
        population.opened(socket, local: local, now: now)
    }
}
