import ArgumentParser
import Host

/// The registrar without a screen.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the registrar without a screen, logging to standard error.",
        discussion: "Ends cleanly on SIGTERM and SIGINT, re-reads settings and accounts on SIGHUP.",
    )

    @OptionGroup var service: ServiceOptions

    func run() throws {
        let code = try DaemonRun(settings: service.settings()) { try service.settings() }.run()
        throw ExitCode(code)
    }
}
