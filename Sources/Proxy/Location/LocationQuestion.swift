public import SIPMessage

/// What DNS is asked on the way from a host to its servers.
public struct LocationQuestion: Hashable, Sendable {
    /// Which records.
    public enum Kind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// Which transports a domain offers, and under which names (RFC 3403).
        case naptr
        /// Which hosts serve a domain over a transport (RFC 2782).
        case srv
        /// The addresses of a host.
        case a, aaaa
    }

    /// The name, in lower case and without a point at its end.
    public var name: [UInt8]
    /// Which records of it.
    public var kind: Kind

    /// Asks for these records of a name.
    public init(_ name: [UInt8], _ kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// What DNS has answered.
public enum LocationAnswer: Hashable, Sendable {
    /// Transports of a domain.
    case naptr([NamingRecord])
    /// Hosts of a service.
    case srv([ServiceRecord])
    /// Addresses of a host.
    case addresses([IPAddress])
    /// There are no such records, or nothing came in time.
    case nothing
}

/// One NAPTR record, as far as SIP reads it (RFC 3263 §4.1).
public struct NamingRecord: Hashable, Sendable {
    /// The lower goes first, and of one order the lower preference.
    public var order: UInt16, preference: UInt16
    /// `s`: the replacement has SRV records.
    public var flags: [UInt8]
    /// `SIP+D2U` and the like.
    public var service: [UInt8]
    /// It rewrites names by a regular expression, which SIP has no use for.
    public var rewrites: Bool
    /// The name to look at next; empty: there is none.
    public var replacement: [UInt8]

    /// Puts the parts together.
    public init(
        order: UInt16,
        preference: UInt16,
        flags: [UInt8],
        service: [UInt8],
        rewrites: Bool = false,
        replacement: [UInt8],
    ) {
        self.order = order
        self.preference = preference
        self.flags = flags
        self.service = service
        self.rewrites = rewrites
        self.replacement = replacement
    }
}

/// One SRV record (RFC 2782).
public struct ServiceRecord: Hashable, Sendable {
    /// The lower goes first.
    public var priority: UInt16
    /// Of one priority, how often this one goes before others.
    public var weight: UInt16
    /// Where it listens.
    public var port: UInt16
    /// The host; empty: the service is decidedly not offered.
    public var target: [UInt8]

    /// Puts the parts together.
    public init(priority: UInt16, weight: UInt16, port: UInt16, target: [UInt8]) {
        self.priority = priority
        self.weight = weight
        self.port = port
        self.target = target
    }
}
