public import SIPDigest
public import SIPMessage
public import Timing

/// A socket that the simulated phones need: bound to an address of the loopback network, port free to choose.
public struct SimulatedSocket: Hashable, Sendable {
    /// UDP or TCP.
    public let transport: TransportKind
    /// The address to bind to: 127.0.0.0/8, which all is the machine itself, or ::1.
    public let source: IPAddress
}

/// What a population wants done on its sockets, by their places in `sockets`.
public enum PopulationOutput: Hashable, Sendable {
    /// Bind it, and connect it if it is TCP; `opened` or `lost` is the answer.
    case open(socket: Int)
    /// Send this message over it.
    case send(socket: Int, [UInt8])
}

/// Simulated phones with their sockets: what `--demo`, tests and load share.
///
/// Pure: the host opens the sockets and carries bytes and time. Small populations have a socket each;
/// of large ones the plain phones of a site share one, so that the number of sockets stays bounded.
public struct Population: Sendable {
    /// The most phones that get a socket of their own; more share.
    public static let ownSockets = 200
    /// A nonce lifetime that lets the stale phone be seen within seconds; for a registrar of a demo.
    public static let nonceLifetime = Interval.seconds(5)

    /// The accounts that the registrar must have.
    public let accounts: [SimulatedAccount]
    /// The sockets that the phones need.
    public let sockets: [SimulatedSocket]
    /// The phones.
    public private(set) var phones: [VirtualPhone]

    private let socketOfPhone: [Int]
    private var openSockets: [Endpoint?]
    private var openingSockets: Set<Int> = []
    private var phonesOfSocket: [[Int]]
    private var framers: [StreamFramer]

    /// As many phones as asked for; the same seed makes the same ones.
    ///
    /// - Parameters:
    ///   - hasIPv6: without it, the IPv6 phones come over IPv4.
    ///   - hasTCP: without it, the TCP phones come over UDP.
    public init(
        seed: UInt64,
        count: Int,
        domain: String,
        now: Timestamp,
        hasIPv6: Bool = true,
        hasTCP: Bool = true,
    ) {
        let cast = Cast(seed: seed, count: count, domain: domain)
        accounts = cast.accounts
        var sockets: [SimulatedSocket] = []
        var socketOfPhone: [Int] = []
        var phones: [VirtualPhone] = []
        var shared: [SimulatedSocket: Int] = [:]
        for (place, var profile) in cast.profiles.enumerated() {
            if !hasTCP { profile.transport = .udp }
            var source = cast.sources[place]
            if !hasIPv6, !source.isIPv4 { source = IPAddress(ipv4: 0x7f14_0001) }
            let isLoner = place < Self.ownSockets || profile.kind != .good
            if !isLoner, source.isIPv4 { source = IPAddress(ipv4: UInt32(source.low & 0xffff_ff00) | 1) }
            let socket = SimulatedSocket(transport: profile.transport, source: source)
            if !isLoner, let known = shared[socket] {
                socketOfPhone.append(known)
            } else {
                if !isLoner { shared[socket] = sockets.count }
                socketOfPhone.append(sockets.count)
                sockets.append(socket)
            }
            let own = seed ^ UInt64(place + 1) &* 0x9e37_79b9_7f4a_7c15
            phones.append(VirtualPhone(profile: profile, seed: own, now: now))
        }
        self.sockets = sockets
        self.socketOfPhone = socketOfPhone
        self.phones = phones
        openSockets = Array(repeating: nil, count: sockets.count)
        framers = Array(repeating: StreamFramer(), count: sockets.count)
        phonesOfSocket = Array(repeating: [], count: sockets.count)
        for (phone, socket) in socketOfPhone.enumerated() { phonesOfSocket[socket].append(phone) }
    }

    /// The earliest moment at which a `tick` does something.
    public var nextDeadline: Timestamp {
        phones.reduce(.distantFuture) { min($0, $1.nextDeadline) }
    }

    /// A socket is open; `local` is its address with the port that it got.
    public mutating func opened(_ socket: Int, local: Endpoint, now: Timestamp) {
        guard sockets.indices.contains(socket) else { return }
        openSockets[socket] = local
        openingSockets.remove(socket)
        framers[socket] = StreamFramer()
        for phone in phonesOfSocket[socket] { phones[phone].opened(local: local, now: now) }
    }

    /// A socket could not be opened, or its connection is gone.
    public mutating func lost(_ socket: Int, now: Timestamp) {
        guard sockets.indices.contains(socket) else { return }
        openSockets[socket] = nil
        openingSockets.remove(socket)
        for phone in phonesOfSocket[socket] { phones[phone].lost(now: now) }
    }

    /// Bytes have come over a socket: a datagram, or a piece of a stream.
    public mutating func receive(
        _ bytes: [UInt8],
        on socket: Int,
        now: Timestamp,
        using worker: DigestWorker,
        into outputs: inout [PopulationOutput],
    ) {
        guard sockets.indices.contains(socket) else { return }
        guard sockets[socket].transport.isReliable else {
            return deliver(bytes, on: socket, now: now, using: worker, into: &outputs)
        }
        framers[socket].append(bytes.span)
        while let event = framers[socket].next() {
            guard case .message(let range) = event else { continue }
            let message = Array(framers[socket].buffer[range])
            deliver(message, on: socket, now: now, using: worker, into: &outputs)
        }
    }

    /// Time has passed.
    public mutating func tick(
        now: Timestamp,
        using worker: DigestWorker,
        into outputs: inout [PopulationOutput]
    ) {
        var wanted: [PhoneOutput] = []
        for phone in phones.indices where phones[phone].nextDeadline <= now {
            phones[phone].tick(now: now, using: worker, into: &wanted)
            pass(&wanted, of: phone, now: now, into: &outputs)
        }
    }

    private mutating func deliver(
        _ message: [UInt8],
        on socket: Int,
        now: Timestamp,
        using worker: DigestWorker,
        into outputs: inout [PopulationOutput],
    ) {
        var wanted: [PhoneOutput] = []
        for phone in phonesOfSocket[socket] {
            guard phones[phone].receive(message, now: now, using: worker, into: &wanted) else { continue }
            return pass(&wanted, of: phone, now: now, into: &outputs)
        }
    }

    private mutating func pass(
        _ wanted: inout [PhoneOutput],
        of phone: Int,
        now: Timestamp,
        into outputs: inout [PopulationOutput],
    ) {
        let socket = socketOfPhone[phone]
        for output in wanted {
            switch output {
            case .send(let bytes): outputs.append(.send(socket: socket, bytes))
            case .open:
                if let local = openSockets[socket] {
                    phones[phone].opened(local: local, now: now)
                } else if openingSockets.insert(socket).inserted {
                    outputs.append(.open(socket: socket))
                }
            }
        }
        wanted.removeAll(keepingCapacity: true)
    }
}
