import ArgumentParser
import Foundation
import Host

/// Settings: an example to start from, and a check.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check the settings, or print an example.",
        subcommands: [Check.self, Example.self],
    )

    /// Reads the settings as a start would, and says what it found.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read settings and accounts as a start would, and say what is wrong.",
        )
        @OptionGroup var service: ServiceOptions

        func run() throws {
            let settings = try service.settings()
            let facts = try SettingsCheck(settings).facts()
            _ = try ThemeCommand.library.check(settings.console.theme)
            let file = SettingsSearch.file(
                flag: service.config,
                environment: ProcessInfo.processInfo.environment
            )
            StandardStream.output.write("settings  \(file ?? "none found; defaults")")
            for fact in facts { StandardStream.output.write(fact) }
        }
    }

    /// Prints a settings file with every key and its default.
    struct Example: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a settings file with every key and its default.",
        )

        func run() { print(SettingsExample.text, terminator: "") }
    }
}

/// The example: `config check` accepts it, and it says the defaults (both tested).
enum SettingsExample {
    static let text = """
        # regtop settings. Every key may be left out; what stands here are the defaults,
        # but for the domain, which is an example.
        listen: ["udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"]

        # accounts: accounts.txt        # for domains that name none; paths are from this file's folder
        open: false                     # true: registrations without a password, laboratories only

        domains:
          example.test:
            registration: true          # false: REGISTER is answered 405
            # accounts: example.txt
            expires: {default: 3600, min: 60, max: 7200, jitter: 10}    # seconds; jitter in percent
            contacts: {max: 10, overflow: reject}                       # reject or oldest
            digest:
              # algorithms: [SHA-256, MD5]   # one challenge each, in this order; default: MD5 alone where
                                               # every account has it, as many phones can't do more
              qop: [auth]                    # auth, auth-int
              legacy: true                   # take RFC 2069 answers (no qop); shown as a badge
            alias: uri                       # show NAT in the 200: uri, header or off

        limits:
          loops: 0                      # UDP loops; 0: by the number of cores
          message: 65535                # bytes
          connections: 10000
          connections-per-source: 1000
          idle: 7200                    # seconds; 0: connections may idle for ever
          transactions: 8               # megabytes of stored replies a loop
          attempts: 16                  # megabytes of messages kept for the attempts view

        console:
          theme: ansi
          ascii: false
          no-color: false
          read-only: false
          view: overview                # overview, bindings, attempts, security, log, audit, blocks
          filter: ""

        """
}
