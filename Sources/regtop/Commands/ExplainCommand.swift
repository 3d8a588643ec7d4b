import ArgumentParser
import Foundation
import Host

/// Says what the settings make of a request from somewhere, and which rule decides it.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say which rule lets an address register an address of record, or keeps it out.",
        discussion: """
            Reads the settings as a start would and lists the domain's access rules in their order, the first \
            that fits marked with >. Ends with 0 if it could register (given the right password where one \
            is asked for), with 1 if it would be refused.
            """,
    )

    @OptionGroup var service: ServiceOptions

    @Option(help: "Source address of the request.")
    var from: String

    @Option(help: "Address of record, user@domain.")
    var aor: String

    @Option(help: "Transport of the request: udp, tcp, tls, ws or wss.")
    var transport = "udp"

    func run() throws {
        let explanation = try explanation()
        for line in explanation.lines { StandardStream.output.write(line) }
        if !explanation.canRegister { throw ExitCode(1) }
    }

    /// What is printed, and whether it could register.
    func explanation(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> AccessExplanation {
        try AccessExplanation(
            service.settings(environment: environment),
            from: from,
            aor: aor,
            transport: transport
        )
    }
}
