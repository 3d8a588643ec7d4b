import ArgumentParser
import Foundation
import Host

/// The options of both ways to run: with a screen and as a daemon.
struct ServiceOptions: ParsableArguments {
    @Option(
        help: "Listen here: TRANSPORT:HOST:PORT with udp, tcp, tls, ws or wss; may be given several times."
    )
    var listen: [String] = []

    @Option(help: "Serve this domain; may be given several times. Default: the realms of the accounts file.")
    var domain: [String] = []

    @Option(help: "File with the users' digests, as htdigest writes it.")
    var accounts: String?

    @Flag(help: "Take registrations without a password. For laboratories only.")
    var open = false

    @Option(help: "What becomes of calls, of every domain: off, redirect or proxy.")
    var calls: String?

    @Option(
        help: "Settings file (YAML). Default: $XDG_CONFIG_HOME/regtop/regtop.yaml, /etc/regtop/regtop.yaml."
    )
    var config: String?

    @Option(help: "Directory for bindings, history, audit trail and control socket; see regtop.conf(5).")
    var state: String?

    @Option(help: "Serve OpenMetrics over HTTP here: PORT (of 127.0.0.1) or HOST:PORT; GET /metrics.")
    var metrics: String?

    /// Settings of defaults, file, environment and flags, in rising order.
    func settings(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> Settings {
        var settings = try SettingsSearch.settings(config: config, environment: environment)
        if !listen.isEmpty { settings.listen = listen }
        if !domain.isEmpty {
            let named = Dictionary(
                uniqueKeysWithValues: Set(domain.map { $0.lowercased() }).map { name in
                    (name, settings.domains[name] ?? DomainSettings())
                }
            )
            settings.domains = named
        }
        if let accounts { settings.accounts = accounts }
        if open { settings.open = true }
        if let calls { settings.calls = try CallsMode.checked(calls, "--calls \(calls)") }
        if let state { settings.state = state }
        if let metrics { settings.metrics = metrics }
        return settings
    }
}

/// The options of the screen.
struct ScreenOptions: ParsableArguments {
    @Option(help: "Name or file of a theme; `regtop theme list` shows them.")
    var theme: String?

    @Flag(help: "Look, don't touch: expire, evict and block are switched off.")
    var readOnly = false

    @Option(help: "First view: overview, bindings, attempts, security, log, audit, blocks or devices.")
    var view: String?

    @Option(help: "First filter of the view, such as 'exp<60 ua~zoiper'.")
    var filter: String?

    @Option(help: "Begin with the bindings as they were: 14:03, 14:03:20, '2026-11-25 14:03', -10m, -2h.")
    var at: String?

    @Option(help: "Record what the terminal shows to this file (asciicast), which must not be there yet.")
    var record: String?

    @Flag(help: "No screen: changes as lines, commands as lines; for screen readers, pipes and TERM=dumb.")
    var plain = false

    @Flag(help: "Draw with ASCII characters only.")
    var ascii = false

    @Flag(help: "No colours; as NO_COLOR in the environment.")
    var noColor = false

    func apply(to console: inout ScreenSettings) throws {
        if let theme { console.theme = theme }
        if let view {
            guard ScreenSettings.views.contains(view) else {
                throw HostError(
                    "--view \(view): views are \(ScreenSettings.views.joined(separator: ", "))",
                    exitCode: 2
                )
            }
            console.view = view
        }
        if let filter { console.filter = filter }
        if let at {
            guard ScreenSettings.isMoment(at) else {
                throw HostError("--at \(at): no time; write \(ScreenSettings.momentForms)", exitCode: 2)
            }
            console.at = at
        }
        if let record { console.record = record }
        console.plain = plain
        if plain, at != nil || record != nil {
            let option = at == nil ? "--record" : "--at"
            throw HostError("\(option) goes with the screen, not with --plain", exitCode: 2)
        }
        if readOnly { console.readOnly = true }
        if ascii { console.ascii = true }
        if noColor { console.noColor = true }
    }
}

/// The options of whoever comes in by the control socket of a registrar that runs already.
struct ControlOptions: ParsableArguments {
    @Option(help: "State directory of the registrar. Default: as its own, see regtop.conf(5).")
    var state: String?

    @Option(help: "Settings file (YAML) that names it, if the registrar has one of its own.")
    var config: String?

