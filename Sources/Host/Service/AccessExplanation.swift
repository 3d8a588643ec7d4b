import BindingTable
import ConsoleLink
import Registrar
import SIPDigest
import SIPMessage
import Timing

/// Whether a REGISTER that comes from an address could be granted, and which rule says so: what
/// `regtop explain` prints. It asks the registrar's own functions, so it cannot say another thing.
///
/// Blocks and drains live in a running registrar: only one that is asked looks at them. Rates are not looked at.
public struct AccessExplanation {
    /// What there is to say, for people.
    public private(set) var lines: [String] = []
    /// It could register, given the right password where one is asked for.
    public private(set) var canRegister = false

    /// The policy is that of a registrar that runs: blocks and drain are known.
    private let isRunning: Bool
    private let domain: Domain?
    private let user: [UInt8]
    private let address: IPAddress
    private let transport: TransportKind

    /// Explains what the settings say to a request.
    ///
    /// - Parameters:
    ///   - source: the address that it comes from.
    ///   - aor: the address of record, `user@domain`, with or without `sip:`.
    ///   - transport: over what it comes: udp, tcp, tls, ws or wss.
    public init(_ settings: Settings, from source: String, aor: String, transport: String) throws(HostError) {
        let (address, kind, name) = try Self.read(source, aor, transport)
        let at = name.lastIndex(of: 0x40) ?? 0
        let listeners = try RegistrarService.addresses(settings)
        let policy = try PolicyBuilder(settings: settings, listeners: listeners).build().policy
        self.init(policy, from: address, name: name, at: at, over: kind, isRunning: false)
        if let domain { explain(domain) }
    }

    /// Explains what a running registrar's policy says to a request, its blocks and its drain as well.
    ///
    /// - Parameter isRegistered: an address of record has a binding now; a drain asks that.
    init(
        running policy: Policy,
        _ query: ExplainQuery,
        at now: Timestamp,
        isRegistered: ([UInt8]) -> Bool,
    ) throws(HostError) {
        let (address, kind, name) = try Self.read(query.from, query.aor, query.transport)
        let at = name.lastIndex(of: 0x40) ?? 0
        self.init(policy, from: address, name: name, at: at, over: kind, isRunning: true)
        for block in [policy.blocks.block(on: .source(address)), policy.blocks.block(on: .aor(name))] {
            guard let block, block.until.map({ $0 > now }) ?? true else { continue }
            let seconds = block.until.map { max(0, ($0 - now).secondsRoundedUp) }
            let left = seconds.map { "for another \($0) s" } ?? "until that is lifted"
            say("answer", "403: blocked by \(block.by.short) \(left)")
            return
        }
        if let domain { explain(domain) }
        guard canRegister, let drain = policy.drain, drain.isInForce(at: now) else { return }
        say("drain", "\(drain.by.short) turns newcomers away")
        guard !isRegistered(name) else { return }
        canRegister = false
        say("answer", "503: it is not registered, so it is a newcomer")
    }

    private static func read(_ source: String, _ aor: String, _ transport: String) throws(HostError)
        -> (IPAddress, TransportKind, [UInt8])
    {
        guard let address = IPAddress(source) else {
            throw HostError("--from \(source): no IP address; write 192.0.2.1 or 2001:db8::1", exitCode: 2)
        }
        guard let kind = TransportKind.allCases.first(where: { $0.name == transport.lowercased() }) else {
            throw HostError("--transport \(transport): choose udp, tcp, tls, ws or wss", exitCode: 2)
        }
        guard let name = canonical(aor), let at = name.lastIndex(of: 0x40), at > 0 else {
            throw HostError("--aor \(aor): no address of record; write user@domain", exitCode: 2)
        }
        return (address, kind, name)
    }

    private init(
        _ policy: Policy,
        from address: IPAddress,
        name: [UInt8],
        at: Int,
        over kind: TransportKind,
        isRunning: Bool,
    ) {
        self.isRunning = isRunning
        self.address = address
        self.transport = kind
        user = Array(name[..<at])
        domain = policy.domainIndex(name.span.extracting(at + 1..<name.count)).map { policy.domains[$0] }
        lines.append("\(Self.text(name)) from \(address) over \(kind.name)")
        guard domain != nil else {
            let served = policy.domains.map { Self.text($0.name) }.joined(separator: ", ")
            say("answer", "404: the domain is not served here; served are \(served)")
            return
        }
    }

