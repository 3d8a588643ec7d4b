internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import SIPMessage
internal import Timing

/// What commands with something behind them do. Those that act open the form that asks, and nothing else.
extension ConsoleModel {
    // MARK: Lists

    /// `:filter EXPR` on the list of the screen, or on Bindings where the screen has none.
    mutating func filter(_ text: String) -> [ConsoleEffect] {
        if !keys.actions(at: screen.place).contains(where: { $0.id == .filter }) { show(.bindings) }
        let text = text.trimmed
        do throws(FilterError) {
            var state = currentFilter
            try state.set(text, for: screen.filtered, named: preferences.filters)
            setFilterState { $0 = state }
        } catch {
            message = .error("\(text): \(error).")
            return []
        }
        setFilterState { $0.remember() }
        filterBeforeProblems = nil
        filterChanged()
        return []
    }

    /// `:sort COLUMN [desc]`
    mutating func sort(_ argument: String) -> [ConsoleEffect] {
        let words = argument.lowercased().split(separator: " ").map(String.init)
        let directions = ["asc": false, "desc": true]
        guard let name = words.first, let column = BindingFields.column(name), words.count <= 2,
            let descending = words.count == 2 ? directions[words[1]] : false
        else {
            let names = BindingFields.sortable.joined(separator: ", ")
            message = .error(":sort takes a column, and desc for the other way round; columns are \(names).")
            return []
        }
        if screen != .bindings { show(.bindings) }
        setOrder(BindingOrder(column: column, descending: descending))
        return []
    }

    /// `:view NAME`
    mutating func show(view name: String) -> [ConsoleEffect] {
        guard let view = StartView(rawValue: name.lowercased()) else {
            let names = StartView.allCases.map(\.rawValue).joined(separator: ", ")
            message = .error("There is no view \(name); views are \(names).")
            return []
        }
        show(Screen(view))
        return []
    }

    // MARK: Choices

    /// `:columns NAME,NAME` or `:columns auto`
    mutating func choose(columns argument: String, at now: ClockReading) -> [ConsoleEffect] {
        let words = argument.lowercased().split { ", ".contains($0) }.map(String.init)
        if words == ["auto"] || words == ["automatic"] { return setColumns([], at: now) }
        if let unknown = words.first(where: { BindingColumns.name($0) == nil }) {
            let names = BindingColumns.names.joined(separator: ", ")
            message = .error("There is no column \(unknown); columns are \(names), or auto.")
            return []
        }
        return setColumns(BindingColumns.known(words), at: now)
    }

    /// `:set NAME VALUE`
    mutating func choose(_ name: Substring, _ value: String, at now: ClockReading) -> [ConsoleEffect] {
        guard let setting = ConsoleSetting(rawValue: name.lowercased()) else {
            let names = ConsoleSetting.allCases.map(\.rawValue).joined(separator: ", ")
            message = .error("There is no setting \(name); settings are \(names).")
            return []
        }
        return choose(setting, value, at: now)
    }

    /// Sets a setting to a value as typed; without a value says what it is.
    mutating func choose(_ setting: ConsoleSetting, _ typed: String, at now: ClockReading) -> [ConsoleEffect]
    {
        if setting == .columns, !typed.isEmpty { return choose(columns: typed, at: now) }
        let all = values(of: setting)
        if typed.isEmpty {
            message = .info("\(setting.rawValue) is \(value(of: setting)).", at: now.timestamp)
            return []
        }
        guard let value = all.first(where: { $0.lowercased() == typed.lowercased() }) else {
            message = .error("\(setting.rawValue) takes \(all.joined(separator: ", ")); not \(typed).")
            return []
        }
        message = .done("\(setting.title): \(value).", at: now.timestamp)
        return set(setting, to: value)
    }

    // MARK: Acts