    /// What file, environment and flags say.
    func settings(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> Settings {
        var settings = try SettingsSearch.settings(config: config, environment: environment)
        if let state { settings.state = state }
        return settings
    }

    /// Where the registrar's directory is.
    func directory(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> StateDirectory {
        StateDirectory(try settings(environment: environment).state, environment: environment)
    }
}

/// Where the settings file is.
enum SettingsSearch {
    /// Settings of defaults, file and environment, in rising order.
    static func settings(config: String?, environment: [String: String]) throws -> Settings {
        var settings = Settings()
        if let file = file(flag: config, environment: environment) {
            try SettingsFile.apply(read(file), file: file, to: &settings)
            settings.resolvePaths(against: (file as NSString).deletingLastPathComponent)
        }
        try EnvironmentSettings.apply(environment, to: &settings)
        return settings
    }

    /// The file of the flag, of `REGTOP_CONFIG`, or the first of the usual places that exists.
    static func file(flag: String?, environment: [String: String]) -> String? {
        if let flag { return flag }
        if let named = environment["REGTOP_CONFIG"], !named.isEmpty { return named }
        return usualPlaces(environment).first { FileManager.default.fileExists(atPath: $0) }
    }

    static func usualPlaces(_ environment: [String: String]) -> [String] {
        let home = environment["HOME"] ?? ""
        let config = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(home)/.config"
        return ["\(config)/regtop/regtop.yaml", "/etc/regtop/regtop.yaml"]
    }

    static func read(_ file: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw HostError(
                "settings file \(file): can't be read; check the path and its permissions",
                exitCode: 1
            )
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw HostError("settings file \(file): not UTF-8; save it as UTF-8 text", exitCode: 1)
        }
        return text
    }
}

/// `REGTOP_…` variables: above the file, below the flags.
enum EnvironmentSettings {
    static func apply(_ environment: [String: String], to settings: inout Settings) throws {
        func value(_ name: String) -> String? {
            environment["REGTOP_\(name)"].flatMap { $0.isEmpty ? nil : $0 }
        }
        func words(_ name: String) -> [String]? { value(name)?.split(separator: ",").map(String.init) }
        func flag(_ name: String) throws -> Bool? {
            guard let text = value(name) else { return nil }
            switch text {
            case "1", "true", "yes": return true
            case "0", "false", "no": return false
            default: throw HostError("REGTOP_\(name)=\(text): write 1 or 0", exitCode: 2)
            }
        }
        if let listen = words("LISTEN") { settings.listen = listen }
        if let names = words("DOMAIN") {
            for name in names where settings.domains[name.lowercased()] == nil {
                settings.domains[name.lowercased()] = DomainSettings()
            }
        }
        if let accounts = value("ACCOUNTS") { settings.accounts = accounts }
        if let open = try flag("OPEN") { settings.open = open }
        if let calls = value("CALLS") {
            settings.calls = try CallsMode.checked(calls, "REGTOP_CALLS=\(calls)")
        }
        if let state = value("STATE") { settings.state = state }
        if let metrics = value("METRICS") { settings.metrics = metrics }
        if let theme = value("THEME") { settings.console.theme = theme }
        if let readOnly = try flag("READ_ONLY") { settings.console.readOnly = readOnly }
        if let ascii = try flag("ASCII") { settings.console.ascii = ascii }
        if let none = environment["NO_COLOR"], !none.isEmpty { settings.console.noColor = true }
    }
}

/// The mode of calls as an option or a variable names it.
enum CallsMode {
    /// The mode, if it is one.
    static func checked(_ mode: String, _ place: String) throws -> String {
        guard CallSettings.modes.contains(mode) else {
            throw HostError("\(place): write \(CallSettings.modes.joined(separator: ", "))", exitCode: 2)
        }
        return mode
    }
}

extension Settings {
    /// Paths in a settings file are meant from where the file is.
    mutating func resolvePaths(against folder: String) {
        func resolved(_ path: String) -> String {
            path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
        }
        accounts = accounts.map(resolved)
        state = state.map(resolved)
        log.file = log.file.map(resolved)
        tls.certificate = tls.certificate.map(resolved)
        tls.key = tls.key.map(resolved)
        tls.clientAuthorities = tls.clientAuthorities.map(resolved)
        tls.authorities = tls.authorities.map(resolved)
        domains = domains.mapValues { domain in
            var domain = domain
            domain.accounts = domain.accounts.map(resolved)
            return domain
        }
    }
}
