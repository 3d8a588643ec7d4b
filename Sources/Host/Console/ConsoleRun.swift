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

    /// A run with these settings; `demoPhones` simulated phones join if given, and `reread` gives the settings
    /// as they are now, whenever the operator wants them read anew.
    public init(
        settings: Settings,
        demoPhones: Int?,
        themes: ThemeLibrary,
        reread: @escaping @Sendable () throws -> Settings,
    ) {
        self.settings = settings
        self.demoPhones = demoPhones
        self.themes = themes
        self.reread = reread
    }

    /// Runs until the operator quits or the terminal is lost; returns the exit code. Throws what keeps it from
    /// starting, with the terminal given back.
    public func run() throws(HostError) -> Int32 {
        guard isatty(STDOUT_FILENO) == 1, isatty(STDIN_FILENO) == 1 else {
            throw HostError(
                "standard input and output must be a terminal; `regtop serve` runs the registrar without one",
                exitCode: 69
            )
        }
        guard let theme = themes.theme(settings.console.theme) else {
            throw ThemeLibrary.unknown(settings.console.theme, themes.names)
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
            log: { _ in }
        )
        defer { service.stop() }
        let phones = try demo.map { demo throws(HostError) in
            try DemoPhones(demo, listeners: service.listeners)
        }
        defer { phones?.stop() }
        let session = try ConsoleSession(
            settings: settings,
            service: service,
            audit: audit,
            themes: themes,
            theme: theme.theme
        )
        for problem in theme.problems {
            service.notice(.warning, "theme \(settings.console.theme): \(problem)")
        }
        return session.run()
    }
}
