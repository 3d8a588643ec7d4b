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

    @Option(
        defaultAsFlag: 24,
        help: "Simulated phones (24 or the number given) that register over loopback, to look around.",
    )
    var demo: Int?

    func run() throws {
        var settings = try service.settings()
        try screen.apply(to: &settings.console)
        if let demo, !(1...10_000).contains(demo) {
            throw HostError("--demo \(demo): choose from 1 to 10000 phones", exitCode: 2)
        }
        let themes = ThemeFiles(environment: ProcessInfo.processInfo.environment)
        let (final, library) = (settings, themes.library())
        // The program has one main thread and this is it; ncurses lives there.
        let code = try MainActor.assumeIsolated {
            try ConsoleRun(settings: final, demoPhones: demo, themes: library).run()
        }
        throw ExitCode(code)
    }
}
