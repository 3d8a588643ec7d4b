import Registrar
import SIPDigest
import SIPMessage
import Transport

/// Makes the registrar's policy from settings: reads the accounts files, settles what is left open.
struct PolicyBuilder {
    private let settings: Settings
    private let listeners: [ListenAddress]
    private let demo: DemoPopulation?

    /// What came of it.
    struct Result: Sendable {
        var policy: Policy
        /// Accounts files that were read, to be watched.
        var accountsFiles: [String]
        /// Served domains that take registrations without a password.
        var openDomains: [String]
        /// What an operator should know before anything goes wrong, as sentences.
        var warnings: [String]
        /// Lines for `config check` and the log.
        var facts: [String]
    }

    init(settings: Settings, listeners: [ListenAddress], demo: DemoPopulation? = nil) {
        self.settings = settings
        self.listeners = listeners
        self.demo = demo
    }

    func build() throws(HostError) -> Result {
        var files: [String: AccountsFile] = [:]
        let paths = Set(
            [settings.accounts].compactMap { $0 } + settings.domains.values.compactMap(\.accounts)
        )
        for path in paths { files[path] = try AccountsFile(path: path) }
        var domains: [Domain] = []
        var facts: [String] = []
        var open: [String] = []
        var warnings: [String] = []
        for (name, domain) in named(files).sorted(by: { $0.key < $1.key }) {
            let path = domain.accounts ?? settings.accounts
            let made = try self.domain(name, domain, file: path.flatMap { files[$0] })
            domains.append(made)
            let users = name == DemoPopulation.domain ? demo?.count : path.flatMap { files[$0]?.users[name] }
            if let warning = warning(of: made, name, users: users ?? 0) { warnings.append(warning) }
            if case .open = made.access { open.append(name) }
            facts.append("domain    \(name)  \(description(of: made, path, users: users ?? 0))")
        }
        let limits = MessageLimits(messageBytes: settings.limits.message)
        return Result(
            policy: Policy(domains: domains, limits: limits),
            accountsFiles: paths.sorted(),
            openDomains: open,
            warnings: warnings,
            facts: facts
        )
    }

    /// The domains to serve: those named and the realms of the accounts; without any, our own addresses.
    private func named(_ files: [String: AccountsFile]) -> [String: DomainSettings] {
        var domains = settings.domains
        for realm in files.values.flatMap(\.realms.keys) where domains[realm.lowercased()] == nil {
            domains[realm.lowercased()] = DomainSettings()
        }
        if domains.isEmpty {
            for host in ["localhost"] + listeners.map(\.host) {
                domains[host.lowercased()] = DomainSettings()
            }
        }
        return domains
    }

    private func domain(
        _ name: String,
        _ domain: DomainSettings,
        file: AccountsFile?,
    ) throws(HostError) -> Domain {
        let accounts = name == DemoPopulation.domain ? demo?.accounts : file?.accounts
        let access: Domain.Access = settings.open ? .open : .digest(accounts ?? Accounts())
        let common = file?.realms[name] ?? [.md5]
        let wanted = domain.algorithms?.compactMap { DigestAlgorithm(name: $0) }
        if domain.registration, !settings.open, common.isEmpty, wanted == nil {
            throw HostError(
                "domain \(name): its accounts have no algorithm in common; name some in digest.algorithms",
                exitCode: 1
            )
        }
        var qop: QualityOfProtection = []
        if domain.qop.contains("auth") { qop.insert(.auth) }
        if domain.qop.contains("auth-int") { qop.insert(.authInt) }
        return Domain(
            name: Array(name.utf8),
            takesRegistrations: domain.registration,
            access: access,
            digest: DigestPolicy(
                realm: Array(name.utf8),
                algorithms: wanted ?? common,
                qop: qop,
                allowsLegacy: domain.legacyDigest
            ),
            expiry: ExpiryPolicy(
                standard: UInt32(domain.expires.standard),
                minimum: UInt32(domain.expires.minimum),
                maximum: UInt32(domain.expires.maximum),
                jitterPercent: UInt32(domain.expires.jitter)
            ),
            contacts: ContactPolicy(
                maximum: UInt16(domain.contacts.maximum),
                overflow: domain.contacts.overflow == "oldest" ? .oldest : .reject
            ),
            alias: domain.alias == "header" ? .header : domain.alias == "off" ? .off : .uri
        )
    }

    private func description(of domain: Domain, _ path: String?, users: Int) -> String {
        guard domain.takesRegistrations else { return "takes no registrations" }
        guard case .digest = domain.access else { return "OPEN: takes registrations without a password" }
        let algorithms = domain.digest.algorithms.map(\.name).joined(separator: ", ")
        let accounts = users == 1 ? "1 account" : "\(users) accounts"
        return "\(accounts) in \(path ?? "no file"), digest \(algorithms)"
    }

    private func warning(of domain: Domain, _ name: String, users: Int) -> String? {
        guard domain.takesRegistrations else { return nil }
        if case .open = domain.access {
            return "domain \(name) is open: anybody may register any of its users"
        }
        guard users == 0 else { return nil }
        return "domain \(name) has no accounts, so nobody can register: give --accounts FILE, or --open"
    }
}
