import ArgumentParser
import Foundation
import Host

/// The keys of the console: what each does, and where.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Print the keys of the console: what each does, and where.",
        discussion: """
            With the section `keys` of the settings applied; an asterisk marks what that has changed. The names in \
            the second column are those of the section, and can be typed behind : in the console.
            """,
    )

    @Option(
        help: "Settings file (YAML). Default: $XDG_CONFIG_HOME/regtop/regtop.yaml, /etc/regtop/regtop.yaml."
    )
    var config: String?

    @OptionGroup var output: FormatOptions

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let settings = try SettingsSearch.settings(config: config, environment: environment)
        try KeysScript(settings.console.keys, format: try output.format(usual: .text)).run(StandardOutput())
    }
}
