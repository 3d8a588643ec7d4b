public import SIPMessage
public import Timing

/// What is wrong with the way of a call.
public enum CallTrouble: UInt8, WordCodable, Hashable, Sendable, BitwiseCopyable {
    /// The binding has ended: a lookup does not find it.
    case ended
    /// Its contact can't be read.
    case badContact
    /// The first value of its Path can't be read.
    case badPath
    /// Its connection has ended, and none can be made to it: it is behind NAT, keeps a flow of its own (RFC 5626 §5.3), or
    /// comes by WebSocket.
    case unreachable
    /// Its connection has ended: a new one would have to be made to its contact.
    case connectionGone
    /// The contact's host is a name that nobody can look up (`.invalid`, RFC 7118 §5).
    case unresolvable
    /// The way leads back to who would send the call: contact or Path has the address of this registrar.
    case leadsHere
    /// The contact's host is a private address, and nothing else leads there.
    case privateContact
    /// It used to answer pings and does no longer.
    case stoppedAnswering
    /// Behind NAT over UDP, and nothing has come from it for so long that the NAT may have forgotten it.
    case forgottenByNAT
    /// The contact asks for another transport than the one by which the phone is reached.
    case otherTransport
    /// A SIPS contact, and the way is not encrypted (RFC 3261 §26.2.2).
    case notSecure
    /// The contact's user is not the account's: the phone may reject what is not for its own name.
    case contactUser

    /// The call does not arrive.
    public var isFatal: Bool { rawValue <= Self.privateContact.rawValue && self != .connectionGone }

    /// `ended`, `bad-contact`, …
    public var codingWord: String {
        switch self {
        case .ended: "ended"
        case .badContact: "bad-contact"
        case .badPath: "bad-path"
        case .unreachable: "unreachable"
        case .connectionGone: "connection-gone"
        case .unresolvable: "unresolvable"
        case .leadsHere: "leads-here"
        case .privateContact: "private-contact"
        case .stoppedAnswering: "stopped-answering"
        case .forgottenByNAT: "forgotten-by-nat"
        case .otherTransport: "other-transport"
        case .notSecure: "not-secure"
        case .contactUser: "contact-user"
        }
    }
}

/// Where a call to a binding would go at a moment, and what would go wrong: a dry run, which sends nothing.
///
/// The Request-URI is the contact as the phone wrote it (RFC 3261 §16.6 step 2); Path's values become the Route in their
/// order (RFC 3327 §5.1). The request goes to the first of these; else over the connection that the phone registered by;
/// else, behind NAT or for a flow of its own, to where it sends from; else to its contact.
public struct CallRoute: Hashable, Sendable {
    /// What decides where the request goes.
    public enum Way: Hashable, Sendable {
        /// The first proxy of its Path.
        case path
        /// The connection that it registered by.
        case connection
        /// Where its REGISTER came from.
        case source
        /// The host of its contact.
        case contact
    }

    /// The Request-URI.
    public private(set) var requestURI: [UInt8]
    /// The values of Route, in their order.
    public private(set) var route: [[UInt8]]
    /// What decides where the request goes.
    public private(set) var way: Way
    /// Host of the next hop as it is written, without brackets, and its port; empty if it can't be read.
    public private(set) var host: [UInt8], port: UInt16
    /// By which transport.
    public private(set) var transport: TransportKind
    /// What is wrong, what is worst first; empty if nothing is known to be.
    public private(set) var troubles: [CallTrouble]

    /// Behind a NAT a UDP mapping may be forgotten after this long without a packet from inside.
    public static let memoryOfNAT = Interval.seconds(180)

    /// The call does not arrive.
    public var isLost: Bool { troubles.contains(where: \.isFatal) }

    /// The way to a binding at a moment.
    public init(_ binding: Binding, at now: Timestamp) {
        let (facts, texts) = (binding.facts, binding.texts)
        let contact = Hop(texts.contact)
        requestURI = texts.contact
        route = Self.addresses(in: texts.path)
        troubles = []
        (way, host, port, transport) = (.contact, [], 0, facts.path.transport)
        if binding.gone != nil || facts.expiresAt <= now { troubles.append(.ended) }
        if contact == nil { troubles.append(.badContact) }
        if let first = route.first {
            way = .path
            follow(first)
        } else if facts.path.transport.isReliable {
            followConnection(facts, contact)
        } else if facts.badges.contains(.nat) || facts.badges.contains(.outbound) {
            way = .source
            take(facts.path)
        } else if let contact {
            take(contact)
        }
        judge(facts, contact, at: now)
        troubles.sort { $0.rawValue < $1.rawValue }
    }

