import BindingTable
import Registrar
import SIPDigest
import SIPMessage
import SIPTransaction
import Support
import Timing

/// One registrar on a virtual clock, with all that a test wants to look at.
final class Stage: PlaybookSubject {
    let state: RegistrarState
    var core: RegistrarCore
    var now = Timestamp(nanoseconds: 1_000_000_000_000)
    /// Where messages come from unless said otherwise.
    var source = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 5060)
    var transport = TransportKind.udp
    /// Over which connection, unless over UDP.
    var connection = ConnectionID(rawValue: 7)
    /// Where they arrive.
    var local = Endpoint(address: IPAddress(ipv4: 0x0a00_00fe), port: 5060)
    /// How the last message was handled.
    private(set) var handling: Handling?
    private var known: [BindingID: Binding] = [:]

    static let wall = WallTime(secondsSince1970: 1_790_000_000)

    init(
        _ domains: [Domain] = [.open("example.com")],
        store: (any LocationStore)? = nil,
        loops: Int = 1,
        replyBytes: Int = 1 << 20,
        configure: (inout Policy) -> Void = { _ in },
    ) throws {
        var policy = Policy(domains: domains)
        configure(&policy)
        state = RegistrarState(
            table: BindingTable(seed: 1),
            policy: PolicyBox(policy),
            verifier: DigestVerifier(
                mint: NonceMint(secret: (1, 2), epoch: 3),
                window: NonceCountWindow(capacity: 512)
            ),
            store: store
        )
        core = try RegistrarCore(state, loop: 0, loops: loops, replyBytes: replyBytes)
    }

    var path: ReceivedFrom {
        ReceivedFrom(
            source: source,
            local: local,
            transport: transport,
            connection: transport == .udp ? .none : connection,
            at: now
        )
    }

    var clock: ClockReading {
        ClockReading(timestamp: now, wall: Self.wall + (now - Timestamp(nanoseconds: 1_000_000_000_000)))
    }

    func receive(_ message: [UInt8]) -> [UInt8]? {
        var reply: [UInt8] = []
        handling = core.handle(message.span, from: path, clock: clock, reply: &reply)
        return reply.isEmpty ? nil : reply
    }

    /// Sends a message; the reply as text, empty for silence.
    @discardableResult
    func send(_ message: String) -> Answer { Answer(receive(Array(message.utf8))) }

    @discardableResult
    func send(_ message: [UInt8]) -> Answer { Answer(receive(message)) }

    /// The registrar's own requests since they were taken last, with where each was sent and over what.
    private(set) var requests = OutgoingRequests()

    func advance(seconds: Int) { advance(.seconds(seconds)) }

    /// Lets time pass in one step; more than one call only where the core asks for it.
    func advance(_ interval: Interval) {
        now = now + interval
        var steps = 0
        while core.advance(to: clock, requests: &requests) <= now, steps < 10_000 { steps += 1 }
    }

    /// Takes the requests that the registrar has sent.
    func takeRequests() -> [Sent] {
        var sent: [Sent] = []
        for index in 0..<requests.count {
            requests.withRequest(at: index) { bytes, destination, path in
                let copy = bytes.withUnsafeBufferPointer { Array($0) }
                sent.append(Sent(message: Answer(copy), destination: destination, path: path))
            }
        }
        requests.removeAll()
        return sent
    }

    /// The bindings of an address of record now, in the order of their making.
    func bindings(_ aor: String) -> [Binding] {
        state.table.bindings(of: Array(aor.utf8), at: now).sorted {
            ($0.facts.createdAt, $0.facts.id) < ($1.facts.createdAt, $1.facts.id)
        }
    }

    func contacts(_ aor: String) -> [String] {
        bindings(aor).map { String(decoding: $0.texts.contact, as: UTF8.self) }
    }

    func target(_ binding: Binding) -> BindingTarget {
        BindingTarget(id: binding.facts.id, version: binding.facts.version)
    }

    func takeEvents() -> [String] {
        watched.flatMap { events(of: $0) }
    }

    /// Addresses of record whose changes `takeEvents` tells.
    var watched = ["alice@example.com"]

    private func events(of aor: String) -> [String] {
        let current = bindings(aor)
        var words: [String] = []
        for (id, binding) in known.sorted(by: { $0.key < $1.key })
        where !current.contains(where: { $0.facts.id == id }) {
            let gone = state.table.tombstone(id)
            let contact = String(decoding: binding.texts.contact, as: UTF8.self)
            words.append("removed(\(gone?.gone?.cause.text ?? "?")) \(contact)")
            known[id] = nil
        }
        for binding in current {
            let contact = String(decoding: binding.texts.contact, as: UTF8.self)
            if let before = known[binding.facts.id] {
                if before.facts.version != binding.facts.version { words.append("changed \(contact)") }
            } else {
                words.append("added \(contact)")
            }
            known[binding.facts.id] = binding
        }
        return words
    }
}

