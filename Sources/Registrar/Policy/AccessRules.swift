public import SIPMessage

/// One rule of a domain by where a request comes from.
public struct AccessRule: Hashable, Sendable {
    /// What those may do whom it is for.
    public enum Action: Hashable, Sendable {
        /// As the domain has it elsewhere: prove an account; under open registration, nothing.
        case digest
        /// Not register at all.
        case deny
        /// Register any user without a password.
        case any
        /// Register these users without a password; all others as elsewhere in the domain.
        case named(Set<[UInt8]>)
    }

    /// Source addresses that it is for.
    public let network: IPNetwork
    /// Transports that it is for; empty: all.
    public let transports: Set<TransportKind>
    /// What they may do.
    public let action: Action

    /// A bit for each transport, so that a look takes no set apart.
    private let transportBits: UInt8

    /// A rule.
    public init(network: IPNetwork, transports: Set<TransportKind> = [], action: Action) {
        self.network = network
        self.transports = transports
        self.action = action
        let bits = transports.reduce(UInt8(0)) { $0 | 1 << $1.rawValue }
        transportBits = bits == 0 ? .max : bits
    }

    /// It is for what comes from this address over this transport.
    public func covers(_ address: IPAddress, over transport: TransportKind) -> Bool {
        transportBits & 1 << transport.rawValue != 0 && network.contains(address)
    }
}

/// The rules of a domain in their order; the first that covers a request counts, and only that one.
public struct AccessRules: Hashable, Sendable {
    /// The rules; those whom none covers come in as if there were no rules.
    public let list: [AccessRule]

    /// Rules in this order.
    public init(_ list: [AccessRule] = []) {
        self.list = list
    }

    /// There is none: the hot path's only question.
    @inlinable
    public var isEmpty: Bool { list.isEmpty }

    /// Number, from 1, of the first rule that covers what comes from this address over this transport.
    public func first(from address: IPAddress, over transport: TransportKind) -> Int? {
        for index in list.indices where list[index].covers(address, over: transport) { return index + 1 }
        return nil
    }
}

/// What a domain says to a request before it looks at any password.
public enum AccessVerdict: Hashable, Sendable, BitwiseCopyable {
    /// It has to prove an account.
    case digest
    /// It has to prove nothing: the domain is open.
    case open
    /// It is let in without a password by the rule of this number, from 1.
    case admitted(rule: UInt16)
    /// It is refused by the rule of this number, from 1.
    case denied(rule: UInt16)
}

extension Domain {
    /// What this domain says to a REGISTER for one of its users that comes from an address over a transport:
    /// the one place that decides it, for the registrar and for whoever wants it explained.
    ///
    /// - Parameter user: user part of the canonical address of record; empty where it is none of the domain's.
    public func access(
        of user: Span<UInt8>,
        from address: IPAddress,
        over transport: TransportKind,
    ) -> AccessVerdict {
        let otherwise: AccessVerdict = isOpen ? .open : .digest
        guard !rules.isEmpty, let number = rules.first(from: address, over: transport) else {
            return otherwise
        }
        let rule = UInt16(clamping: number)
        switch rules.list[number - 1].action {
        case .digest: return otherwise
        case .deny: return .denied(rule: rule)
        case .any: return .admitted(rule: rule)
        case .named(let users):
            // Compared one by one: looking a span up in the set would take a copy of it.
            for name in users where equal(name.span, user) { return .admitted(rule: rule) }
            return otherwise
        }
    }
}
