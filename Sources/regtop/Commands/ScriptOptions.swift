import ArgumentParser
import Foundation
import Host

extension ControlOptions {
    /// A script over the control socket of the registrar that runs, writing to standard output or a file. Throws 75 if
    /// none runs.
    func script(to file: String? = nil) throws -> ScriptContext {
        // Whoever may not read the registrar's settings may still be let in by the directory's name.
        let environment = ProcessInfo.processInfo.environment
        let directory = try state.map { StateDirectory($0, environment: environment) } ?? directory()
        Interruption.watch()
        let link = try ScriptConnection.open(directory)
        let output: any ScriptSink = try file.map { try WholeFile($0) } ?? StandardOutput()
        return ScriptContext(link, output: output)
    }

    /// The same options as those of a registrar.
    init(_ service: ServiceOptions) {
        self.init()
        (state, config) = (service.state, service.config)
    }
}

/// How rows are written.
struct FormatOptions: ParsableArguments {
    @Flag(help: "Aligned columns, for people.")
    var text = false

    @Flag(help: "One JSON object a line, a header first.")
    var json = false

    @Flag(help: "CSV with a line of names first.")
    var csv = false

    /// The format that was chosen. Throws if two were.
    func format(usual: ReportFormat) throws -> ReportFormat {
        let chosen = [(text, ReportFormat.text), (json, .json), (csv, .csv)].filter(\.0).map(\.1)
        guard chosen.count < 2 else {
            throw HostError("choose one of --text, --json and --csv", exitCode: 2)
        }
        return chosen.first ?? usual
    }
}
