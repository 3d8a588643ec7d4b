import ArgumentParser
import Host

/// Bindings of a running registrar, row by row.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the bindings of the running registrar.",
        discussion: """
            FILTER is the console's filter language: 'exp<60 ua~zoiper', 'ip:10.0.0.0/8 !st:OK', or just a word. \
            Ends with 3 if nothing matches, with 75 if no registrar is reached.
            """,
    )

    @Argument(help: "Only bindings that pass; several words are one filter.")
    var filter: [String] = []

    @Option(help: "Sort by this column.")
    var sort = "aor"

    @Flag(name: [.customShort("r"), .long], help: "The other way round.")
    var reverse = false

    @Option(help: "Columns to show, separated by commas, or `all`.")
    var columns: String?

    @Option(name: [.customShort("n"), .long], help: "So many rows at most.")
    var limit: Int?

    @Option(
        parsing: .unconditional,
        help: "The table as it was then: 12:04, '2026-11-26 12:04', or 15m for so long ago."
    )
    var at: String?

    @OptionGroup var output: FormatOptions
    @OptionGroup var registrar: ControlOptions

    func run() throws { try list().run(registrar.script()) }

    func list() throws -> ListScript {
        var script = ListScript()
        script.filter = filter.joined(separator: " ")
        (script.sort, script.isReverse, script.limit) = (sort, reverse, try Count.checked(limit, "--limit"))
        script.format = try output.format(usual: .text)
        script.columns = columns.map { $0 == "all" ? ListScript.allColumns : Words.split($0) }
        script.at = try at.map { try WrittenTime.moment($0, option: "--at") }
        return script
    }
}

/// All bindings with all that is known of each, or the messages of attempts.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write all bindings with all fields, as JSON lines or CSV; or the attempts' messages.",
        discussion: """
            With --pcap the messages of attempts are written as packets (pcapng), for Wireshark and sngrep: \
            addresses, ports, times and bytes are real, the headers around them are made up, and TLS is written \
            decrypted. FILTER is one for attempts then: 'result:PASSWD aor~^44'. Ends with 3 if nothing matches: a \
            file that is there stays as it is.
            """,
    )

    @Argument(help: "Only bindings, or with --pcap attempts, that pass this filter.")
    var filter: [String] = []

    @Option(help: "The messages of attempts into this file, - for standard output.")
    var pcap: String?

    @Flag(help: "With --pcap: fill nonces, responses and passwords with x; lengths stay.")
    var redact = false

    @Flag(help: "With --pcap: only attempts that failed.")
    var failures = false

    @Option(help: "With --pcap: only so many attempts, the newest.")
    var newest: Int?

    @Option(name: [.customShort("o"), .long], help: "Into this file: whole, or not at all.")
    var output: String?

    @Option(parsing: .unconditional, help: "The table as it was then.")
    var at: String?

    @OptionGroup var written: FormatOptions
    @OptionGroup var registrar: ControlOptions

    func run() throws {
        guard let messages = try messages() else {
            return try export().run(registrar.script(to: output))
        }
        let file = pcap == "-" ? nil : pcap
        if file == nil, StandardOutput.isTerminal {
            throw HostError("--pcap -: packets are not for a terminal; name a file", exitCode: 2)
        }
        try messages.run(registrar.script(to: file))
    }

    /// What --pcap asks for; nil without it.
    func messages() throws -> MessagesScript? {
        guard let pcap else {
            let lonely = [(redact, "--redact"), (failures, "--failures"), (newest != nil, "--newest")]
            if let option = lonely.first(where: \.0)?.1 {
                throw HostError("\(option) goes with --pcap FILE", exitCode: 2)
            }
            return nil
        }
        guard !pcap.isEmpty else { throw HostError("--pcap: name a file, or -", exitCode: 2) }
        let others = [
            (output != nil, "-o"), (at != nil, "--at"), (written.text, "--text"), (written.json, "--json"),
            (written.csv, "--csv"),
        ]
        if let option = others.first(where: \.0)?.1 {
            throw HostError("\(option) does not go with --pcap: packets are what attempts were", exitCode: 2)
        }
        var script = MessagesScript()
        script.filter = filter.joined(separator: " ")
        script.failuresOnly = failures
        script.newest = try Count.checked(newest, "--newest")
        script.isRedacted = redact
        return script
    }

    func export() throws -> ListScript {
        var script = ListScript()
        script.filter = filter.joined(separator: " ")
        script.isExport = true
        script.format = try written.format(usual: .json)
        script.at = try at.map { try WrittenTime.moment($0, option: "--at") }
        return script
    }
}

/// One address of record or binding, with its attempts and why they failed.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract:
            "Show an address of record: its bindings, its last attempts and why they failed, its history.",
    )

    @Argument(help: "Address of record (user@domain), or a binding's id as `list --json` gives it.")
    var name: String

    @Flag(help: "One JSON object a line, a header first.")
    var json = false

    @Option(parsing: .unconditional, help: "The table as it was then.")
    var at: String?

    @OptionGroup var registrar: ControlOptions

    func run() throws {
        var script = ShowScript(name)
        script.isJSON = json
        script.at = try at.map { try WrittenTime.moment($0, option: "--at") }
        try script.run(registrar.script())
    }
}

/// All that a ticket needs to know of an address of record.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a report of an address of record for a ticket: plain text, no secrets in it.",
        discussion: """
            Whether it is registered and why not, its bindings, its last attempts and why they failed, its history, \
            the blocks and rules that touch it: ASCII, at most 78 columns. Ends with 3 if nothing is known of it, and \
            with 75 if no registrar is reached.
            """,
    )

    @Argument(help: "Address of record (user@domain), or only its user.")
    var aor: String

    @OptionGroup var registrar: ControlOptions

    func run() throws { try ReportScript(aor).run(registrar.script()) }
}

/// What happened to bindings.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract:
            "What happened to an address of record's bindings: made, moved, left, and why; newest first.",
    )

    @Argument(help: "Address of record; all if none is given.")
    var aor: String?

    @Option(
        parsing: .unconditional,
        help: "Only from then on: 12:04, '2026-11-26 12:04', or 15m for so long ago."
    )
    var since: String?

    @Option(help: "Only events that pass this filter, such as 'cause:moved at>14:03'.")
    var filter: String?

    @Option(name: [.customShort("n"), .long], help: "So many events at most.")
    var limit = 100

    @OptionGroup var output: FormatOptions
    @OptionGroup var registrar: ControlOptions

    func run() throws { try history().run(registrar.script()) }

    func history() throws -> HistoryScript {
        var script = HistoryScript()
        script.name = aor
        script.since = try since.map { try WrittenTime.moment($0, option: "--since") }
        script.filter = filter ?? ""
        script.limit = try Count.checked(limit, "--limit") ?? 100
        script.format = try output.format(usual: .text)
        return script
    }
}

/// Counters and gauges.
struct StatisticsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Print the running registrar's counters and gauges.",
    )

    @Flag(help: "One JSON object a line, a header first.")
    var json = false

    @OptionGroup var registrar: ControlOptions

    func run() throws {
        var script = StatisticsScript()
        script.isJSON = json
        try script.run(registrar.script())
    }
}

/// Numbers of rows and pictures.
enum Count {
    /// At least one.
    static func checked(_ number: Int?, _ option: String) throws -> Int? {
        guard let number else { return nil }
        guard number > 0 else { throw HostError("\(option) \(number): at least 1", exitCode: 2) }
        return number
    }
}

/// Words of one argument.
enum Words {
    /// Separated by commas or blanks.
    static func split(_ text: String) -> [String] {
        text.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
    }
}
