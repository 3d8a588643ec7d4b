import Registrar
import SIPDigest
import SIPMessage
import Transport

/// Makes the registrar's policy from settings: reads the accounts files, settles what is left open.
struct PolicyBuilder {
    private let settings: Settings
    private let listeners: [ListenAddress]
    private let demo: DemoPopulation?
    private let before: [String: AccountsFile]

    /// What came of it.
    struct Result: Sendable {
        var policy: Policy
        /// Accounts files that were read, by path, to be watched.
        var accountsFiles: [String: AccountsFile]
        /// Served domains that take registrations without a password.
        var openDomains: [String]
        /// What an operator should know before anything goes wrong, as sentences.
        var warnings: [String]
        /// Lines for `config check` and the log.
        var facts: [String]
    }

    /// - Parameter before: the accounts files as they were read last, to tell what has changed in them.
    init(
        settings: Settings,
        listeners: [ListenAddress],
        demo: DemoPopulation? = nil,
        before: [String: AccountsFile] = [:],
    ) {
        self.settings = settings
        self.listeners = listeners
        self.demo = demo
        self.before = before
    }

    func build() throws(HostError) -> Result {
        var files: [String: AccountsFile] = [:]
        let paths = Set(
            [settings.accounts].compactMap { $0 } + settings.domains.values.compactMap(\.accounts)
        )
        for path in paths { files[path] = try AccountsFile(path: path, since: before[path]) }
        var domains: [Domain] = []
        var facts: [String] = []
        var open: [String] = []
        var closed: [String] = []
        for (name, domain) in named(files).sorted(by: { $0.key < $1.key }) {
            let roster = roster(name, domain, files)
            let made = try self.domain(name, domain, roster)
            domains.append(made)
            if case .open = made.access { open.append(name) }
            if made.takesRegistrations, !settings.open, roster.users == 0 { closed.append(name) }
            facts.append("domain    \(name)  \(description(of: made, roster))")
            if made.calls.mode != .off {
                facts.append("calls     \(name)  \(Self.description(of: made.calls))")
            }
        }
        let limits = MessageLimits(messageBytes: settings.limits.message)
        return Result(
            policy: Policy(domains: domains, limits: limits, rates: settings.limits.ratePolicy),
            accountsFiles: files,
            openDomains: open,
            warnings: warnings(open: open, closed: closed) + ruleWarnings(domains)
                + callWarnings(domains),
            facts: facts
        )
    }

    /// The domains to serve: those named and the realms of the accounts; without any, our own addresses.
    private func named(_ files: [String: AccountsFile]) -> [String: DomainSettings] {
        var domains = settings.domains
        // A file that one domain has for itself is for that domain only.
        let common = settings.accounts.flatMap { files[$0] }
        for realm in common.map({ Array($0.realms.keys) }) ?? [] where domains[realm.lowercased()] == nil {
            domains[realm.lowercased()] = DomainSettings()
        }
        if domains.isEmpty {
            for host in ["localhost"] + listeners.map(\.host) {
                domains[host.lowercased()] = DomainSettings()
            }
        }
        return domains
    }

    /// Whom a domain knows.
    private struct Roster {
        var accounts = Accounts()
        /// How many of the accounts are the domain's.
        var users = 0
        /// As the accounts write it: digests are made of these bytes. Domains are the same in any case.
        var realm: String
        /// What is offered unless the settings name some.
        var algorithms: [DigestAlgorithm] = [.md5]
        /// The file, for sentences.
        var origin = "no file"
    }

    private func roster(
        _ name: String,
        _ domain: DomainSettings,
        _ files: [String: AccountsFile],
    ) -> Roster {
        if let demo, name == DemoPopulation.domain {
            return Roster(accounts: demo.accounts, users: demo.accounts.count, realm: name)
        }
        guard let path = domain.accounts ?? settings.accounts, let file = files[path] else {
            return Roster(realm: name)
        }
        let realm =
            file.realms[name] != nil
            ? name : file.realms.keys.sorted().first { $0.lowercased() == name } ?? name
        return Roster(
            accounts: file.accounts,
            users: file.users[realm] ?? 0,
            realm: realm,
            algorithms: file.realms[realm] ?? [.md5],
            origin: path
        )
    }

