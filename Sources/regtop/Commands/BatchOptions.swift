import ArgumentParser
import Host

/// A view of the console again and again, without escape sequences.
struct BatchOptions: ParsableArguments {
    @Flag(help: "Print a view of the running registrar again and again, without escape sequences.")
    var batch = false

    @Option(
        name: [.customShort("n"), .customLong("count")],
        help: "With --batch: so often. Default: until ended."
    )
    var count: Int?

    @Option(name: [.customShort("d"), .customLong("delay")], help: "With --batch: so long between two, 1s.")
    var delay: String?

    @Option(help: "With --batch: text, json or csv.")
    var format: String?

    /// One of its options was given.
    var isMeant: Bool { batch || count != nil || delay != nil || format != nil }

    /// What is to be printed of a view, `bindings` unless given.
    func script(_ screen: ScreenOptions) throws -> BatchScript {
        let (view, filter) = (screen.view, screen.filter)
        guard screen.at == nil else {
            throw HostError("--at goes with the console and with list, not with --batch", exitCode: 2)
        }
        var script = BatchScript()
        if let view {
            guard let known = BatchScript.View(rawValue: view) else {
                let views = BatchScript.View.allCases.map(\.rawValue).joined(separator: ", ")
                throw HostError("--view \(view): --batch prints \(views)", exitCode: 2)
            }
            script.view = known
        }
        if let format {
            guard let known = ReportFormat(rawValue: format) else {
                throw HostError("--format \(format): choose text, json or csv", exitCode: 2)
            }
            script.format = known
        }
        script.filter = filter ?? ""
        script.count = try Count.checked(count, "-n")
        if let delay { script.every = try WrittenTime.length(delay, option: "-d") }
        return script
    }
}
