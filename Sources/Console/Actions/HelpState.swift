internal import Cells

/// The list of all keys: typed letters search it, Enter does what is selected.
struct HelpState: Sendable {
    /// A line of the list.
    enum Line: Sendable {
        case section(String)
        case action(Action)
        case text(String, String)

        var isAction: Bool { if case .action = self { true } else { false } }
    }

    /// The keys that it tells.
    var keys = KeyMap.standard
    var search = LineEditor("", limit: 40)
    /// Which of the actions shown is selected.
    var selected = 0

    /// The lines for a screen: what works here, everywhere, how to move, how filters are written, and what
    /// works elsewhere.
    func lines(at place: Places) -> [Line] {
        let words = search.text.lowercased().split(separator: " ")
        func matches(_ text: String) -> Bool { words.allSatisfy { text.lowercased().contains($0) } }
        var lines: [Line] = []
        let all = keys.actions.filter { !$0.places.isDisjoint(with: .screens) }
        // A key that is typed just so is what was meant, here before elsewhere.
        let typed = Key(search.text.trimmed)
        let meant = all.filter { action in typed.map { action.keys.contains($0) } ?? false }
        let here = meant.filter { $0.places.contains(place) } + meant.filter { !$0.places.contains(place) }
        let exact = Set(here.map(\.id))
        if !here.isEmpty { lines += [.section("KEY \(search.text.trimmed)")] + here.map { .action($0) } }
        func add(_ title: String, _ actions: [Action]) {
            let kept = actions.filter { matches(Self.words($0)) && !exact.contains($0.id) }
            if !kept.isEmpty { lines += [.section(title)] + kept.map { .action($0) } }
        }
        let moves: Set<ActionID> = [
            .up, .down, .pageUp, .pageDown, .halfUp, .halfDown, .first, .firstRow, .last,
        ]
        func isEverywhere(_ action: Action) -> Bool { action.places.isSuperset(of: .screens) }
        add("HERE", all.filter { $0.places.contains(place) && !isEverywhere($0) && !moves.contains($0.id) })
        add("EVERYWHERE", all.filter { isEverywhere($0) && !moves.contains($0.id) })
        add("MOVE", all.filter { moves.contains($0.id) && $0.places.contains(place) })
        let examples = Self.filterExamples.filter { matches("\($0.0) \($0.1)") }
        if !examples.isEmpty { lines += [.section("FILTER WORDS")] + examples.map { .text($0.0, $0.1) } }
        let states = StateWords.table.filter { matches("\($0.word) \($0.sentence)") }
        if !states.isEmpty {
            lines += [.section("WHAT ST SAYS OF A BINDING")] + states.map { .text($0.word, $0.sentence) }
        }
        add("ON OTHER SCREENS", all.filter { !$0.places.contains(place) && !moves.contains($0.id) })
        return lines
    }

    private static let filterExamples: [(String, String)] = [
        ("alice", "any column has it"), ("aor~^44", "a field matches a pattern"),
        ("ip:10.0.0.0/8", "a network"), ("exp<60  age>1h  try>=2", "numbers and lengths of time"),
        ("at>14:03  since:10m", "moments: of today, so long ago, today, 2026-11-25"),
        ("st:LATE  result:PASSWD", "a state, a verdict"), ("raw:friendly", "on Attempts: in the messages"),
        ("beat:missed  lint:any", "past its own rhythm; what is wrong with a device"),
        ("class:attack  -ip:10.0.0.0/8", "on Security: what it looks like"),
        ("ua~zoiper or nat:yes", "or; a space means and"), ("!x  -x  ( )", "not; groups"),
        ("@late", "a filter by its name; :save keeps one"),
    ]

    /// What a search looks through: keys, words, and the action's own name.
    private static func words(_ action: Action) -> String {
        "\(keys(action)) \(action.help) \(action.label) \(action.id.settingName)"
    }

    /// The keys of an action: `X`, `/ F3 F4`.
    static func keys(_ action: Action) -> String { action.keys.map(\.description).joined(separator: " ") }

    private func actions(at place: Places) -> [Action] {
        lines(at: place).compactMap { line in
            if case .action(let action) = line { action } else { nil }
        }
    }