    private func domain(
        _ name: String,
        _ domain: DomainSettings,
        _ roster: Roster,
    ) throws(HostError) -> Domain {
        let wanted = domain.algorithms?.compactMap { DigestAlgorithm(name: $0) }
        if domain.registration, !settings.open, roster.algorithms.isEmpty, wanted == nil {
            throw HostError(
                "domain \(name): its accounts have no algorithm in common; name some in digest.algorithms",
                exitCode: 1
            )
        }
        if let problem = domain.unusableText {
            throw HostError("domain \(name): \(problem)", exitCode: 1)
        }
        var qop: QualityOfProtection = []
        if domain.qop.contains("auth") { qop.insert(.auth) }
        if domain.qop.contains("auth-int") { qop.insert(.authInt) }
        return Domain(
            name: Array(name.utf8),
            takesRegistrations: domain.registration,
            access: settings.open ? .open : .digest(roster.accounts),
            digest: DigestPolicy(
                realm: Array(roster.realm.utf8),
                algorithms: wanted ?? roster.algorithms,
                qop: qop,
                allowsLegacy: domain.legacyDigest
            ),
            expiry: ExpiryPolicy(
                standard: UInt32(domain.expires.standard),
                minimum: UInt32(domain.expires.minimum),
                maximum: UInt32(domain.expires.maximum),
                jitterPercent: UInt32(domain.expires.jitter),
                maximumBehindNAT: domain.expires.maximumBehindNAT == 0
                    ? nil : UInt32(domain.expires.maximumBehindNAT)
            ),
            contacts: domain.contactPolicy,
            alias: domain.alias == "received" ? .received : domain.alias == "off" ? .off : .uri,
            extensions: domain.extensionPolicy,
            connectionLoss: domain.connectionLoss,
            ping: domain.pingPolicy,
            subscriptions: domain.subscriptionPolicy,
            rules: try domain.accessRules(),
            accountRules: try domain.accountRules(of: name),
            calls: domain.callPolicy(mode: settings.calls)
        )
    }

    private func description(of domain: Domain, _ roster: Roster) -> String {
        guard domain.takesRegistrations else { return "takes no registrations" }
        guard case .digest = domain.access else { return "OPEN: takes registrations without a password" }
        let algorithms = domain.digest.algorithms.map(\.name).joined(separator: ", ")
        let accounts = roster.users == 1 ? "1 account" : "\(roster.users) accounts"
        let rules = domain.rules.list.count
        let access = rules == 0 ? "" : rules == 1 ? ", 1 access rule" : ", \(rules) access rules"
        return "\(accounts) in \(roster.origin), digest \(algorithms)\(access)"
    }

    private static func description(of calls: CallPolicy) -> String {
        let rest =
            calls.nextHop.isEmpty
            ? "what is for others is looked up"
            : "the rest to \(String(decoding: calls.nextHop, as: UTF8.self))"
        switch calls.mode {
        case .off: return "none"
        case .redirect: return "redirected to the phones, \(rest)"
        case .proxy: return "passed on to the phones, \(rest)"
        }
    }

    /// Calls that don't go as one may think.
    private func callWarnings(_ domains: [Domain]) -> [String] {
        var warnings: [String] = []
        for domain in domains where domain.calls.mode != .off {
            let name = String(decoding: domain.name, as: UTF8.self)
            if !domain.takesRegistrations, domain.calls.nextHop.isEmpty {
                warnings.append(
                    "\(name) has calls, but takes no registrations and has no calls.next-hop: all fail"
                )
            }
            if domain.isOpen {
                warnings.append("\(name) is open, so anybody may call from its addresses without a password")
            }
        }
        return warnings
    }

    /// Rules that don't say what they seem to.
    private func ruleWarnings(_ domains: [Domain]) -> [String] {
        var warnings: [String] = []
        for domain in domains {
            let name = String(decoding: domain.name, as: UTF8.self)
            if domain.isOpen, domain.rules.list.contains(where: { $0.action == .digest }) {
                warnings.append("\(name) is open, so its rules with `may: digest` ask nobody for a password")
            }
            let networks: [IPNetwork] = domain.rules.list.filter { $0.action == .any }.map(\.network)
            for network in networks where network.prefix == 0 {
                warnings.append("\(name): anybody from \(network) may register any user without a password")
            }
        }
        return warnings
    }

    private func warnings(open: [String], closed: [String]) -> [String] {
        var warnings: [String] = []
        if !open.isEmpty {
            warnings.append("open, so anybody may register any user: \(open.joined(separator: ", "))")
        }
        if !closed.isEmpty {
            let names = closed.joined(separator: ", ")
            warnings.append("nobody can register at \(names): no accounts; give --accounts FILE, or --open")
        }
        return warnings
    }
}
