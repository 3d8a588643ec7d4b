import ArgumentParser
import Foundation
import Host

/// Says what the settings make of a request from somewhere, and which rule decides it.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say which rule lets an address register an address of record, or keeps it out.",
        discussion: """
            With --from: lists the domain's access rules in their order, the first that fits marked with >. The \
            running registrar is asked, its blocks and its drain included; where none runs, or settings are \
            given, these are read as a start would. Ends with 0 if it could register (given the right password \
            where one is asked for), with 1 if it would be refused.
            Without --from: why the last attempts of an address of record came out as they did.
            """,
    )

    @OptionGroup var service: ServiceOptions

    @Argument(help: "Address of record, user@domain.")
    var name: String?

    @Option(help: "Source address of the request.")
    var from: String?

    @Option(help: "Address of record, user@domain; the same as the argument.")
    var aor: String?

    @Option(help: "Transport of the request: udp, tcp, tls, ws or wss.")
    var transport = "udp"

    func run() throws {
        guard let from else {
            var script = ShowScript(try addressOfRecord)
            script.attemptsOnly = true
            return try script.run(registrar.script())
        }
        // Whoever names a registrar's directory means that registrar.
        let known = try service.state == nil ? try? registrar.script() : registrar.script()
        guard asksRegistrar, let script = known else { return try tell(explanation()) }
        let explain = ExplainScript(from: from, aor: try addressOfRecord, transport: transport)
        if try !explain.run(script) { throw ExitCode(1) }
    }

    /// Nothing was given that says which settings are meant.
    var asksRegistrar: Bool {
        service.config == nil && service.listen.isEmpty && service.domain.isEmpty && service.accounts == nil
            && !service.open
    }

    private var registrar: ControlOptions { ControlOptions(service) }

    private var addressOfRecord: String {
        get throws {
            switch (name, aor) {
            case (let name?, nil), (nil, let name?): return name
            default: throw HostError("name one address of record, user@domain", exitCode: 2)
            }
        }
    }

    private func tell(_ explanation: AccessExplanation) throws {
        for line in explanation.lines { StandardStream.output.write(line) }
        if !explanation.canRegister { throw ExitCode(1) }
    }

    /// What is printed, and whether it could register, by the settings.
    func explanation(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> AccessExplanation {
        guard let from else { throw HostError("--from: give the source address", exitCode: 2) }
        return try AccessExplanation(
            service.settings(environment: environment),
            from: from,
            aor: addressOfRecord,
            transport: transport
        )
    }
}
