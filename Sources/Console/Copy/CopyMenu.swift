internal import Cells

/// What of the row under the cursor can be copied: each with a letter, taken as it was when the menu was opened.
struct CopyMenu: Sendable {
    /// A thing that can be copied.
    enum Thing: CaseIterable, Sendable {
        case aor, contact, source, raw, json, line, nftables, iptables, report

        /// The action that copies it.
        var action: ActionID {
            switch self {
            case .aor: .copyAOR
            case .contact: .copyContact
            case .source: .copySource
            case .raw: .copyRaw
            case .json: .copyJSON
            case .line: .copyLine
            case .nftables: .copyNftables
            case .iptables: .copyIptables
            case .report: .copyReport
            }
        }
    }

    /// A line of the menu; of a report the text is whose it would be.
    struct Item: Hashable, Sendable {
        var thing: Thing
        var text: String
    }

    var items: [Item]
    private(set) var selected = 0

    init(_ items: [Item]) { self.items = items }

    /// The line under the cursor.
    var choice: Item? { items.indices.contains(selected) ? items[selected] : nil }

    /// The line of an action; nil if that is not offered here.
    func item(_ id: ActionID) -> Item? { items.first { $0.thing.action == id } }

    /// Moves the cursor; false at the ends.
    mutating func move(by step: Int) -> Bool {
        let target = max(0, min(items.count - 1, selected + step))
        guard target != selected, !items.isEmpty else { return false }
        selected = target
        return true
    }

    private static let keyWidth = 4, nameWidth = 17

    /// Draws the box in the middle of an area.
    func draw(on grid: inout CellGrid, in area: Rect, keys: KeyMap) {
        let ascii = grid.glyphs == .ascii
        let texts = items.map { SafeText(Self.sample($0), ascii: ascii) }
        let wanted = Self.keyWidth + Self.nameWidth + 6 + (texts.map(\.width).max() ?? 0)
        let width = min(area.width, max(36, min(100, wanted)))
        let height = min(area.height, items.count + 2)
        let box = area.centred(width: width, height: height)
        grid.fill(box, role: .dialog)
        grid.box(box, title: "COPY", role: .frameFocus, titleRole: .dialogTitle)
        let inner = box.inset(left: 1, top: 1, right: 1, bottom: 1)
        let top = max(0, min(selected - inner.height / 2, items.count - inner.height))
        for (line, item) in items.enumerated().dropFirst(top).prefix(inner.height) {
            let row = inner.row(line - top)
            if line == selected { grid.set(grid.glyphs.cursor, at: row.origin, role: .dialog) }
            let action = keys.row(item.thing.action)
            let key = row.inset(left: 2)
            grid.put(keys.key(item.thing.action), at: key.origin, role: .hintKey, maxWidth: Self.keyWidth)
            let name = key.inset(left: Self.keyWidth)
            grid.put(action?.label ?? "", at: name.origin, role: .textStrong, maxWidth: Self.nameWidth)
            let text = name.inset(left: Self.nameWidth, right: 1)
            grid.put(texts[line].fitted(to: max(0, text.width)), at: text.origin, role: .dialog)
            if line == selected { grid.overlay(row, role: .rowCursor) }
        }
    }

    /// The text, or what there is of it: `REGISTER sip:example.test SIP/2.0 .. (612 bytes)`.
    private static func sample(_ item: Item) -> String {
        guard item.thing != .report else { return "of \(item.text), for a ticket" }
        let first = item.text.prefix { $0 != "\n" }
        guard first.utf8.count < item.text.utf8.count else { return item.text }
        return "\(TimeText.count(item.text.utf8.count)) bytes: \(first)"
    }
}
