import BindingTable
import Cells
import Console
import ConsoleLink
import Glibc
import Terminal

/// `regtop attach`: the console of a registrar that runs in another process, over its control socket.
@MainActor
public final class AttachRun {
    private let state: StateDirectory
    private let console: ScreenSettings
    private let themes: ThemeLibrary
    private let choices: ChoicesPlace?

    /// A console for the registrar whose state directory this is; `choices` is where what is chosen in it is kept.
    public init(
        state: StateDirectory,
        console: ScreenSettings,
        themes: ThemeLibrary,
        choices: ChoicesPlace?,
    ) {
        self.state = state
        self.console = console
        self.themes = themes
        self.choices = choices
    }

    /// Runs until the operator leaves or the terminal is lost; returns the exit code. Throws what keeps it from
    /// starting, with the terminal given back: exit code 75 if no registrar is there.
    public func run() throws(HostError) -> Int32 {
        guard console.plain || isatty(STDOUT_FILENO) == 1 && isatty(STDIN_FILENO) == 1 else {
            throw HostError(
                "standard input and output must be a terminal; `regtop attach --plain` needs none",
                exitCode: 69
            )
        }
        let choices = ChoicesKeeper(choices)
        let themeName = themes.name(console, choices.preferences)
        guard let theme = themes.theme(themeName) else {
            throw ThemeLibrary.unknown(themeName, themes.names)
        }
        // Before any thread starts, so that signals come to this one only.
        TerminalEvents.blockSignals()
        var hello = Hello.ofThisProcess
        hello.isConsole = true
        hello.isReadOnly = console.readOnly
        let line = try AttachedLine(socket: state.socket, hello: hello)
        if console.plain { return try PlainSession(settings: console, line: line, canStop: true).run() }
        let session = try ConsoleSession(
            settings: console,
            line: line,
            themes: themes,
            theme: theme.theme,
            choices: choices
        ) {
            "the registrar runs in another process: q leaves it"
        }
        for problem in theme.problems { line.notice(.warning, "theme \(themeName): \(problem)") }
        guard case .exit(let code) = session.run() else { return 0 }
        return code
    }
}
