import Host
import Yams

/// Reads the settings file. Unknown keys, wrong types, values out of bounds and duplicates are errors
/// with their place; a file that has one changes nothing.
struct SettingsFile {
    private let file: String
    private(set) var problems: [HostError] = []

    /// Applies the text of a settings file to `settings`, or throws its first problem.
    static func apply(_ text: String, file: String, to settings: inout Settings) throws(HostError) {
        var reader = SettingsFile(file: file)
        var result = settings
        if let root = try YAMLText.compose(text, file: file) { reader.root(root, &result) }
        if let first = reader.problems.first { throw first }
        settings = result
    }

    private init(file: String) { self.file = file }

    mutating func report(_ node: Node, _ what: String) {
        problems.append(YAMLText.problem(at: node, in: file, what))
    }

    // MARK: Sections

    private mutating func root(_ node: Node, _ settings: inout Settings) {
        each(
            node,
            of: "the settings",
            allowed: [
                "listen", "accounts", "open", "tls", "domains", "limits", "security", "state", "store",
                "history", "control", "metrics", "log", "console", "keys",
            ]
        ) {
            reader,
            key,
            value in
            switch key {
            case "listen": settings.listen = reader.strings(value, key)
            case "accounts": settings.accounts = reader.text(value, key)
            case "open": settings.open = reader.flag(value, key)
            case "domains": reader.domains(value, &settings)
            case "tls": reader.tls(value, &settings.tls)
            case "limits": reader.limits(value, &settings.limits)
            case "security": reader.security(value, &settings.security)
            case "state": settings.state = reader.text(value, key)
            case "store": reader.store(value, &settings.store)
            case "history": reader.history(value, &settings.history)
            case "control": reader.control(value, &settings.control)
            case "metrics": settings.metrics = reader.text(value, key)
            case "log": reader.log(value, &settings.log)
            case "keys": reader.keys(value, &settings.console.keys)
            default: reader.console(value, &settings.console)
            }
        }
    }

    private mutating func limits(_ node: Node, _ limits: inout LimitSettings) {
        let keys = [
            "loops", "message", "connections", "connections-per-source", "idle", "transactions", "attempts",
            "rate",
        ]
        each(node, of: "limits", allowed: keys) { reader, key, value in
            switch key {
            case "loops": limits.loops = reader.number(value, key, 0...64)
            case "message": limits.message = reader.number(value, key, 1_024...65_535)
            case "connections": limits.connections = reader.number(value, key, 1...1_000_000)
            case "connections-per-source":
                limits.connectionsPerSource = reader.number(value, key, 1...1_000_000)
            case "idle": limits.idle = reader.number(value, key, 0...604_800)
            case "transactions": limits.transactions = reader.number(value, key, 1...1_024)
            case "rate":
                reader.each(value, of: key, allowed: ["source", "aor"]) { reader, key, value in
                    let rate = reader.number(value, key, 0...1_000_000)
                    if key == "source" { limits.sourceRate = rate } else { limits.aorRate = rate }
                }
            default: limits.attempts = reader.number(value, key, 1...4_096)
            }
        }
    }

    private mutating func console(_ node: Node, _ console: inout ScreenSettings) {
        let keys = ["theme", "ascii", "no-color", "read-only", "view", "filter"]
        each(node, of: "console", allowed: keys) { reader, key, value in
            switch key {
            case "theme": console.theme = reader.text(value, key)
            case "ascii": console.ascii = reader.flag(value, key)
            case "no-color": console.noColor = reader.flag(value, key)
            case "read-only": console.readOnly = reader.flag(value, key)
            case "view": console.view = reader.word(value, key, ScreenSettings.views)
            default: console.filter = value.scalar?.string.isEmpty == true ? "" : reader.text(value, key)
            }
        }
    }

    private mutating func tls(_ node: Node, _ tls: inout TLSSettings) {
        let keys = ["authorities", "certificate", "key", "client-authorities", "client-certificate"]
        each(node, of: "tls", allowed: keys) { reader, key, value in
            switch key {
            case "authorities": tls.authorities = reader.text(value, key)
            case "certificate": tls.certificate = reader.text(value, key)
            case "key": tls.key = reader.text(value, key)
            case "client-authorities": tls.clientAuthorities = reader.text(value, key)
            default: tls.clientCertificate = reader.word(value, key, ["optional", "required"])
            }
        }
    }

    private mutating func security(_ node: Node, _ security: inout SecuritySettings) {
        each(node, of: "security", allowed: ["auto-block", "block", "failures", "allow", "offices"]) {
            reader,
            key,
            value in
            switch key {
            case "auto-block": security.autoBlock = reader.flag(value, key)
            case "block": security.block = reader.number(value, key, 1...31_536_000)
            case "failures": security.failures = reader.number(value, key, 3...1_000_000)
            case "offices": security.blocksOffices = reader.flag(value, key)
            default: security.allow = reader.networks(value, key)
            }
        }
    }

    // MARK: Values

