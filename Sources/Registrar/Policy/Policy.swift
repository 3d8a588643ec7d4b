public import BindingTable
public import SIPDigest
public import SIPMessage

/// A domain that is served, and its rules.
public struct Domain: Sendable {
    /// Who may register in it.
    public enum Access: Sendable {
        /// Whoever proves to know an account's password, and for the address of record of that account.
        case digest(Accounts)
        /// Anybody, for any user of the domain. Asked for by name, shown by a badge.
        case open
    }

    /// Its name in lower case, an IPv6 address in brackets: what stands in Request-URI and To.
    public let name: [UInt8]
    /// It takes registrations; else REGISTER is answered 405.
    public var takesRegistrations: Bool
    /// Who may register.
    public var access: Access {
        get { isOpen ? .open : .digest(accounts) }
        set { (isOpen, accounts) = Self.parts(of: newValue) }
    }
    /// Anybody may: `access` is `open`.
    public private(set) var isOpen: Bool
    /// The accounts of `access`, kept apart from it so that a look-up copies nothing.
    public private(set) var accounts: Accounts
    /// Realm, algorithms, quality of protection and leniencies of its digest.
    public var digest: DigestPolicy
    /// How long bindings live.
    public var expiry: ExpiryPolicy
    /// How many there may be.
    public var contacts: ContactPolicy
    /// How a 200 shows a source that is not the Contact.
    public var alias: AliasRendering
    /// What it makes of Path, outbound, GRUU and the like.
    public var extensions: ExtensionPolicy
    /// What becomes of bindings whose connection has ended.
    public var connectionLoss: ConnectionLoss
    /// How it asks its phones whether they are there.
    public var ping: PingPolicy
    /// Who may watch registrations.
    public var subscriptions: SubscriptionPolicy
    /// Rules by source address, before any password.
    public var rules: AccessRules
    /// What is special about single accounts.
    public var accountRules: AccountRules
    /// What becomes of calls.
    public var calls: CallPolicy

    /// A domain; without `digest` it has the standard one with the domain's name as realm.
    public init(
        name: [UInt8],
        takesRegistrations: Bool = true,
        access: Access,
        digest: DigestPolicy? = nil,
        expiry: ExpiryPolicy = ExpiryPolicy(),
        contacts: ContactPolicy = ContactPolicy(),
        alias: AliasRendering = .uri,
        extensions: ExtensionPolicy = ExtensionPolicy(),
        connectionLoss: ConnectionLoss = .keep,
        ping: PingPolicy = PingPolicy(),
        subscriptions: SubscriptionPolicy = SubscriptionPolicy(),
        rules: AccessRules = AccessRules(),
        accountRules: AccountRules = AccountRules(),
        calls: CallPolicy = CallPolicy(),
    ) {
        self.name = name.map { lowercased($0) }
        self.takesRegistrations = takesRegistrations
        (isOpen, accounts) = Self.parts(of: access)
        self.digest = digest ?? DigestPolicy(realm: self.name)
        self.expiry = expiry
        self.contacts = contacts
        self.alias = alias
        self.extensions = extensions
        self.connectionLoss = connectionLoss
        self.ping = ping
        self.subscriptions = subscriptions
        self.rules = rules
        self.accountRules = accountRules
        self.calls = calls
    }

    private static func parts(of access: Access) -> (Bool, Accounts) {
        switch access {
        case .open: (true, Accounts())
        case .digest(let accounts): (false, accounts)
        }
    }
}

/// Everything that decisions depend on besides the request and the bindings: one immutable snapshot.
public struct Policy: Sendable {
    /// The domains that are served.
    public private(set) var domains: [Domain]
    /// How large a message may be.
    public var limits: MessageLimits
    /// Largest body in bytes (413 beyond it).
    public var bodyBytes: Int
    /// Who is refused at the moment.
    public var blocks: BlockList
    /// Whoever has no binding yet is turned away; nil: nobody is.
    public var drain: Drain?
    /// How often one source, and one address of record, may ask.
    public var rates: RatePolicy
    /// `Server` header's value; empty: none is sent.
    public var server: [UInt8]

    /// Some domain passes requests on or redirects them: the hot path's only question about it.
    public let hasCalls: Bool

    /// Open addressing over `domains` by name, twice as many places as names; -1 is free.
    private var places: [Int32]

    /// A policy; of two domains of the same name the first counts.
    public init(
        domains: [Domain],
        limits: MessageLimits = .standard,
        bodyBytes: Int = 16_384,
        blocks: BlockList = BlockList(),
        rates: RatePolicy = RatePolicy(),
        server: [UInt8] = Array("regtop".utf8),
    ) {
        self.domains = domains
        self.limits = limits
        self.bodyBytes = bodyBytes
        self.blocks = blocks
        self.rates = rates
        self.server = server
        hasCalls = domains.contains { $0.calls.mode != .off }
        var size = 4
        while size < domains.count * 2 { size *= 2 }
        places = Array(repeating: -1, count: size)
        for (index, domain) in domains.enumerated() {
            var place = Int(truncatingIfNeeded: foldedHash(domain.name.span)) & (size - 1)
            while places[place] >= 0 { place = (place + 1) & (size - 1) }
            places[place] = Int32(truncatingIfNeeded: index)
        }
    }

    /// The domain of a host name in any case; nil if it isn't served here.
    public func domainIndex(_ host: Span<UInt8>) -> Int? {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: foldedHash(host)) & mask
        while places[place] >= 0 {
            let index = Int(places[place])
            let name = domains[index].name
            if equalIgnoringCase(name.span, host) { return index }
            place = (place + 1) & mask
        }
        return nil
    }
}
