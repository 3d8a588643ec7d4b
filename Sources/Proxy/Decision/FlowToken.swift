import BindingTable
import SIPDigest
import SIPMessage
import Timing

/// What a Record-Route value of ours says: by which flow a request is to leave that comes back with it in Route.
struct FlowToken: Hashable, Sendable {
    /// The flow as it was when the dialog was set up.
    var path: ReceivedFrom
    /// The binding whose flow it was: if it lives, its flow of today is taken.
    var binding: BindingID?
    /// It is the flow of a user of ours, who was known for one when the dialog was set up.
    var isTrusted = false
    /// It is no flow that somebody has opened, but a place that we have sent to and can reach anew.
    var isHop = false
    /// It leads to who was asked when it was sealed; else to who asked.
    var isCallees = false
    /// Others come by it too: there is a proxy in between.
    var isShared = false
    /// Whom the ends of its dialog said to be, as ``DialogSeal`` has it.
    var beginner: UInt64 = 0, other: UInt64 = 0
}

extension FlowToken {
    /// The four yes or no of it, as bits.
    fileprivate var marks: UInt64 {
        get { (isTrusted ? 8 : 0) | (isHop ? 4 : 0) | (isCallees ? 2 : 0) | (isShared ? 1 : 0) }
        set {
            (isTrusted, isHop) = (newValue & 8 != 0, newValue & 4 != 0)
            (isCallees, isShared) = (newValue & 2 != 0, newValue & 1 != 0)
        }
    }
}

/// Seals and opens the user parts of our Record-Route values, so that no table of dialogs is needed (RFC 5626 §5.3).
///
/// One sealed text of three words, two for IPv6:
///
///     1 IPv4, transport, our address (4 bits each), our listener (8), port (16), IPv4 address (32)
///     2 the binding
///     3 of a user of ours, a hop, the callee's, shared (1 bit each), the names (14 each), the connection (32)
///
/// The second has the IPv6 address, and a word that ties it to the first. Both are sealed for a dialog (`DialogSeal`) and
/// open in no other one. The connection is masked with the run of the program: its number means nothing to the next.
struct FlowTokens {
    /// Seals them.
    let mint: NonceMint
    /// The digests of the thread that asks.
    let worker: DigestWorker

    /// Turns the number of a connection into what stands for it, and back.
    private func masked(_ connection: UInt64) -> UInt64 {
        connection == 0 ? 0 : connection ^ ((UInt64(mint.epoch) &* 0x9e37_79b9_7f4a_7c15) >> 32)
    }

    private static let connectionMask: UInt64 = 0xffff_ffff, nameMask: UInt64 = 0x3fff
    private static let noAddress: UInt64 = 15
    private static let noListener: UInt64 = 255

    /// Appends the user part that names a flow; false, having appended nothing, if libcrypto failed.
    func append(
        _ token: FlowToken,
        for dialog: UInt64,
        place: ProxyPlace,
        to out: inout [UInt8],
    ) -> Bool {
        let path = token.path
        guard path.connection.rawValue <= Self.connectionMask else { return false }
        let source = path.source
        var word = UInt64(source.address.isIPv4 ? 1 : 0) << 63 | UInt64(path.transport.rawValue & 7) << 60
        word |= addressNumber(path.local.address, place) << 56 | listenerNumber(path, place) << 48
        word |= UInt64(source.port) << 32
        if source.address.isIPv4 { word |= source.address.low & 0xffff_ffff }
        let words: InlineArray<3, UInt64> = [
            word, token.binding?.rawValue ?? 0,
            token.marks << 60 | (token.beginner & Self.nameMask) << 46 | (token.other & Self.nameMask) << 32
                | masked(path.connection.rawValue),
        ]
        guard let text = mint.seal(words, for: dialog, using: worker) else { return false }
        if source.address.isIPv4 {
            text.forEachCharacter { out.append($0) }
            return true
        }
        let rest: InlineArray<3, UInt64> = [source.address.high, source.address.low, Self.tie(words)]
        guard let more = mint.seal(rest, for: dialog, using: worker) else { return false }
        text.forEachCharacter { out.append($0) }
        more.forEachCharacter { out.append($0) }
        return true
    }

    /// Reads the user part of a URI of ours; nil if nobody here has made it for this dialog.
    func open(
        _ user: Span<UInt8>,
        for dialog: UInt64,
        place: ProxyPlace,
        at now: Timestamp,
    ) -> FlowToken? {
        let count = SealedText.count
        guard user.count == count || user.count == 2 * count,
            let words = mint.open(user.extracting(0..<count), for: dialog, using: worker),
            let transport = TransportKind(rawValue: UInt8(truncatingIfNeeded: words[0] >> 60) & 7)
        else { return nil }
        let address: IPAddress
        if words[0] >> 63 == 1 {
            guard user.count == count else { return nil }
            address = IPAddress(ipv4: UInt32(truncatingIfNeeded: words[0]))
        } else {
            guard user.count == 2 * count,
                let rest = mint.open(user.extracting(count..<2 * count), for: dialog, using: worker),
                rest[2] == Self.tie(words)
            else { return nil }
            address = IPAddress(ipv6High: rest[0], low: rest[1])
        }
        let port = UInt16(truncatingIfNeeded: words[0] >> 32)
        let path = ReceivedFrom(
            source: Endpoint(address: address, port: port),
            local: local(words[0], to: address, place),
            transport: transport,
            connection: ConnectionID(rawValue: masked(words[2] & Self.connectionMask)),
            at: now
        )
        var token = FlowToken(path: path, binding: words[1] == 0 ? nil : BindingID(rawValue: words[1]))
        token.marks = words[2] >> 60
        (token.beginner, token.other) = (words[2] >> 46 & Self.nameMask, words[2] >> 32 & Self.nameMask)
        return token
    }

    private static func tie(_ words: InlineArray<3, UInt64>) -> UInt64 {
        words[0] ^ (words[1] << 21 | words[1] >> 43) ^ (words[2] << 42 | words[2] >> 22)
    }

    // MARK: Our own end

    private func addressNumber(_ address: IPAddress, _ place: ProxyPlace) -> UInt64 {
        guard let index = place.addresses.firstIndex(of: address), index < Int(Self.noAddress) else {
            return Self.noAddress
        }
        return UInt64(index)
    }

    private func listenerNumber(_ path: ReceivedFrom, _ place: ProxyPlace) -> UInt64 {
        let index = place.listeners.firstIndex {
            $0.transport == path.transport && $0.endpoint.port == path.local.port
                && ($0.endpoint.address == path.local.address || $0.endpoint.address.isUnspecified)
        }
        guard let index, index < Int(Self.noListener) else { return Self.noListener }
        return UInt64(index)
    }

    /// Our own end of the flow; after other settings it may be another one, then the usual way there is taken.
    private func local(_ word: UInt64, to peer: IPAddress, _ place: ProxyPlace) -> Endpoint {
        let number = (address: Int(word >> 56 & 15), listener: Int(word >> 48 & 255))
        var local = Endpoint(address: IPAddress(ipv4: 0), port: 0)
        if place.listeners.indices.contains(number.listener) {
            local = place.listeners[number.listener].endpoint
        }
        if place.addresses.indices.contains(number.address) {
            let address = place.addresses[number.address]
            if local.address.isUnspecified { local.address = address }
        }
        if local.address.isUnspecified, let address = place.address(peer) { local.address = address }
        return local
    }
}