/// A request of the registrar's own.
struct Sent {
    let message: Answer
    let destination: Endpoint
    let path: ReceivedFrom

    /// A response to it, as the peer writes it.
    func response(_ status: Int = 200, extra: [String] = []) -> String {
        var lines = ["SIP/2.0 \(status) Whatever"]
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            for value in message.values(name) { lines.append("\(name): \(value)") }
        }
        lines += extra
        lines.append("Content-Length: 0")
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    var body: String {
        message.text.firstRange(of: "\r\n\r\n").map { String(message.text[$0.upperBound...]) } ?? ""
    }
}

/// A reply taken apart as far as tests look.
struct Answer: CustomStringConvertible {
    let bytes: [UInt8]
    let text: String

    init(_ bytes: [UInt8]?) {
        self.bytes = bytes ?? []
        text = String(decoding: self.bytes, as: UTF8.self)
    }

    var description: String { text }
    var isSilence: Bool { bytes.isEmpty }
    var status: Int { bytes.isEmpty ? 0 : Int(text.dropFirst(8).prefix(3)) ?? -1 }
    var startLine: String { String(text.prefix { $0 != "\r\n" }) }
    var lines: [String] { text.split(separator: "\r\n", omittingEmptySubsequences: true).map(String.init) }

    /// The values of a header field, in order.
    func values(_ name: String) -> [String] {
        lines.dropFirst().filter { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
    }

    func value(_ name: String) -> String? { values(name).first }
}

extension Domain {
    static func open(
        _ name: String,
        expiry: ExpiryPolicy = ExpiryPolicy(jitterPercent: 0),
        contacts: ContactPolicy = ContactPolicy(),
        alias: AliasRendering = .off,
    ) -> Domain {
        Domain(name: Array(name.utf8), access: .open, expiry: expiry, contacts: contacts, alias: alias)
    }

    /// A domain with accounts `user → password`.
    static func closed(
        _ name: String,
        _ users: [String: String],
        algorithms: [DigestAlgorithm] = [.md5],
        qop: QualityOfProtection = [.auth],
        legacy: Bool = false,
        expiry: ExpiryPolicy = ExpiryPolicy(jitterPercent: 0),
    ) throws -> Domain {
        let worker = try DigestWorker(lane: 200)
        var text = ""
        for (user, password) in users.sorted(by: { $0.key < $1.key }) {
            for algorithm in algorithms {
                let ha1 = worker.ha1(
                    algorithm,
                    user: Array(user.utf8).span,
                    realm: Array(name.utf8).span,
                    password: Array(password.utf8).span
                )
                var hex: [UInt8] = []
                ha1?.hex.append(to: &hex)
                let middle = algorithm == .md5 ? "" : "\(algorithm.name):"
                text += "\(user):\(name):\(middle)\(String(decoding: hex, as: UTF8.self))\n"
            }
        }
        return Domain(
            name: Array(name.utf8),
            access: .digest(try Accounts(parsing: Array(text.utf8).span)),
            digest: DigestPolicy(
                realm: Array(name.utf8),
                algorithms: algorithms,
                qop: qop,
                allowsLegacy: legacy
            ),
            expiry: expiry
        )
    }
}
