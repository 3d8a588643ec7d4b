import ArgumentParser
import Foundation
import Host

/// The console for a registrar that runs already.
struct AttachCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach",
        abstract: "Open the console of a registrar that runs already, such as `regtop serve`.",
        discussion: """
            Several consoles may be attached at once; each sees what the others do. Leaving one ends nothing. When \
            the registrar is restarted the console says so and goes on. Ends with 75 if no registrar is there. \
            With --batch, or where standard output is no terminal, a view is printed again and again instead; with \
            --plain changes are printed as lines, and commands are read as lines.
            """,
    )

    @OptionGroup var control: ControlOptions
    @OptionGroup var screen: ScreenOptions
    @OptionGroup var batch: BatchOptions

    func run() throws {
        // Where nobody looks, a screen makes no sense: pictures in plain text do.
        if batch.isMeant || !StandardOutput.isTerminal && !screen.plain {
            let script = try batch.script(screen)
            return try script.run(control.script())
        }
        let environment = ProcessInfo.processInfo.environment
        // Who is told where the registrar is need not be able to read its settings.
        let isTold = control.state != nil && control.config == nil
        var settings =
            isTold
            ? (try? control.settings(environment: environment)) ?? Settings()
            : try control.settings(environment: environment)
        settings.state = control.state ?? settings.state
        try screen.apply(to: &settings.console)
        let (state, console) = (settings.state, settings.console)
        let library = ThemeFiles(environment: environment).library()
        let choices = PreferencesFile(environment: environment)?.place
        // The program has one main thread and this is it; ncurses lives there.
        let code = try MainActor.assumeIsolated {
            try AttachRun(
                state: StateDirectory(state, environment: environment),
                console: console,
                themes: library,
                choices: choices
            ).run()
        }
        throw ExitCode(code)
    }
}
