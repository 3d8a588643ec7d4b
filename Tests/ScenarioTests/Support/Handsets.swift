import SIPDigest
import SIPMessage
import Simulation
import Timing

/// Single phones with names, each on a socket of its own: the ones that a story is about.
struct Handsets {
    /// A phone on the desk.
    struct Handset {
        var phone: VirtualPhone
        var local: Endpoint
        /// Its plug is pulled: it sends nothing and hears nothing.
        var isSilent = false
        /// It sends, and hears nothing.
        var isDeaf = false
        /// Requests that it has sent, retransmissions included.
        var sent: [[UInt8]] = []
        /// Replies that have reached it.
        var heard: [[UInt8]] = []
    }

    let domain: String
    private let seed: UInt64
    private var all: [String: Handset] = [:]

    init(domain: String, seed: UInt64) {
        self.domain = domain
        self.seed = seed
    }

    /// A phone of a user that begins a second after `now`.
    mutating func add(
        _ user: String,
        password: String,
        from source: Endpoint,
        now: Timestamp,
        configure: (inout PhoneProfile) -> Void = { _ in },
    ) {
        var profile = PhoneProfile(user: user, domain: domain, password: password)
        profile.expires = 60
        profile.startAfter = .seconds(1)
        profile.reusesNonce = false
        configure(&profile)
        let own = seed &+ UInt64(all.count) &* 0x9e37_79b9
        all[user] = Handset(phone: VirtualPhone(profile: profile, seed: own, now: now), local: source)
    }

    /// The NAT in front of a phone gives it another port, or it goes to another network: from now on it sends
    /// from there, and names that in its contact.
    mutating func move(_ user: String, to local: Endpoint, now: Timestamp) {
        self[user].local = local
        self[user].phone.opened(local: local, now: now)
    }

    /// A phone by its user. One that was never added would be a mistake of the test: it traps.
    subscript(user: String) -> Handset {
        get {
            guard let handset = all[user] else { preconditionFailure("there is no phone \(user)") }
            return handset
        }
        set { all[user] = newValue }
    }

    private var names: [String] { all.keys.sorted() }

    var nextDeadline: Timestamp? {
        all.values.filter { !$0.isSilent }.map(\.phone.nextDeadline).min()
    }

    mutating func tick(now: Timestamp, using worker: DigestWorker, into sent: inout [Datagram]) {
        for name in names where !self[name].isSilent && self[name].phone.nextDeadline <= now {
            var outputs: [PhoneOutput] = []
            self[name].phone.tick(now: now, using: worker, into: &outputs)
            perform(&outputs, of: name, now: now, using: worker, into: &sent)
        }
    }

    mutating func receive(
        _ datagram: Datagram,
        now: Timestamp,
        using worker: DigestWorker,
        into sent: inout [Datagram],
    ) {
        for name in names where self[name].local == datagram.path.source {
            guard !self[name].isSilent, !self[name].isDeaf else { continue }
            self[name].heard.append(datagram.bytes)
            var outputs: [PhoneOutput] = []
            self[name].phone.receive(datagram.bytes, now: now, using: worker, into: &outputs)
            perform(&outputs, of: name, now: now, using: worker, into: &sent)
        }
    }

    private mutating func perform(
        _ outputs: inout [PhoneOutput],
        of name: String,
        now: Timestamp,
        using worker: DigestWorker,
        into sent: inout [Datagram],
    ) {
        while !outputs.isEmpty {
            switch outputs.removeFirst() {
            case .open:
                self[name].phone.opened(local: self[name].local, now: now)
                self[name].phone.tick(now: now, using: worker, into: &outputs)
            case .send(let bytes):
                self[name].sent.append(bytes)
                let path = ReceivedFrom(
                    source: self[name].local,
                    local: World.registrar,
                    transport: self[name].phone.profile.transport,
                    at: now
                )
                sent.append(Datagram(bytes: bytes, path: path))
            }
        }
    }
}
