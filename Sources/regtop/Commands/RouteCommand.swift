import ArgumentParser
import Host

/// What a call to an address of record would come to now.
struct RouteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route",
        abstract: "Say where a call to an address of record would go now, and what would go wrong.",
        discussion: """
            Nothing is sent: the running registrar decides as it would for a call, and tells the targets in their order, \
            with Request-URI, Route, next hop and connection. Ends with 0 if the call would reach somebody, with 3 if \
            nobody or if the address is unknown, with 75 if no registrar is reached.
            """,
    )

    @Argument(help: "Address of record, user@domain.")
    var aor: String

    @Flag(help: "One JSON object a line, a header first.")
    var json = false

    @OptionGroup var registrar: ControlOptions

    func run() throws { try route().run(registrar.script()) }

    func route() -> RouteScript {
        var script = RouteScript(aor)
        script.isJSON = json
        return script
    }
}
