import ArgumentParser
import Foundation
import Host

/// Settings: an example to start from, and a check.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check the settings, or print an example.",
        subcommands: [Check.self, Example.self, Fail2BanFiles.self],
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
            _ = try ThemeCommand.library.check(settings.console.theme ?? "ansi")
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

extension ConfigCommand {
    /// Prints a filter and a jail for fail2ban.
    struct Fail2BanFiles: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fail2ban",
            abstract: "Print a filter and a jail for fail2ban, which read the log of `regtop serve`.",
        )

        func run() { print(Fail2Ban.files, terminator: "") }
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

        # tls: {certificate: chain.pem, key: key.pem}     # for tls: and wss: listeners, read anew when they change
        #   client-authorities: ca.pem, client-certificate: optional (or required)

        domains:
          example.test:
            registration: true          # false: REGISTER is answered 405
            # accounts: example.txt
            expires: {default: 3600, min: 60, max: 7200, jitter: 10, max-nat: 0}
                                        # seconds; jitter in percent; max-nat: longest behind NAT over UDP, 0: max
            contacts: {max: 10, overflow: reject, fold: off}
                                        # overflow: reject, oldest, soonest, unreachable
                                        # fold: a new contact replaces those of the same instance, or none (off)
            digest:
              # algorithms: [SHA-256, MD5]   # one challenge each, in this order; default: MD5 alone where
                                               # every account has it, as many phones can't do more
              qop: [auth]                    # auth, auth-int
              legacy: true                   # take RFC 2069 answers (no qop); shown as a badge
            alias: uri                       # show NAT in the 200: uri, received or off
            path: lazy                       # RFC 3327: off, lazy, strict
            outbound: {mode: offered, flow-timer: 0}     # RFC 5626: off, offered, required; seconds, 0: not said
            gruu: true                       # RFC 5627
            # service-route: ["<sip:proxy.example.test;lr>"]              # RFC 3608
            connection-lost: keep            # bindings over a connection that ended: keep, remove, or seconds
            ping: {every: 0, timeout: 8, codes: any, remove-after: 0}     # OPTIONS; seconds; codes: any, 2xx
              # users: ["4417"]              # only these; default: all
            subscriptions: {offered: true, max: 4}                        # RFC 3680
              # administrators: ["watcher"]  # may watch everybody
            calls: {mode: off, timer-c: 185, ringing: 20, breadth: 60, record-route: true}
              # next-hop: "sip:gw.example.test"   # mode: off, redirect, proxy; next-hop takes what is for others
            # numbers: {trunk1: ["+12145550100-0199"]}                    # RFC 6140
            # access:                        # the first rule that fits counts; default: digest
            #   - {from: 10.1.0.0/16, transports: [tls], may: named, users: ["4417"]}
            #   - {from: 192.0.2.0/24, may: deny}                         # digest, deny, any, named
            # users: {"4417": {disabled: false, from: [10.0.0.0/8], contacts: 2}}

        limits:
          loops: 0                      # UDP loops; 0: by the number of cores
          message: 65535                # bytes
          connections: 10000
          connections-per-source: 1000
          idle: 7200                    # seconds; 0: connections may idle for ever
          rate: {source: 0, aor: 0}     # REGISTERs a second; 0: no limit
          transactions: 8               # megabytes of stored replies a loop
          attempts: 16                  # megabytes of messages kept for the attempts view

        security:
          auto-block: false             # block sources that look like attackers
          block: 3600                   # seconds
          failures: 20                  # within ten minutes
          offices: false                # true: also sources that users have registered from
          # allow: [10.0.0.0/8]         # never blocked so

        # state: /var/lib/regtop        # bindings, history, audit trail, control socket; default: what systemd gives,
                                        # /var/lib/regtop for root, else ~/.local/state/regtop
        store:
          enabled: true                 # false: bindings end with the process
          durability: process           # what an acknowledged change survives: process (kill -9), power
          on-failure: refuse            # while nothing can be committed: refuse (500), continue (not durable)
          grace: 30                     # seconds after a start within which no restored binding ends

        history: {days: 30, size: 256}  # of bindings that left; megabytes

        control:                        # who may attach beside the owner and root
          # group: regtop               # its members may look
          # operators: ["mara"]         # these of them may act

        # metrics: 9154                 # OpenMetrics over HTTP, GET /metrics: PORT (of 127.0.0.1) or HOST:PORT

        log:
          # file: /var/log/regtop.log   # default: standard error, which systemd takes to the journal
          size: 16                      # megabytes after which a new file is begun
          keep: 5                       # older files that are kept

        console:
          # theme: ansi                 # default: the one chosen in the console, at first ansi
          ascii: false
          no-color: false
          read-only: false
          view: overview                # overview, bindings, attempts, security, log, audit, blocks, devices
          filter: ""

        keys: {}                        # of the console: `regtop keys` lists the actions, with their keys
          # page-down: [ctrl-f, pgdn]

        """
}
