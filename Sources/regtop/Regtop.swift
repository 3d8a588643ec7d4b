import ArgumentParser
import Foundation
import Host

/// The program's door: arguments in, exit code out.
@main
struct Regtop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "regtop",
        abstract: "A SIP registrar that shows what it does: live bindings, login attempts and why they failed.",
        discussion: """
            Without a subcommand the registrar runs with its console; when the console ends, so does the \
            registrar. `regtop serve` is the same registrar without a screen, for systemd and the like.
            """,
        version: Version.text,
        subcommands: [Serve.self, AccountCommand.self, ConfigCommand.self, ThemeCommand.self],
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
        let (final, library, service) = (settings, themes.library(), service)
        // The program has one main thread and this is it; ncurses lives there.
        let code = try MainActor.assumeIsolated {
            try ConsoleRun(settings: final, demoPhones: demo, themes: library) { try service.settings() }.run()
        }
        throw ExitCode(code)
    }

    static func main() {
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try Regtop.parseAsRoot()
            try command.run()
        } catch let problem as YAMLProblem {
            stop(problem.description, 1)
        } catch let error as HostError {
            stop(error.description, error.exitCode)
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch {
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            if code == .success {
                print(text)
                Foundation.exit(0)
            }
            stop(text, code == .validationFailure ? 2 : 1)
        }
        Foundation.exit(0)
    }

    private static func stop(_ sentence: String, _ code: Int32) -> Never {
        let text = sentence.hasPrefix("Error:") ? sentence : "regtop: \(sentence)"
        FileHandle.standardError.write(Data("\(text)\n".utf8))
        Foundation.exit(code)
    }
}

/// The program's version.
enum Version {
    static let text = "0.1.0"
}
