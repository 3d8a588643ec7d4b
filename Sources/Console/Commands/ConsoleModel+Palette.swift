internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// What the palette lists: commands, what the screen's keys do, and what was seen that a command could be about.
extension ConsoleModel {
    /// The lines for what is typed, the best first.
    func paletteEntries(_ typed: CommandLine, at now: ClockReading) -> [PaletteEntry] {
        if typed.isInArgument {
            guard let command = typed.command else { return [] }
            return values(for: command, typed.words.argument, at: now)
        }
        return PaletteEntry.best(namedEntries(at: now), for: typed.words.name)
    }

    /// How many lines there are while nothing is typed.
    func paletteCount(at now: ClockReading) -> Int { namedEntries(at: now).count }

    /// Commands, then the actions that can be done here and now and are no command.
    private func namedEntries(at now: ClockReading) -> [PaletteEntry] {
        let commands = Command.table.map { command in
            PaletteEntry(
                kind: .command(command),
                name: command.name.rawValue,
                argument: command.argument,
                help: command.help,
                keys: command.action.flatMap { keys.row($0) }.map { HelpState.keys($0) } ?? ""
            )
        }
        let actions = keys.actions(at: screen.place).filter { action in
            !Self.unlisted.contains(action.id) && Command.named(action.id.settingName) == nil
                && obstacle(to: action.id, at: now) == nil
        }
        return commands
            + actions.map { action in
                PaletteEntry(
                    kind: .action(action.id),
                    name: action.id.settingName,
                    help: action.help,
                    keys: HelpState.keys(action)
                )
            }
    }

    /// What makes no sense as a command: moves, what opens or leaves the palette itself.
    private static let unlisted: Set<ActionID> = [
        .up, .down, .pageUp, .pageDown, .halfUp, .halfDown, .first, .firstRow, .last, .command, .leave,
        .detail,
        .quit,
    ]

    // MARK: What stands behind a command

    private func values(for command: Command, _ typed: String, at now: ClockReading) -> [PaletteEntry] {
        let all: [(String, String)] =
            switch command.values {
            case .none: []
            case .aor: seenAORs.map { ($0, "") }
            case .rows: rowValues + seenAORs.map { ($0, "") }
            case .subject: seenAORs.map { ($0, "") } + seenSources.map { ($0, "source") }
            case .blocked: blockedValues
            case .filter: filterValues(typed)
            case .moment: momentValues(at: now)
            case .column: columnValues(typed)
            case .columns: columnsValues(typed)
            case .theme: settings.themes.map { ($0.name, $0.summary) }
            case .view: StartView.allCases.map { ($0.rawValue, "") }
            case .setting: settingValues(typed)
            }
        let entries = all.map { PaletteEntry(kind: .value($0.0), name: $0.0, help: $0.1) }
        return Array(Self.matching(entries, typed).prefix(200))
    }

    /// Those that begin so, then those that contain it.
    private static func matching(_ entries: [PaletteEntry], _ typed: String) -> [PaletteEntry] {
        guard !typed.isEmpty else { return entries }
        let typed = typed.lowercased()
        let (first, rest) = (
            entries.filter { $0.name.lowercased().hasPrefix(typed) },
            entries.filter { !$0.name.lowercased().hasPrefix(typed) }
        )
        return first + rest.filter { $0.name.lowercased().contains(typed) }
    }

    /// Addresses of record on the lists that were looked at, each once.
    var seenAORs: [String] {
        var seen: Set<String> = []
        let all =
            [actRow?.aor, ladder.detail?.row.aor].compactMap { $0 } + bindings.entries.map(\.row.aor)
            + attempts.entries.map(\.row.aor)
        return all.filter { !$0.isEmpty && seen.insert($0).inserted }
    }

    /// Addresses that something came from, each once.
    private var seenSources: [String] {
        var seen: Set<String> = []
        let all =
            attempts.entries.map { "\($0.row.path.source.address)" }
            + bindings.entries.map { "\($0.row.binding.facts.path.source.address)" }
        return all.filter { seen.insert($0).inserted }
    }

    /// Who is blocked, as the list of blocks last told.
    private var blockedValues: [(String, String)] {
        blocks.entries.filter { $0.departure == nil }.map { ($0.row.subject.text, $0.row.reason) }
    }

    private var rowValues: [(String, String)] {
        var values: [(String, String)] = []
        if !marks.isEmpty || marks.all != nil { values.append(("@mark", "the marked rows")) }
        if !bindingsFilter.text.isEmpty {
            values.append(("@filter", "all that match \(bindingsFilter.text)"))
        }
        return values
    }

    /// What the word at the end could become, and filters that were kept.
    private func filterValues(_ typed: String) -> [(String, String)] {
        var values: [(String, String)] = []
        let state = currentFilter
        let scalars = Array(typed.unicodeScalars)
        let completion = FilterCompletion(scalars[...], subject: screen.filtered, named: preferences.filters)
        let head = String(String.UnicodeScalarView(scalars.prefix(completion.start)))
        if !typed.isEmpty { values += completion.candidates.prefix(8).map { (head + $0.text, "") } }
        let known = Set(values.map(\.0))
        values += preferences.filters.sorted { $0.key < $1.key }
            .map { ("@\($0.key)", $0.value) }.filter { !known.contains($0.0) }
        values += state.history.reversed().map { ($0, "used before") }
        return values
    }

    private func momentValues(at now: ClockReading) -> [(String, String)] {
        let minute = LocalClock(now: now, utcOffset: utcOffset).minuteNow
        return [
            ("-10m", "ten minutes ago"), ("-1h", "an hour ago"), ("-2h", "two hours ago"),
            ("-1d", "a day ago"),
            (minute, "a time of today, or of yesterday"),
        ]
    }

    private func columnValues(_ typed: String) -> [(String, String)] {
        BindingColumns.sortable.flatMap { column -> [(String, String)] in
            let name = BindingColumns.field(column)
            let both = [(name, BindingColumns.remark(column)), ("\(name) desc", "the other way round")]
            return typed.hasPrefix(name) ? both : [both[0]]
        }
    }

    /// Names behind those that are typed already.
    private func columnsValues(_ typed: String) -> [(String, String)] {
        let done = typed.lastIndex(of: ",").map { String(typed[...$0]) } ?? ""
        let used = Set(done.split(separator: ",").map(String.init))
        let names = BindingColumns.names.filter { !used.contains($0) }
        let all = names.map { ("\(done)\($0)", BindingColumns.words($0).remark) }
        return done.isEmpty ? [("auto", "those that fit")] + all : all
    }

    private func settingValues(_ typed: String) -> [(String, String)] {
        let name = typed.prefix { $0 != " " }
        guard let setting = ConsoleSetting(rawValue: String(name)), typed.contains(" ") || typed == name
        else {
            return ConsoleSetting.allCases.map { ($0.rawValue, $0.help) }
        }
        return values(of: setting).map { value in
            ("\(name) \(value)", value == self.value(of: setting) ? "as it is now" : setting.help)
        }
    }
}