    /// The action that Enter does.
    func selectedAction(at place: Places) -> Action? {
        let all = actions(at: place)
        return all.isEmpty ? nil : all[min(selected, all.count - 1)]
    }

    mutating func move(by step: Int, at place: Places) {
        selected = max(0, min(actions(at: place).count - 1, selected + step))
    }

    /// Puts the cursor on an action.
    mutating func select(_ index: Int) { selected = max(0, index) }

    /// Draws the list over an area.
    func draw(on grid: inout CellGrid, in area: Rect, at place: Places) {
        grid.fill(area, role: .text)
        let name = Places.names.first { $0.place == place }?.name.uppercased() ?? ""
        grid.box(area, title: "KEYS - \(name)", role: .frameFocus, titleRole: .frameTitle)
        let inner = area.inset(left: 2, top: 1, right: 2, bottom: 1)
        let all = rows(at: place, width: inner.width)
        let at = all.firstIndex { $0.isSelected } ?? 0
        let top = max(0, min(at - inner.height / 2, all.count - inner.height))
        grid.mark(area, as: .list(0))
        for (index, row) in all.dropFirst(top).prefix(inner.height).enumerated() {
            if let number = row.number { grid.mark(inner.row(index), as: .row(number, of: 0)) }
            draw(row, on: &grid, in: inner.row(index))
        }
        if all.isEmpty {
            grid.put(
                "Nothing matches \"\(search.text)\".",
                at: inner.origin,
                role: .textDim,
                maxWidth: inner.width
            )
        }
        let bar = ScrollBar(first: top, shown: inner.height, total: all.count)
        bar.draw(on: &grid, in: Rect(x: area.maxX - 1, y: inner.y, width: 1, height: inner.height))
    }

    /// A row of the screen: a line, or what of it has no room in one.
    private struct Row {
        var title = "", keys = "", words = ""
        var role = Role.text
        /// The place of its action among all of them.
        var number: Int?
        var isSelected = false
        /// The first of its line.
        var isFirst = true
    }

    private static func keyWidth(in width: Int) -> Int { width >= 60 ? 20 : 12 }

    /// The lines broken for a width: those of words, which nobody can select, and the one that is selected, to be read
    /// whole.
    private func rows(at place: Places, width: Int) -> [Row] {
        let chosen = selectedAction(at: place)?.id
        let room = max(1, width - Self.keyWidth(in: width) - 3)
        var number = 0
        func broken(_ row: Row, isWhole: Bool) -> [Row] {
            guard isWhole else { return [row] }
            return RunLine(row.words, role: row.role).wrapped(columns: room, atWords: true).enumerated().map {
                index,
                line in
                var part = row
                (part.words, part.isFirst) = (line.runs.map(\.text.string).joined().trimmed, index == 0)
                if index > 0 { part.keys = "" }
                return part
            }
        }
        return lines(at: place).flatMap { line -> [Row] in
            switch line {
            case .section(let title): return [Row(title: title)]
            case .text(let keys, let words):
                return broken(Row(keys: keys, words: words, role: .textDim), isWhole: true)
            case .action(let action):
                defer { number += 1 }
                let row = Row(
                    keys: Self.keys(action),
                    words: action.help,
                    number: number,
                    isSelected: action.id == chosen
                )
                return broken(row, isWhole: row.isSelected)
            }
        }
    }

    private func draw(_ line: Row, on grid: inout CellGrid, in row: Rect) {
        guard line.title.isEmpty else {
            grid.put(line.title, at: row.origin, role: .frameTitle, maxWidth: row.width)
            return
        }
        let keyWidth = Self.keyWidth(in: row.width)
        let key = row.inset(left: 2)
        let text = row.inset(left: keyWidth + 3)
        let ascii = grid.glyphs == .ascii
        grid.put(SafeText(line.keys, ascii: ascii).fitted(to: keyWidth), at: key.origin, role: .hintKey)
        grid.put(SafeText(line.words, ascii: ascii).fitted(to: text.width), at: text.origin, role: line.role)
        guard line.isSelected else { return }
        if line.isFirst { grid.set(grid.glyphs.cursor, at: row.origin, role: .text) }
        grid.overlay(row, role: .rowCursor)
    }
}
