import ArgumentParser
import Foundation
import Host

/// The registrar with its console on this terminal: what `regtop` does unless told otherwise.
struct ConsoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Run the registrar with its console on this terminal.",
    )

    @OptionGroup var service: ServiceOptions
    @OptionGroup var screen: ScreenOptions
    @OptionGroup var batch: BatchOptions

    @Option(
        defaultAsFlag: 24,
        help: "Simulated phones (24 or the number given) that register over loopback, to look around.",
    )
    var demo: Int?

    func run() throws {
        if batch.isMeant { return try printPictures() }
        let settings = try settings()
        if let demo, !(1...10_000).contains(demo) {
            throw HostError("--demo \(demo): choose from 1 to 10000 phones", exitCode: 2)
        }
        let environment = ProcessInfo.processInfo.environment
        let themes = ThemeFiles(environment: environment)
        let choices = PreferencesFile(environment: environment)?.place
        let (library, again) = (themes.library(), self)
        // Before there are threads, which can't be divided.
        let place = screen.plain ? ShellPlace.none : ShellPlace.take()
        // The program has one main thread and this is it; ncurses lives there.
        let code = try MainActor.assumeIsolated {
            try ConsoleRun(
                settings: settings,
                demoPhones: demo,
                themes: library,
                place: place,
                choices: choices
            ) { try again.settings() }.run()
        }
        throw ExitCode(code)
    }

    /// `--batch`: what the running registrar shows; 75 if none runs.
    private func printPictures() throws {
        let script = try batch.script(screen)
        try script.run(ControlOptions(service).script())
    }

    private func settings() throws -> Settings {
        var settings = try service.settings()
        try screen.apply(to: &settings.console)
        // The phones of a demo must not come among those that are kept, unless somebody asks for it here and now.
        if demo != nil { settings.state = service.state }
        return settings
    }
}