    mutating func each(
        _ node: Node,
        of section: String,
        allowed: [String]?,
        _ body: (inout SettingsFile, String, Node) -> Void,
    ) {
        if node.null != nil { return }
        guard let mapping = node.mapping else {
            report(node, "\(section) is a map of keys and values; write `key: value` lines")
            return
        }
        for (key, value) in mapping {
            guard let name = key.string else {
                report(key, "a key is a word; quote it")
                continue
            }
            if let allowed, !allowed.contains(name) {
                report(key, "no key `\(name)` in \(section); known are \(allowed.joined(separator: ", "))")
                continue
            }
            body(&self, name, value)
        }
    }

    mutating func text(_ node: Node, _ key: String) -> String {
        if let scalar = node.scalar, node.null == nil, !scalar.string.isEmpty { return scalar.string }
        report(node, "\(key) is a text; write `\(key): \"…\"`")
        return ""
    }

    mutating func flag(_ node: Node, _ key: String) -> Bool {
        if let flag = node.bool { return flag }
        report(node, "\(key) is true or false")
        return false
    }

    mutating func number(_ node: Node, _ key: String, _ bounds: ClosedRange<Int>) -> Int {
        if let number = node.int, bounds.contains(number) { return number }
        report(node, "\(key) is a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
        return bounds.lowerBound
    }

    mutating func word(_ node: Node, _ key: String, _ allowed: [String]) -> String {
        // YAML reads a bare `off` as false; it is what was meant.
        let written = node.scalar?.string ?? ""
        if allowed.contains(written) { return written }
        report(node, "\(key) is one of \(allowed.joined(separator: ", "))")
        return allowed.first ?? ""
    }

    mutating func network(_ node: Node, _ key: String) -> String {
        let text = node.scalar?.string ?? ""
        if !Settings.isNetwork(text) {
            report(node, "\(key): `\(text)` is no network; write 10.0.0.0/8, 2001:db8::/32 or an address")
        }
        return text
    }

    mutating func networks(_ node: Node, _ key: String) -> [String] {
        guard let sequence = node.sequence, !sequence.isEmpty else {
            report(node, "\(key) is a list of networks; write `\(key): [10.0.0.0/8]`")
            return []
        }
        return sequence.map { network($0, key) }
    }

    mutating func strings(_ node: Node, _ key: String) -> [String] {
        guard let sequence = node.sequence, !sequence.isEmpty else {
            report(node, "\(key) is a list; write `\(key): [\"…\", \"…\"]`")
            return []
        }
        return sequence.map { text($0, key) }
    }

    mutating func words(_ node: Node, _ key: String, _ allowed: [String]) -> [String] {
        guard let sequence = node.sequence, !sequence.isEmpty else {
            report(node, "\(key) is a list of \(allowed.joined(separator: ", "))")
            return []
        }
        let found = sequence.map { word($0, key, allowed) }
        if Set(found).count != found.count { report(node, "\(key) names one value twice; remove it") }
        return found
    }
}

/// What settings and theme files share: YAML text into nodes, and places for messages.
enum YAMLText {
    /// The root node; nil for an empty text. A syntax error or a duplicate key is a `HostError`.
    static func compose(_ text: String, file: String) throws(HostError) -> Node? {
        if let line = lineWithTooManyAliases(text) {
            let what = "more than \(mostAliases) aliases (*name); write the values out"
            throw HostError(file: file, line: line, column: 1, what: what)
        }
        do {
            return try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw problem(error, in: text, file: file)
        } catch {
            throw HostError(file: file, line: 1, column: 1, what: "not readable as YAML: \(error)")
        }
    }

    /// Comparing keys takes time that doubles with each alias of an alias; no file of ours needs any.
    private static let mostAliases = 20

    /// The line in which what looks like an alias is one too many.
    private static func lineWithTooManyAliases(_ text: String) -> Int? {
        var (line, count) = (1, 0)
        var before = UInt8(ascii: " ")
        for byte in text.utf8 {
            if byte == UInt8(ascii: "*"), " \t\n\r[{,:-?".utf8.contains(before) { count += 1 }
            if count > mostAliases { return line }
            if byte == UInt8(ascii: "\n") { line += 1 }
            before = byte
        }
        return nil
    }

    /// A problem where a node begins.
    static func problem(at node: Node, in file: String, _ what: String) -> HostError {
        HostError(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1, what: what)
    }

    private static func problem(_ error: YamlError, in text: String, file: String) -> HostError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return HostError(
                file: file,
                line: mark.line,
                column: mark.column,
                what: "\(problem); mend the syntax"
            )
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "\($0)" }.joined(separator: ", ")
            let mark = context.mark
            let what = "the key \(names) stands here twice; remove one"
            return HostError(file: file, line: mark.line, column: mark.column, what: what)
        case .reader(let problem, let offset, _, _):
            let before = text.utf8.prefix(offset ?? 0)
            let line = 1 + before.count { $0 == 0x0a }
            let column = 1 + before.reversed().prefix { $0 != 0x0a }.count
            return HostError(file: file, line: line, column: column, what: "\(problem); remove them")
        default:
            return HostError(file: file, line: 1, column: 1, what: "not readable as YAML: \(error)")
        }
    }
}

extension HostError {
    /// A mistake in a file: where, and what to write instead.
    fileprivate init(file: String, line: Int, column: Int, what: String) {
        self.init("\(file):\(line):\(column): \(what)", exitCode: 1)
    }
}
