import BindingTable
import Cells
import Console
import ConsoleLink
import Glibc
import Synchronization
import Terminal
import Timing
import Transport

/// `regtop`: the registrar with its console on this terminal.
@MainActor
public final class ConsoleRun {
    private let settings: Settings
    private let demoPhones: Int?
    private let themes: ThemeLibrary
    private let reread: @Sendable () throws -> Settings
    private let choices: ChoicesPlace?
    private let foreground: ForegroundProcess?

    /// A run with these settings; `demoPhones` simulated phones join if given, and `reread` gives the settings
    /// as they are now, whenever the operator wants them read anew. `place` is the one before the shell, which
    /// the operator may leave; `choices` is where what they choose in the console is kept.
    public init(
        settings: Settings,
        demoPhones: Int?,
        themes: ThemeLibrary,
        place: ShellPlace,
        choices: ChoicesPlace?,
        reread: @escaping @Sendable () throws -> Settings,
    ) {
        self.settings = settings
        self.demoPhones = demoPhones
        self.themes = themes
        self.reread = reread
        self.choices = choices
        foreground = place.process
    }

    /// Runs until the operator quits or the terminal is lost; returns the exit code. Throws what keeps it from
    /// starting, with the terminal given back.
    public func run() throws(HostError) -> Int32 {
        let isPlain = settings.console.plain
        guard isPlain || isatty(STDOUT_FILENO) == 1 && isatty(STDIN_FILENO) == 1 else {
            throw HostError(
                "standard input and output must be a terminal; `regtop --plain` needs none, and `regtop serve` runs "
                    + "the registrar without a console",
                exitCode: 69
            )
        }
        let choices = ChoicesKeeper(choices)
        let themeName = themes.name(settings.console, choices.preferences)
        guard let theme = themes.theme(themeName) else {
            throw ThemeLibrary.unknown(themeName, themes.names)
        }
        // Before any thread starts, so that signals come to this one only.
        TerminalEvents.blockSignals()
        var settings = settings
        let demo = try demoPhones.map { count throws(HostError) in
            try DemoPopulation(count: count, settings: &settings)
        }
        // A demo is a play: it keeps nothing and stands in nobody's way, unless it is given a place.
        let durable =
            demo == nil || settings.state != nil
            ? try DurableState(settings) : nil
        let usual = StateDirectory(settings.state, environment: Environment.known)
        let audit = durable?.audit ?? AuditLog(path: usual.audit)
        let (hasDemo, reread) = (demo != nil, reread)
        // A screen and standard error are one terminal: only a file can take the log.
        let log = settings.log.file == nil ? nil : try LogWriter(settings.log, environment: [:])
        defer { log?.stop() }
        let logger = log?.logger
        let service = try RegistrarService(
            settings: settings,
            audit: audit,
            durable: durable,
            demo: demo,
            reread: {
                var settings = try reread()
                if hasDemo { DemoPopulation.join(&settings) }
                return settings
            },
            logLosses: { log?.lost ?? 0 },
            log: { logger?.log($0) }
        )
        defer { service.stop() }
        let phones = try demo.map { demo throws(HostError) in
            try DemoPhones(demo, listeners: service.listeners)
        }
        defer { phones?.stop() }
        let control = try durable.map { durable throws(HostError) in
            try ControlServer(path: durable.directory.socket, settings.control, service)
        }
        defer { control?.stop("the registrar has ended with its console") }
        if isPlain {
            let line = EmbeddedLine(service, isReadOnly: settings.console.readOnly)
            return try PlainSession(settings: settings.console, line: line, canStop: false).run()
        }
        let session = try ConsoleSession(
            settings: settings.console,
            line: EmbeddedLine(service, isReadOnly: settings.console.readOnly),
            themes: themes,
            theme: theme.theme,
            choices: choices,
            stage: demo?.stage
        ) { [foreground] in
            if durable == nil { return "the demo can't be left alone: start it with --state DIR" }
            return foreground == nil ? "this process can't be divided from its shell: regtop serve can" : nil
        }
        for problem in theme.problems {
            service.notice(.warning, "theme \(themeName): \(problem)")
        }
        switch session.run() {
        case .exit(let code): return code
        case .detached: return try serve(on: service, control, session, log)
        }
    }

    /// The console has gone and the shell gets its terminal back: the registrar serves on as a daemon would.
    private func serve(
        on service: RegistrarService,
        _ control: ControlServer?,
        _ session: ConsoleSession,
        _ log: LogWriter?,
    ) throws(HostError) -> Int32 {
        let signals = BlockedSignals([SIGTERM, SIGINT, SIGHUP])
        let place = settings.state.map { " --state \($0)" } ?? ""
        StandardStream.output.write(
            "regtop: the registrar goes on as pid \(getpid()); `regtop attach\(place)` comes back"
        )
        session.release()
        if let number = foreground?.leave(), number != 0 {
            throw HostError("the shell can't be left: \(String(cString: strerror(number)))", exitCode: 1)
        }
        service.notice(.info, "the console was detached; the registrar goes on in the background")
        let reread = reread
        return DaemonRun.serve(
            service,
            control,
            until: signals,
            log: log,
            notifier: ServiceNotifier(environment: [:]),
            reread: { try reread() }
        )
    }
}

/// The program's place before the shell that has started it.
public struct ShellPlace: Sendable {
    /// Nil where the process can't be divided.
    let process: ForegroundProcess?

    /// A program that is never to leave its shell.
    public static let none = ShellPlace(process: nil)

    /// Takes the place in such a way that it can be left, by a process that only waits. Call it before any thread
    /// exists; what follows runs in another process.
    public static func take() -> ShellPlace { ShellPlace(process: ForegroundProcess.begin()) }
}