    /// `:evict AOR`, `:evict @mark`, `:evict @filter`: opens the dialog for what is named, wherever the console is.
    mutating func ask(_ kind: ActPlan.Kind, _ argument: String, at now: ClockReading) -> [ConsoleEffect] {
        if let obstacle = obstacleToOperate(kind == .evict ? .evict : .expire, at: now) {
            message = .warning(obstacle)
            return []
        }
        switch argument {
        case "@mark":
            guard !marks.isEmpty || marks.all != nil else {
                message = .warning("Nothing is marked: \(keys.key(.mark)) on Bindings marks a row.")
                return []
            }
            if let filter = marks.all { return openAct(kind, matching: filter) }
            return openAct(kind, on: marks.sorted)
        case "@filter":
            guard let filter = effective(bindingsFilter, for: .bindings) else {
                message = .warning("No filter is on in Bindings: \(keys.key(.filter)) there filters.")
                return []
            }
            return openAct(kind, matching: filter)
        default:
            guard let text = bindingsFilter(for: argument) else { return [] }
            do throws(FilterError) {
                return openAct(kind, matching: try Filter(text, for: .bindings))
            } catch {
                message = .error("\(argument) is no address of record: \(error).")
                return []
            }
        }
    }

    /// What finds the bindings of whom a word names; says what to do instead for a source.
    private mutating func bindingsFilter(for word: String) -> String? {
        let written = seenAORs.contains(word) ? nil : try? WrittenSubject(word)
        switch written {
        case .subject(.aor(let aor)): return Self.aorFilter(BindingColumns.text(aor))
        // Without a domain it is a user.
        case .user(let user): return Self.userFilter(user)
        case .subject(.source(let address)):
            message = .error("\(address) is a source: filter ip:\(address) on Bindings, then @filter here.")
            return nil
        case nil: return word.contains("@") ? Self.aorFilter(Self.canonical(word)) : Self.userFilter(word)
        }
    }

    private static func userFilter(_ user: String) -> String {
        "user" + aorFilter(user).dropFirst("aor".count)
    }

    /// Opens the dialog for all that a filter matches.
    private mutating func openAct(_ kind: ActPlan.Kind, matching filter: Filter) -> [ConsoleEffect] {
        let serial = link.nextSerial()
        let plan = ActPlan(kind: kind, aim: .matching(filter), seen: [], preview: nil, serial: serial)
        layer = .form(actForm(plan))
        return [
            .send(.previewMatching(filter, command(plan.verb(on: [], option: 0)), serial: serial))
        ]
    }

    /// `:block AOR` or `:block ADDRESS`: opens the dialog for it.
    mutating func askBlock(_ argument: String, at now: ClockReading) -> [ConsoleEffect] {
        guard let subject = subject(argument, of: .block, at: now) else { return [] }
        return openBlock(on: subject)
    }

    /// `:unblock AOR` or `:unblock ADDRESS`: opens the dialog that lifts its block.
    mutating func askUnblock(_ argument: String, at now: ClockReading) -> [ConsoleEffect] {
        guard let subject = subject(argument, of: .unblock, at: now) else { return [] }
        let known = blocks.entries.first { $0.row.subject == subject && $0.departure == nil }
        layer = .form(unblockForm(subject, known?.row))
        return []
    }

    /// Whom a word names; says why it names nobody. An address of record that was seen is taken as it stands; of a user
    /// without a domain the one address of record that was seen is meant.
    private mutating func subject(_ word: String, of id: ActionID, at now: ClockReading) -> BlockSubject? {
        if let obstacle = obstacleToOperate(id, at: now) {
            message = .warning(obstacle)
            return nil
        }
        let seen = seenAORs
        if word.contains("@"), seen.contains(word) { return .aor(Array(word.utf8)) }
        do throws(WrittenSubject.Fault) {
            switch try WrittenSubject(word) {
            case .subject(let subject): return subject
            case .user(let user):
                let meant = seen.filter { $0.hasPrefix("\(user)@") }.sorted()
                if meant.count == 1, let only = meant.first { return .aor(Array(only.utf8)) }
                let which = meant.isEmpty ? "user@domain" : meant.prefix(4).joined(separator: " or ")
                message = .error("\(word): whose user is it? Write \(which).")
            }
        } catch {
            message = .error("\(error.sentence).")
        }
        return nil
    }

    /// An address of record as rows have it: no scheme, and the domain in lower case.
    private static func canonical(_ text: String) -> String {
        var rest = text[...]
        for scheme in ["sip:", "sips:"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
        }
        guard let at = rest.lastIndex(of: "@") else { return String(rest) }
        return rest[...at] + rest[rest.index(after: at)...].lowercased()
    }
}
