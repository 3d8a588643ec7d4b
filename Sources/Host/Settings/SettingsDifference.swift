/// What a reload changes, in a few lines for people: `example.test expires.max 7200 -> 3600`.
///
/// Pure: two settings and what was counted in the accounts files go in, lines come out. What only counts from
/// the next start on is said to.
struct SettingsDifference {
    /// Most lines; what is beyond is counted in one more.
    static let mostLines = 10

    /// All changes, one line each.
    private let all: [String]

    /// Compares settings, and takes what has changed in accounts files by their path.
    init(from old: Settings, to new: Settings, accounts: [String: AccountsFile.Change] = [:]) {
        var lines = Self.domains(from: old, to: new)
        lines += Self.lines(from: Self.facts(old), to: Self.facts(new), of: "")
        if old.listen != new.listen { lines.append("other listeners: next start") }
        if lines.isEmpty, old != new { lines.append("the settings are others") }
        lines += accounts.sorted { $0.key < $1.key }.compactMap { path, change in
            let text = Self.text(change)
            return text.isEmpty ? nil : "\(path): accounts \(text)"
        }
        all = lines
    }

    /// The lines that are shown.
    var lines: [String] {
        guard all.count > Self.mostLines + 1 else { return all }
        return all.prefix(Self.mostLines) + ["and \(all.count - Self.mostLines) more"]
    }

    // MARK: Settings as names and values

    /// A setting: its name in the file, its value as text, and whether it waits for the next start.
    private struct Fact {
        var name: String
        var value: String
        var waits = false

        init(_ name: String, _ value: some Any, waits: Bool = false) {
            self.name = name
            self.value = "\(value)"
            self.waits = waits
        }

        init(_ name: String, list: [String], waits: Bool = false) {
            self.init(name, list.isEmpty ? "none" : list.joined(separator: ", "), waits: waits)
        }
    }

    private static func domains(from old: Settings, to new: Settings) -> [String] {
        Set(old.domains.keys).union(new.domains.keys).sorted().flatMap { name -> [String] in
            guard let before = old.domains[name] else { return ["domain \(name) is new"] }
            guard let after = new.domains[name] else {
                return ["domain \(name) is named no longer: its bindings stay until they end"]
            }
            return lines(from: facts(before), to: facts(after), of: "\(name) ")
        }
    }

    /// A line for each name that has another value; one that is on one side only was `none` on the other.
    private static func lines(from old: [Fact], to new: [Fact], of prefix: String) -> [String] {
        let before = Dictionary(old.map { ($0.name, $0.value) }) { first, _ in first }
        let known = Set(new.map(\.name))
        var lines: [String] = []
        for fact in new where before[fact.name] ?? "none" != fact.value {
            let from = before[fact.name] ?? "none"
            lines.append("\(prefix)\(fact.name) \(from) -> \(fact.value)\(fact.waits ? ": next start" : "")")
        }
        for fact in old where !known.contains(fact.name) && fact.value != "none" {
            lines.append("\(prefix)\(fact.name) \(fact.value) -> none")
        }
        return lines
    }

    private static func facts(_ settings: Settings) -> [Fact] {
        let (limits, security, tls) = (settings.limits, settings.security, settings.tls)
        return [
            Fact("accounts", settings.accounts ?? "none"), Fact("open", settings.open),
            Fact("calls", settings.calls ?? "none"),
            Fact("tls.certificate", tls.certificate ?? "none"),
            Fact("tls.key", tls.key ?? "none"),
            Fact("tls.client-authorities", tls.clientAuthorities ?? "none"),
            Fact("tls.authorities", tls.authorities ?? "the system's"),
            Fact("tls.client-certificate", tls.clientCertificate),
            Fact("limits.message", limits.message),
            Fact("limits.rate.source", limits.sourceRate), Fact("limits.rate.aor", limits.aorRate),
            Fact("limits.loops", limits.loops, waits: true),
            Fact("limits.connections", limits.connections, waits: true),
            Fact("limits.connections-per-source", limits.connectionsPerSource, waits: true),
            Fact("limits.idle", limits.idle, waits: true),
            Fact("limits.transactions", limits.transactions, waits: true),
            Fact("limits.attempts", limits.attempts, waits: true),
            Fact("security.auto-block", security.autoBlock), Fact("security.block", security.block),
            Fact("security.failures", security.failures), Fact("security.allow", list: security.allow),
            Fact("security.offices", security.blocksOffices),
        ] + kept(settings) + facts(settings.console)
    }