    private mutating func take(_ hop: Hop) { (host, port, transport) = (hop.host, hop.port, hop.transport) }

    private mutating func take(_ path: ReceivedFrom) {
        (host, port, transport) = (Array("\(path.source.address)".utf8), path.source.port, path.transport)
    }

    private mutating func follow(_ value: [UInt8]) {
        guard let hop = Hop(nameAddress: value) else { return troubles.append(.badPath) }
        take(hop)
    }

    private mutating func followConnection(_ facts: BindingFacts, _ contact: Hop?) {
        way = .connection
        take(facts.path)
        guard facts.reachability.connection == .gone else { return }
        let isBound = facts.badges.contains(.nat) || facts.badges.contains(.outbound)
        let isWeb = facts.path.transport == .ws || facts.path.transport == .wss
        guard !isBound, !isWeb, let contact else { return troubles.append(.unreachable) }
        troubles.append(.connectionGone)
        way = .contact
        take(contact)
    }

    private mutating func judge(_ facts: BindingFacts, _ contact: Hop?, at now: Timestamp) {
        if facts.reachability.ping == .stoppedAnswering { troubles.append(.stoppedAnswering) }
        if facts.badges.contains(.contactUser) { troubles.append(.contactUser) }
        let isQuiet = now - facts.refreshedAt > Self.memoryOfNAT && facts.reachability.ping != .answering
        if way == .source, facts.badges.contains(.nat), isQuiet { troubles.append(.forgottenByNAT) }
        guard let contact else { return }
        if way == .contact, contact.isUnresolvable { troubles.append(.unresolvable) }
        let isForeign = contact.address?.isPrivate ?? false
        if way == .contact, isForeign, !facts.path.source.address.isPrivate {
            troubles.append(.privateContact)
        }
        if contact.isSecure, !transport.isSecure { troubles.append(.notSecure) }
        let asked = contact.askedTransport
        if way != .path, let asked, asked != transport, asked.isReliable || transport.isReliable {
            troubles.append(.otherTransport)
        }
    }

    /// The values of a list of addresses in angle brackets, such as a Path has, each without blanks around it.
    public static func addresses(in list: [UInt8]) -> [[UInt8]] {
        var values: [[UInt8]] = []
        var value: [UInt8] = []
        var (isInBrackets, isQuoted) = (false, false)
        func end() {
            let head = value.drop { $0 == 0x20 || $0 == 0x09 }
            let count = head.reversed().prefix { $0 == 0x20 || $0 == 0x09 }.count
            if !head.isEmpty { values.append(Array(head.dropLast(count))) }
            value = []
        }
        for byte in list {
            switch byte {
            case 0x22 where !isInBrackets: isQuoted.toggle()
            case 0x3c where !isQuoted: isInBrackets = true
            case 0x3e where !isQuoted: isInBrackets = false
            case 0x2c where !isInBrackets && !isQuoted:
                end()
                continue
            default: break
            }
            value.append(byte)
        }
        end()
        return values
    }
}

/// A SIP URI as somewhere to send to.
private struct Hop {
    var host: [UInt8]
    var address: IPAddress?
    var port: UInt16
    var transport: TransportKind
    /// What its `transport` parameter asks for.
    var askedTransport: TransportKind?
    var isSecure: Bool

    /// A name under `.invalid`, which browsers use that know no name of their own.
    var isUnresolvable: Bool { address == nil && host.suffix(8).elementsEqual(".invalid".utf8) }

    init?(_ uri: [UInt8]) {
        guard let count = UInt16(exactly: uri.count) else { return nil }
        let bytes = uri.span
        guard let read = try? SIPURI(bytes, in: ByteRange(start: 0, count: count)), read.isSIP else {
            return nil
        }
        askedTransport = read.transport(bytes)
        isSecure = read.scheme == .sips
        address = read.host.address(bytes)
        host = address.map { Array("\($0)".utf8) } ?? Array(uri[read.host.range.bounds])
        // RFC 3263 §4.1: without a parameter UDP, of a SIPS URI TLS.
        transport = isSecure && askedTransport != .wss ? .tls : askedTransport ?? .udp
        port = read.port ?? (transport.isSecure ? 5_061 : 5_060)
    }

    /// The URI of a value such as `"Edge" <sip:edge1.example.net;lr>;q=1`.
    init?(nameAddress value: [UInt8]) {
        var position = 0
        let span = value.span
        guard
            let address = try? NameAddress.read(span, from: &position, to: value.count, header: .route)
        else { return nil }
        self.init(Array(value[address.uri.bounds]))
    }
}
