import ArgumentParser
import Foundation
import Host

/// Where things are put.
struct PrefixOptions: ParsableArguments {
    @Option(help: "The directory, such as /usr/local.")
    var prefix: String

    @Flag(name: [.customShort("n"), .long], help: "Say what would be done, and do nothing.")
    var dryRun = false

    func installation() throws -> Installation {
        try Installation(prefix: prefix, from: FileManager.default.currentDirectoryPath)
    }
}

/// Puts the program and what belongs to it in place.
struct InstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Put program, themes, manual pages, systemd unit and completions below a directory.",
        discussion: """
            Each file is replaced whole. The unit is lib/systemd/system/regtop.service; its user is made by \
            `systemd-sysusers`, and `systemctl enable --now regtop` starts it.
            """,
    )

    @OptionGroup var options: PrefixOptions

    func run() throws {
        let installation = try options.installation()
        let files = try InstalledFiles.all(below: installation.prefix, program: Installation.ownProgram())
        let say = { StandardStream.output.write($0) }
        if options.dryRun { return files.map(installation.place).forEach(say) }
        try installation.install(files, say: say)
    }
}

/// Takes it away again.
struct UninstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall",
        abstract: "Remove what `install` has put below a directory; settings and state stay.",
    )

    @OptionGroup var options: PrefixOptions

    func run() throws {
        let installation = try options.installation()
        let files = InstalledFiles.all(below: installation.prefix, program: [])
        let say = { StandardStream.output.write($0) }
        if options.dryRun {
            return files.map(installation.place).filter(FileManager.default.fileExists).forEach(say)
        }
        try installation.remove(files, say: say)
    }
}

/// What `install` puts where, from the directory.
enum InstalledFiles {
    static func all(below prefix: String, program: [UInt8]) -> [Installation.File] {
        typealias File = Installation.File
        let place = "bin/regtop"
        let shells: [(CompletionShell, String)] = [
            (.bash, "share/bash-completion/completions/regtop"),
            (.zsh, "share/zsh/site-functions/_regtop"),
            (.fish, "share/fish/vendor_completions.d/regtop.fish"),
        ]
        return [
            File(place, program, isProgram: true),
            File("share/man/man1/regtop.1", Array(ManualPages.program.utf8)),
            File("share/man/man5/regtop.conf.5", Array(ManualPages.settings.utf8)),
            File("share/man/man5/regtop.theme.5", Array(ManualPages.themes.utf8)),
            File(
                "lib/systemd/system/regtop.service",
                Array(ManualPages.unit(program: "\(prefix)/\(place)").utf8)
            ),
            File("lib/sysusers.d/regtop.conf", Array(ManualPages.users.utf8)),
        ] + ThemeFiles.builtIn.map { File("share/regtop/themes/\($0.0).yaml", $0.1) }
            + shells.map { File($0.1, Array(Regtop.completionScript(for: $0.0).utf8)) }
    }
}