    /// What is kept beyond the process, and who may look at it.
    private static func kept(_ settings: Settings) -> [Fact] {
        let (store, history, control, log) = (
            settings.store, settings.history, settings.control, settings.log
        )
        return [
            Fact("state", settings.state ?? "none", waits: true),
            Fact("store.enabled", store.isOn, waits: true),
            Fact("store.durability", store.durability, waits: true),
            Fact("store.on-failure", store.onFailure, waits: true),
            Fact("store.grace", store.grace, waits: true),
            Fact("history.days", history.days, waits: true), Fact("history.size", history.size, waits: true),
            Fact("control.group", control.group ?? "none", waits: true),
            Fact("control.operators", list: control.operators, waits: true),
            Fact("metrics", settings.metrics ?? "none", waits: true),
            Fact("log.file", log.file ?? "none", waits: true),
            Fact("log.size", log.size, waits: true), Fact("log.keep", log.keep, waits: true),
        ]
    }

    private static func facts(_ console: ScreenSettings) -> [Fact] {
        [
            Fact("console.theme", console.theme ?? "none", waits: true),
            Fact("console.ascii", console.ascii, waits: true),
            Fact("console.no-color", console.noColor, waits: true),
            Fact("console.read-only", console.readOnly, waits: true),
            Fact("console.view", console.view, waits: true),
            Fact("console.filter", console.filter.isEmpty ? "none" : console.filter, waits: true),
            Fact("keys", list: console.keys.words, waits: true),
        ]
    }

    private static func facts(_ domain: DomainSettings) -> [Fact] {
        let (expires, contacts, ping, calls) = (domain.expires, domain.contacts, domain.ping, domain.calls)
        var facts = [
            Fact("registration", domain.registration), Fact("accounts", domain.accounts ?? "none"),
            Fact("expires.default", expires.standard), Fact("expires.min", expires.minimum),
            Fact("expires.max", expires.maximum), Fact("expires.jitter", expires.jitter),
            Fact("expires.max-nat", expires.maximumBehindNAT),
            Fact("contacts.max", contacts.maximum), Fact("contacts.overflow", contacts.overflow),
            Fact("contacts.fold", contacts.fold),
            Fact("digest.algorithms", list: domain.algorithms ?? []),
            Fact("digest.qop", list: domain.qop), Fact("digest.legacy", domain.legacyDigest),
            Fact("alias", domain.alias), Fact("path", domain.path),
            Fact("outbound.mode", domain.outbound), Fact("outbound.flow-timer", domain.flowTimer),
            Fact("gruu", domain.gruu), Fact("service-route", list: domain.serviceRoute),
            Fact("connection-lost", domain.connectionLost),
            Fact("ping.every", ping.every), Fact("ping.timeout", ping.timeout),
            Fact("ping.codes", ping.codes), Fact("ping.remove-after", ping.removeAfter),
            Fact("ping.users", list: ping.users),
            Fact("subscriptions.offered", domain.subscriptions.isOffered),
            Fact("subscriptions.max", domain.subscriptions.maximum),
            Fact("subscriptions.administrators", list: domain.subscriptions.administrators),
            Fact("calls.mode", calls.mode), Fact("calls.next-hop", calls.nextHop ?? "none"),
            Fact("calls.timer-c", calls.timerC), Fact("calls.ringing", calls.ringing),
            Fact("calls.breadth", calls.breadth), Fact("calls.record-route", calls.recordsRoute),
        ]
        facts += domain.numbers.sorted { $0.key < $1.key }.map { Fact("numbers.\($0.key)", list: $0.value) }
        facts += domain.access.enumerated().map { Fact("access rule \($0.offset + 1)", text($0.element)) }
        facts += domain.users.sorted { $0.key < $1.key }.map { Fact("users.\($0.key)", text($0.value)) }
        return facts
    }

    // MARK: Words

    private static func text(_ rule: AccessSettings) -> String {
        let over = rule.transports.isEmpty ? "" : " over \(rule.transports.joined(separator: ", "))"
        let users = rule.users.isEmpty ? "" : " \(rule.users.joined(separator: ", "))"
        return "\(rule.from)\(over) may \(rule.action)\(users)"
    }

    private static func text(_ user: UserSettings) -> String {
        var parts: [String] = []
        if user.isDisabled { parts.append("disabled") }
        if !user.networks.isEmpty { parts.append("from \(user.networks.joined(separator: ", "))") }
        if user.contacts > 0 { parts.append("contacts \(user.contacts)") }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    /// `+3 -1, 2 passwords changed`; empty if nothing has.
    private static func text(_ change: AccountsFile.Change) -> String {
        var counts: [String] = []
        if change.added > 0 { counts.append("+\(change.added)") }
        if change.removed > 0 { counts.append("-\(change.removed)") }
        var parts = counts.isEmpty ? [] : [counts.joined(separator: " ")]
        if change.altered > 0 {
            parts.append(change.altered == 1 ? "1 password changed" : "\(change.altered) passwords changed")
        }
        return parts.joined(separator: ", ")
    }
}
