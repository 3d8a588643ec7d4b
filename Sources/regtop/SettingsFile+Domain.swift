import Host
import Yams

/// The settings of domains.
extension SettingsFile {
    mutating func domains(_ node: Node, _ settings: inout Settings) {
        each(node, of: "domains", allowed: nil) { reader, name, value in
            var domain = DomainSettings()
            reader.each(value, of: "domain \(name)", allowed: Self.domainKeys) { reader, key, value in
                reader.domain(key, value, &domain)
            }
            if domain.expires.minimum > domain.expires.maximum {
                reader.report(value, "expires.min is above expires.max; make it smaller")
            } else {
                reader.settleDefault(value, &domain.expires)
            }
            settings.domains[name.lowercased()] = domain
        }
    }

    private static let domainKeys = [
        "registration", "accounts", "expires", "contacts", "digest", "alias", "path", "outbound", "gruu",
        "service-route", "connection-lost", "ping", "subscriptions", "numbers", "access", "users",
        "calls",
    ]

    /// A default that is not named follows the bounds; one that is named must be within them.
    private mutating func settleDefault(_ node: Node, _ expires: inout ExpirySettings) {
        let bounds = expires.minimum...expires.maximum
        guard !bounds.contains(expires.standard) else { return }
        if node["expires"]?["default"] == nil {
            expires.standard = min(max(expires.standard, expires.minimum), expires.maximum)
        } else {
            let range = "\(expires.minimum) to \(expires.maximum)"
            report(node, "expires.default is \(expires.standard); choose from \(range)")
        }
    }

    private mutating func domain(_ key: String, _ value: Node, _ domain: inout DomainSettings) {
        switch key {
        case "registration": domain.registration = flag(value, key)
        case "accounts": domain.accounts = text(value, key)
        case "alias": domain.alias = word(value, key, ["uri", "received", "off"])
        case "path": domain.path = word(value, key, ["off", "lazy", "strict"])
        case "gruu": domain.gruu = flag(value, key)
        case "service-route": domain.serviceRoute = strings(value, key)
        case "connection-lost": domain.connectionLost = connectionLost(value, key)
        case "expires": expires(value, &domain.expires)
        case "contacts": contacts(value, &domain.contacts)
        case "digest": digest(value, &domain)
        case "outbound": outbound(value, &domain)
        case "ping": ping(value, &domain.ping)
        case "subscriptions": subscriptions(value, &domain.subscriptions)
        case "numbers": numbers(value, &domain)
        case "access": access(value, &domain)
        case "calls": calls(value, &domain.calls)
        default: users(value, &domain)
        }
    }

    private mutating func expires(_ node: Node, _ expires: inout ExpirySettings) {
        each(node, of: "expires", allowed: ["default", "min", "max", "jitter", "max-nat"]) {
            reader,
            key,
            value in
            switch key {
            case "default": expires.standard = reader.number(value, key, 1...31_536_000)
            case "min": expires.minimum = reader.number(value, key, 1...31_536_000)
            case "max": expires.maximum = reader.number(value, key, 1...31_536_000)
            case "max-nat": expires.maximumBehindNAT = reader.number(value, key, 0...31_536_000)
            default: expires.jitter = reader.number(value, key, 0...90)
            }
        }
    }

    private mutating func contacts(_ node: Node, _ contacts: inout ContactSettings) {
        each(node, of: "contacts", allowed: ["max", "overflow", "fold"]) { reader, key, value in
            switch key {
            case "max": contacts.maximum = reader.number(value, key, 1...1_000)
            case "fold": contacts.fold = reader.word(value, key, ["off", "instance"])
            default:
                contacts.overflow = reader.word(value, key, ["reject", "oldest", "soonest", "unreachable"])
            }
        }
    }

    private mutating func digest(_ node: Node, _ domain: inout DomainSettings) {
        each(node, of: "digest", allowed: ["algorithms", "qop", "legacy"]) { reader, key, value in
            switch key {
            case "algorithms":
                domain.algorithms = reader.words(value, key, ["MD5", "SHA-256", "SHA-512-256"])
            case "qop": domain.qop = reader.words(value, key, ["auth", "auth-int"])
            default: domain.legacyDigest = reader.flag(value, key)
            }
        }
    }

