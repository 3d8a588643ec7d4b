public import SIPMessage
public import Timing

/// What DNS is asked.
public struct DNSQuestion: Hashable, Sendable {
    /// Which records; the raw value is DNS's number.
    public enum Kind: UInt16, Sendable, CaseIterable {
        case a = 1
        case aaaa = 28
        case srv = 33
        case naptr = 35
    }

    /// The name in lower case, without a point at its end.
    public var name: [UInt8]
    /// Which records of it.
    public var kind: Kind

    /// Asks for records of a name.
    public init(name: [UInt8], kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// The name can be put on the wire as it stands: labels of letters, digits, hyphens and underscores.
    var isAskable: Bool {
        guard !name.isEmpty, name.count <= 253 else { return false }
        return name.split(separator: 0x2e, omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.count <= 63
                && label.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
                    default: false
                    }
                }
        }
    }
}

/// What became of a question.
public enum DNSAnswer: Hashable, Sendable {
    /// The records, in the order in which they came; at least one.
    case records([DNSRecord])
    /// The name has no such records, or does not exist.
    case absent
    /// No server answered in time, or none with something that could be used.
    case failed
}

/// One record of a kind that is asked for. Names are in lower case without a point at the end; the root is empty.
public enum DNSRecord: Hashable, Sendable {
    /// A or AAAA.
    case address(IPAddress)
    /// SRV (RFC 2782).
    case service(priority: UInt16, weight: UInt16, port: UInt16, target: [UInt8])
    /// NAPTR (RFC 3403 §4.1).
    case naming(
        order: UInt16,
        preference: UInt16,
        flags: [UInt8],
        service: [UInt8],
        regularExpression: [UInt8],
        replacement: [UInt8],
    )
}

/// How a resolver asks and what it keeps.
public struct ResolverSettings: Hashable, Sendable {
    /// DNS servers as `address:port` (`[::1]:53`); empty: those of the system, looked up again when they change.
    public var servers: [String] = []
    /// Patience with a server the first time; doubled with each further try.
    public var patience = Interval.milliseconds(800)
    /// How often each server is asked.
    public var tries = 2
    /// A question is given up after so long, whatever the servers do.
    public var limit = Interval.seconds(3)
    /// Different questions that may be open; one more fails at once.
    public var maximumOpen = 512
    /// Answers that are kept.
    public var maximumKept = 4096
    /// Addresses of the system's file of hosts go before DNS.
    public var readsHostsFile = true

    /// The defaults.
    public init() {}
}