    /// The address of record as the registrar compares it; nil for what is none.
    static func canonical(_ text: String) -> [UInt8]? {
        WrittenSubject.addressOfRecord(text)
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private mutating func say(_ name: String, _ text: String) {
        let blanks = String(repeating: " ", count: max(1, 10 - name.utf8.count))
        lines.append("\(name)\(blanks)\(text)")
    }

    private mutating func explain(_ domain: Domain) {
        listRules(of: domain)
        guard domain.takesRegistrations else {
            return say("answer", "405: the domain takes no registrations")
        }
        let name = Self.text(user)
        switch domain.access(of: user.span, from: address, over: transport) {
        case .denied(let rule):
            return say("answer", "403: denied by rule \(rule), whatever the user and the password")
        case .admitted(let rule):
            say("password", "none: rule \(rule) lets it in")
        case .open:
            say("password", "none: the domain is open")
        case .digest:
            let algorithms = domain.digest.algorithms.map(\.name).joined(separator: " or ")
            let realm = Self.text(domain.digest.realm)
            guard isKnown(in: domain) else {
                return say("answer", "401: there is no account \(name) of realm \(realm)")
            }
            say("password", "that of account \(name), digest \(algorithms), realm \(realm)")
        }
        explainAccount(domain, name)
    }

    /// All rules in their order, the one that counts marked.
    private mutating func listRules(of domain: Domain) {
        let first = domain.rules.first(from: address, over: transport)
        say("domain", Self.text(domain.name))
        for (index, rule) in domain.rules.list.enumerated() {
            let mark = index + 1 == first ? ">" : " "
            say("rule \(mark) \(index + 1)", Self.text(rule))
        }
        let otherwise = domain.isOpen ? "no password" : "password"
        let mark = first == nil ? ">" : " "
        say("rule \(mark) -", domain.rules.isEmpty ? "no rules: \(otherwise)" : "all others: \(otherwise)")
    }

    private static func text(_ rule: AccessRule) -> String {
        let names = TransportKind.allCases.filter(rule.transports.contains).map(\.name)
        let over = names.isEmpty ? "" : " over \(names.joined(separator: ", "))"
        let what =
            switch rule.action {
            case .digest: "password"
            case .deny: "DENIED"
            case .any: "any user without a password"
            case .named(let users): "without a password: \(list(users.map { text($0) }.sorted()))"
            }
        return "\(rule.network)\(over)  \(what)"
    }

    /// The first few names, for there may be hundreds.
    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(8).joined(separator: ", ")
        return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
    }

    /// An account is named by the user or by the whole address of record, as at a login.
    private func isKnown(in domain: Domain) -> Bool {
        guard case .digest(let accounts) = domain.access else { return false }
        let whole = user + [0x40] + domain.name
        return accounts.contains(user: user.span, realm: domain.digest.realm.span)
            || accounts.contains(user: whole.span, realm: domain.digest.realm.span)
    }

    private mutating func explainAccount(_ domain: Domain, _ name: String) {
        if let rule = domain.accountRules.rule(of: user.span) {
            var parts: [String] = []
            if rule.isDisabled { parts.append("disabled") }
            if !rule.networks.isEmpty {
                parts.append("only from \(Self.list(rule.networks.map(\.description)))")
            }
            if !parts.isEmpty { say("account", "\(name): \(parts.joined(separator: "; "))") }
        }
        let maximum = domain.contacts(of: user.span).maximum
        say("contacts", "\(maximum) at most")
        let running = "blocks, drain and rates: they live in the running registrar (b in its console)"
        say("not seen", isRunning ? "rates" : running)
        switch domain.objection(to: user.span, from: address) {
        case .accountDisabled: say("answer", "403: the account is disabled")
        case .accountNotFromHere: say("answer", "403: the account may not register from \(address)")
        default:
            canRegister = true
            say("answer", "could register")
        }
    }
}