    private mutating func outbound(_ node: Node, _ domain: inout DomainSettings) {
        each(node, of: "outbound", allowed: ["mode", "flow-timer"]) { reader, key, value in
            if key == "mode" {
                domain.outbound = reader.word(value, key, ["off", "offered", "required"])
            } else {
                domain.flowTimer = reader.number(value, key, 0...86_400)
            }
        }
    }

    private mutating func connectionLost(_ node: Node, _ key: String) -> String {
        if let seconds = node.int, (1...31_536_000).contains(seconds) { return String(seconds) }
        if let word = node.scalar?.string, ["keep", "remove"].contains(word) { return word }
        report(node, "\(key) is keep, remove or a number of seconds")
        return "keep"
    }

    private mutating func ping(_ node: Node, _ ping: inout PingSettings) {
        let keys = ["every", "timeout", "codes", "remove-after", "users"]
        each(node, of: "ping", allowed: keys) { reader, key, value in
            switch key {
            case "every": ping.every = reader.number(value, key, 0...86_400)
            case "timeout": ping.timeout = reader.number(value, key, 1...32)
            case "codes": ping.codes = reader.word(value, key, ["any", "2xx"])
            case "remove-after": ping.removeAfter = reader.number(value, key, 0...1_000)
            default: ping.users = reader.strings(value, key)
            }
        }
    }

    private mutating func subscriptions(_ node: Node, _ subscriptions: inout SubscriptionSettings) {
        let keys = ["offered", "max", "administrators"]
        each(node, of: "subscriptions", allowed: keys) { reader, key, value in
            switch key {
            case "offered": subscriptions.isOffered = reader.flag(value, key)
            case "max": subscriptions.maximum = reader.number(value, key, 1...1_000)
            default: subscriptions.administrators = reader.strings(value, key)
            }
        }
    }

    private mutating func calls(_ node: Node, _ calls: inout CallSettings) {
        let keys = ["mode", "next-hop", "timer-c", "ringing", "breadth", "record-route"]
        each(node, of: "calls", allowed: keys) { reader, key, value in
            switch key {
            case "mode": calls.mode = reader.word(value, key, CallSettings.modes)
            case "next-hop":
                let hop = reader.text(value, key)
                if !hop.isEmpty, !CallSettings.isNextHop(hop) {
                    reader.report(
                        value,
                        "\(key) is a SIP URI without a user; write \(CallSettings.nextHopForm)"
                    )
                }
                calls.nextHop = hop
            // More than three minutes, as RFC 3261 §16.6 step 11 has it.
            case "timer-c": calls.timerC = reader.number(value, key, 181...86_400)
            case "ringing": calls.ringing = reader.number(value, key, 1...600)
            case "breadth": calls.breadth = reader.number(value, key, 1...60)
            default: calls.recordsRoute = reader.flag(value, key)
            }
        }
    }

    private mutating func numbers(_ node: Node, _ domain: inout DomainSettings) {
        each(node, of: "numbers", allowed: nil) { reader, user, value in
            domain.numbers[user] = reader.strings(value, user)
        }
    }

    private mutating func access(_ node: Node, _ domain: inout DomainSettings) {
        guard let rules = node.sequence else {
            return report(node, "access is a list of rules; write `- {from: 10.0.0.0/8, may: digest}`")
        }
        for rule in rules {
            var access = AccessSettings()
            each(rule, of: "a rule", allowed: ["from", "transports", "may", "users"]) { reader, key, value in
                switch key {
                case "from": access.from = reader.network(value, key)
                case "transports":
                    access.transports = reader.words(value, key, ["udp", "tcp", "tls", "ws", "wss"])
                case "may": access.action = reader.word(value, key, ["digest", "deny", "any", "named"])
                default: access.users = reader.strings(value, key)
                }
            }
            if rule["from"] == nil { report(rule, "a rule needs `from:`, a network or an address") }
            if access.action == "named", access.users.isEmpty {
                report(rule, "`may: named` needs `users:`, a list of names")
            }
            domain.access.append(access)
        }
    }

    private mutating func users(_ node: Node, _ domain: inout DomainSettings) {
        each(node, of: "users", allowed: nil) { reader, name, value in
            var user = UserSettings()
            reader.each(value, of: "user \(name)", allowed: ["disabled", "from", "contacts"]) {
                reader,
                key,
                value in
                switch key {
                case "disabled": user.isDisabled = reader.flag(value, key)
                case "from": user.networks = reader.networks(value, key)
                default: user.contacts = reader.number(value, key, 0...1_000)
                }
            }
            domain.users[name] = user
        }
    }
}
