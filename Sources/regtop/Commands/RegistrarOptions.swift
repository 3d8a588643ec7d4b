import ArgumentParser
import Foundation
import Host

/// Which running registrar a script talks to.
struct RegistrarOptions: ParsableArguments {
    @Option(help: "Directory of the running registrar's state; its control socket is there.")
    var state: String?

    @Option(help: "Settings file that names that directory.")
    var config: String?

    /// The directory of the flag, of `REGTOP_STATE`, of the settings file, or the usual one.
    func directory(environment: [String: String] = ProcessInfo.processInfo.environment) throws
        -> StateDirectory
    {
        if let state { return StateDirectory(state, environment: environment) }
        if let named = environment["REGTOP_STATE"], !named.isEmpty {
            return StateDirectory(named, environment: environment)
        }
        var settings = Settings()
        if let file = SettingsSearch.file(flag: config, environment: environment) {
            do {
                try SettingsFile.apply(SettingsSearch.read(file), file: file, to: &settings)
                settings.resolvePaths(against: (file as NSString).deletingLastPathComponent)
            } catch  where config == nil {
                // Whoever may not read the registrar's settings may still be allowed in.
                settings = Settings()
            }
        }
        return StateDirectory(settings.state, environment: environment)
    }

    /// A script over the registrar's control socket, writing to standard output or a file. Throws 75 if none runs.
    func script(to file: String? = nil) throws -> ScriptContext {
        Interruption.watch()
        let link = try ScriptConnection.open(directory())
        let output: any ScriptSink = try file.map { try WholeFile($0) } ?? StandardOutput()
        return ScriptContext(link, output: output)
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
