import ArgumentParser
import Foundation
import Host

/// The program's door: arguments in, exit code out.
@main
struct Regtop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "regtop",
        abstract:
            "A SIP registrar that shows what it does: live bindings, login attempts and why they failed.",
        usage: """
            regtop [--listen udp|tcp|tls|ws|wss:HOST:PORT]... [--domain NAME]... [--accounts FILE] [--open]
                   [--config FILE] [--theme NAME] [--demo [N]] [--read-only] [--view NAME] [--filter EXPR]
                   [--ascii] [--no-color] [--record FILE] [--plain]
            regtop attach [--state DIR] [--read-only] [--record FILE] [--plain]
            regtop --batch [-n N] [-d TIME] [--view NAME] [--filter EXPR] [--format text|json|csv]
            regtop list|show|report|export|history|stats ...       what the running registrar knows
            regtop expire|evict|block|unblock|undo|abort|drain|reload ...      what it is to do
            regtop serve|account|config|explain|theme|keys ...
            """,
        discussion: """
            Without a subcommand the registrar runs with its console; when the console ends, so does the \
            registrar. `regtop serve` is the same registrar without a screen, for systemd and the like, and \
            `regtop attach` the same console for a registrar that runs already. \
            `regtop help console` explains each option.
            """,
        version: Version.text,
        subcommands: [
            ConsoleCommand.self, AttachCommand.self, Serve.self, ListCommand.self, ShowCommand.self,
            ReportCommand.self, ExportCommand.self, HistoryCommand.self, StatisticsCommand.self,
            ExpireCommand.self, EvictCommand.self, BlockCommand.self, UnblockCommand.self,
            UndoCommand.self, AbortCommand.self, DrainCommand.self, ReloadCommand.self,
            AccountCommand.self, ConfigCommand.self, ExplainCommand.self,
            RouteCommand.self,
            ThemeCommand.self, KeysCommand.self, InstallCommand.self, UninstallCommand.self,
        ],
        defaultSubcommand: ConsoleCommand.self,
    )

    static func main() {
        signal(SIGPIPE, SIG_IGN)
        // A file that may not grow any more is an error of the write, which the store and the log know how to bear.
        signal(SIGXFSZ, SIG_IGN)
        do {
            var command = try Regtop.parseAsRoot()
            try command.run()
        } catch let error as HostError {
            // Nobody reads the output any more: that is no mistake.
            if error.exitCode == 0 { Foundation.exit(0) }
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
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            StandardStream.error.write(String(line))
        }
        Foundation.exit(code)
    }
}
