import SIPDigest
import SIPMessage
import Simulation
import Timing

/// As little of a registrar as phones need to talk to: digest, a minimum interval, one list of contacts a
/// user. Keeps what it said, for tests to look at.
struct ToyRegistrar {
    struct Answer: Equatable {
        var user: String
        var status: Int
        var verdict: Verdict?
        var expires: Int
        var contact: String
        var path: ReceivedFrom
    }

    let worker: DigestWorker
    let domain: String
    var verifier: DigestVerifier
    var policy: DigestPolicy
    var accounts: Accounts
    var bindings: [String: [String: Timestamp]] = [:]
    var answers: [Answer] = []
    /// The replies of the last requests, by branch: retransmissions get them again.
    var replies: [String: [UInt8]] = [:]

    init(accounts: [SimulatedAccount], domain: String, lifetime: Interval = Population.nonceLifetime) throws {
        worker = try DigestWorker(lane: 1)
        self.domain = domain
        verifier = DigestVerifier(
            mint: NonceMint(secret: (3, 4), epoch: 5, lifetime: lifetime),
            window: NonceCountWindow(capacity: 4_096)
        )
        policy = DigestPolicy(realm: Array(domain.utf8), allowsLegacy: true)
        let file = accounts.accountsFile(using: worker)
        self.accounts = try Accounts(parsing: file.span)
    }

    mutating func receive(_ datagram: Datagram, now: Timestamp) throws -> Datagram {
        let bytes = datagram.bytes
        var head = MessageHead()
        try head.parse(bytes.span)
        let via = try head.topVia(bytes.span)
        let branch = "\(datagram.path.source) \(text(bytes, via.branch))"
        let reply: [UInt8]
        if let known = replies[branch] {
            reply = known
        } else {
            reply = try answer(head, bytes, via, datagram.path, now: now)
            replies[branch] = reply
        }
        var path = datagram.path
        swap(&path.source, &path.local)
        path.at = now
        return Datagram(bytes: reply, path: path)
    }

    private mutating func answer(
        _ head: MessageHead,
        _ bytes: [UInt8],
        _ via: Via,
        _ path: ReceivedFrom,
        now: Timestamp,
    ) throws -> [UInt8] {
        var contacts = HeaderValues<Contact>(.contact)
        let contact = try contacts.next(in: head, bytes.span).map { text(bytes, $0.uri) } ?? ""
        let expires = Int(try head.expires(bytes.span)?.value ?? 3_600)
        let to = text(bytes, try head.to(bytes.span).uri)
        let user = String(to.dropFirst(4).prefix { $0 != "@" })
        var answer = Answer(
            user: user,
            status: 200,
            verdict: nil,
            expires: expires,
            contact: contact,
            path: path
        )
        let result = verifier.verify(
            head,
            bytes.span,
            policy: policy,
            accounts: accounts,
            now: now,
            using: worker
        )
        answer.verdict = result.verdict
        if !result.isGranted {
            answer.status = 401
        } else if (1..<60).contains(expires) {
            answer.status = 423
        }
        answers.append(answer)
        var encoder = MessageEncoder()
        let status = StatusCode(rawValue: UInt16(answer.status))
        encoder.beginResponse(status, to: head, bytes.span, via: via, from: path.source, toTag: 7)
        switch answer.status {
        case 401:
            let isStale = result.verdict == .stale
            _ = policy.appendChallenge(
                to: &encoder.bytes,
                stale: isStale,
                mint: verifier.mint,
                now: now,
                using: worker
            )
        case 423: encoder.header(.minExpires, decimal: 60)
        default:
            bindings[user, default: [:]][contact] = expires == 0 ? nil : now + .seconds(expires)
            if expires > 0 { encoder.header(.contact, text: "<\(contact)>;expires=\(expires)") }
        }
        encoder.finish()
        return encoder.bytes
    }
}

func text(_ bytes: [UInt8], _ range: ByteRange) -> String {
    String(decoding: bytes[range.bounds], as: UTF8.self)
}

/// A population and a registrar with a network between them, on a virtual clock.
struct World {
    var population: Population
    var registrar: ToyRegistrar
    var network: LossyNetwork
    var now = Timestamp.zero
    private let server = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5_060)
    private let worker: DigestWorker

    init(_ population: Population, conditions: NetworkConditions = NetworkConditions(), seed: UInt64 = 1)
        throws
    {
        self.population = population
        worker = try DigestWorker(lane: 2)
        registrar = try ToyRegistrar(accounts: population.accounts, domain: "demo.test")
        network = LossyNetwork(seed: seed, conditions: conditions)
    }

    /// Lets time pass, event by event.
    mutating func run(until end: Timestamp) throws {
        while true {
            let next = min(population.nextDeadline, network.nextArrival ?? .distantFuture)
            guard next <= end else {
                now = end
                return
            }
            now = max(now, next)
            var outputs: [PopulationOutput] = []
            for datagram in network.arrivals(now: now) {
                if datagram.path.local == server {
                    network.send(try registrar.receive(datagram, now: now), now: now)
                } else if let socket = socket(of: datagram.path) {
                    population.receive(datagram.bytes, on: socket, now: now, using: worker, into: &outputs)
                }
            }
            population.tick(now: now, using: worker, into: &outputs)
            perform(outputs)
        }
    }

    private mutating func perform(_ outputs: [PopulationOutput]) {
        for output in outputs {
            switch output {
            case .open(let socket): population.opened(socket, local: local(socket), now: now)
            case .send(let socket, let bytes):
                let path = ReceivedFrom(
                    source: local(socket),
                    local: server,
                    transport: population.sockets[socket].transport,
                    connection: ConnectionID(rawValue: UInt64(socket)),
                    at: now
                )
                network.send(Datagram(bytes: bytes, path: path), now: now)
            }
        }
    }

    private func local(_ socket: Int) -> Endpoint {
        Endpoint(address: population.sockets[socket].source, port: UInt16(10_000 + socket))
    }

    private func socket(of path: ReceivedFrom) -> Int? { Int(path.local.port) - 10_000 }
}
