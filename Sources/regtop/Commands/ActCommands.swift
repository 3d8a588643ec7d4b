import ArgumentParser
import Host

/// What expire and evict have in common.
struct ActOptions: ParsableArguments {
    @Argument(help: "Addresses of record (user@domain, or a user if only one is known), or bindings' ids.")
    var names: [String] = []

    @Option(help: "All bindings that pass this filter, instead of names.")
    var filter: String?

    @Option(help: "Why, for the audit trail.")
    var reason = ""

    @Option(help: "So many bindings a second, 1 to 10000, so that phones do not all come back at once.")
    var rate: Int?

    @Flag(name: [.customShort("n"), .long], help: "Say what would be hit, and do nothing.")
    var dryRun = false

    @Flag(name: [.customShort("y"), .long], help: "Do not ask.")
    var yes = false

    @Flag(help: "One JSON object a line, a header first.")
    var json = false

    @OptionGroup var registrar: ControlOptions

    func script(isEvict: Bool) throws -> ActScript {
        guard names.isEmpty != (filter == nil) else {
            throw HostError("name addresses of record, or give --filter: one of the two", exitCode: 2)
        }
        if let rate, !(1...ActScript.mostPerSecond).contains(rate) {
            throw HostError("--rate \(rate): from 1 to \(ActScript.mostPerSecond) a second", exitCode: 2)
        }
        var script = ActScript(isEvict: isEvict)
        script.rate = rate
        (script.names, script.filter, script.reason) = (names, filter, reason)
        (script.isDryRun, script.isConfirmed, script.isJSON) = (dryRun, yes, json)
        return script
    }
}

/// Lets bindings reach their end now.
struct ExpireCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire",
        abstract: "Let bindings end now, as if their time had run out.",
    )

    @OptionGroup var act: ActOptions

    func run() throws {
        let script = try act.script(isEvict: false)
        try script.run(act.registrar.script(), asking: TerminalQuestioner())
    }
}

/// Takes bindings away.
struct EvictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evict",
        abstract: "Take bindings away; with --block the phone is refused for a time.",
        discussion: """
            Says first what it hits and who can no longer be called, and asks. More than 10 bindings, or --filter: \
            the number is to be typed. Without a terminal it needs --yes, or ends with 4 and does nothing. \
            With --rate the registrar does it a few at a time and goes on if this command is ended; Ctrl-C aborts \
            it, and `regtop abort` does from elsewhere.
            """,
    )

    @OptionGroup var act: ActOptions

    @Option(help: "Refuse the addresses of record so long: 90s, 15m, 2h, 1d.")
    var block: String?

    func run() throws { try evict().run(act.registrar.script(), asking: TerminalQuestioner()) }

    func evict() throws -> ActScript {
        var script = try act.script(isEvict: true)
        script.refuseFor = try block.map { try WrittenTime.length($0, option: "--block") }
        return script
    }
}

/// What acts without a list of targets have in common.
struct OperationOptions: ParsableArguments {
    @Option(help: "Why, for the audit trail.")
    var reason = ""

    @Flag(name: [.customShort("n"), .long], help: "Say whether it would be done, and do nothing.")
    var dryRun = false

    @Flag(help: "One JSON object a line, a header first.")
    var json = false

    @OptionGroup var registrar: ControlOptions

    func run(_ act: OperationScript.Act) throws {
        var script = OperationScript(act)
        (script.reason, script.isDryRun, script.isJSON) = (reason, dryRun, json)
        try script.run(registrar.script())
    }
}

/// Refuses addresses of record or sources.
struct BlockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block",
        abstract:
            "Refuse addresses of record (user@domain) or sources (an IP address); alone: list the blocks.",
    )

    @Argument(
        help: """
            user@domain or an IP address, with aor: or ip: before it if wanted; a user alone if only one is \
            known; without any the blocks in force are listed.
            """
    )
    var subjects: [String] = []

    @Option(name: .customLong("for"), help: "So long: 90s, 15m, 2h, 1d. Default: until it is lifted.")
    var length: String?

    @OptionGroup var options: OperationOptions

    func run() throws { try options.run(act()) }

    func act() throws -> OperationScript.Act {
        guard !subjects.isEmpty else { return .blocks }
        return .block(subjects, for: try length.map { try WrittenTime.length($0, option: "--for") })
    }
}

/// Lifts a block.
struct UnblockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "unblock", abstract: "Lift a block.")

    @Argument(help: "user@domain or an IP address, as block takes it.")
    var subject: String

    @OptionGroup var options: OperationOptions

    func run() throws { try options.run(.unblock(subject)) }
}

/// Puts back what an act took.
struct UndoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract:
            "Put back what an act took; its number is what the act printed. Alone: list what can be undone.",
    )

    @Argument(help: "Numbers of the acts; without any, what can be undone is listed.")
    var numbers: [UInt64] = []

    @Flag(name: [.customShort("y"), .long], help: "Without numbers: undo your own last act.")
    var yes = false

    @OptionGroup var options: OperationOptions

    func run() throws { try options.run(act()) }

    func act() throws -> OperationScript.Act {
        guard !yes || numbers.isEmpty else {
            throw HostError("--yes undoes your last act, and takes no numbers", exitCode: 2)
        }
        return numbers.isEmpty ? .undoable(undoesLast: yes) : .undo(numbers)
    }
}

/// Ends an act that is done a few bindings at a time.
struct AbortCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort",
        abstract:
            "End an evict or expire that was begun with --rate; what it has done stays, and can be undone.",
    )

    @Argument(help: "Number of the act; without it whichever is under way.")
    var number: UInt64?

    @OptionGroup var options: OperationOptions

    func run() throws { try options.run(.abort(number)) }
}

/// Turns newcomers away ahead of maintenance.
struct DrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract:
            "Turn newcomers away with 503 and Retry-After ahead of maintenance; who is registered stays so.",
    )

    /// What is wanted.
    enum Wish: String, ExpressibleByArgument, CaseIterable { case on, off, status }

    @Argument(help: "on, off or status.")
    var wish = Wish.status

    @Option(name: .customLong("for"), help: "So long: 90s, 15m, 2h, 1d. Default: until it is lifted.")
    var length: String?

    @OptionGroup var options: OperationOptions

    func run() throws { try options.run(act()) }

    func act() throws -> OperationScript.Act {
        guard length == nil || wish == .on else {
            throw HostError("--for belongs to `drain on`", exitCode: 2)
        }
        return switch wish {
        case .on: .drain(true, for: try length.map { try WrittenTime.length($0, option: "--for") })
        case .off: .drain(false, for: nil)
        case .status: .drainStatus
        }
    }
}

/// Has the settings read anew.
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Have the running registrar read settings and accounts anew, and say what has changed.",
    )

    @Flag(help: "A JSON object.")
    var json = false

    @OptionGroup var registrar: ControlOptions

    func run() throws {
        var script = OperationScript(.reload)
        script.isJSON = json
        try script.run(registrar.script())
    }
}
