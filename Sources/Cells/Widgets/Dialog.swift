/// A button of a dialog.
public struct DialogButton: Hashable, Sendable {
    /// Its word: a verb, not "OK".
    public var title: String
    /// Whether it does something that matters.
    public var isDanger: Bool

    /// A button.
    public init(_ title: String, isDanger: Bool = false) {
        self.title = title
        self.isDanger = isDanger
    }
}

/// A box in the middle of the screen: lines, perhaps a field to type in, buttons.
public struct Dialog: Hashable, Sendable {
    /// The title.
    public var title: String
    /// The lines; when they do not fit, `top` says which one is the first shown.
    public var lines: [RunLine]
    /// The first line shown.
    public var top: Int
    /// A field to type in, below the lines.
    public var prompt: Prompt?
    /// The buttons, from the left.
    public var buttons: [DialogButton]
    /// The button that has the focus; nil when the field has it.
    public var focus: Int?
    /// The columns it would like inside; at least 20 are tried.
    public var idealWidth: Int

    /// A dialog.
    public init(
        title: String,
        lines: [RunLine],
        top: Int = 0,
        prompt: Prompt? = nil,
        buttons: [DialogButton] = [],
        focus: Int? = 0,
        idealWidth: Int = 60,
    ) {
        self.title = title
        self.lines = lines
        self.top = top
        self.prompt = prompt
        self.buttons = buttons
        self.focus = focus
        self.idealWidth = idealWidth
    }

    /// Where the box stands in an area of this size.
    public func frame(in area: Rect) -> Rect {
        let width = min(area.width, max(20, idealWidth) + 4)
        let inner = max(1, width - 4)
        let text = lines.reduce(0) { $0 + $1.wrapped(columns: inner, atWords: true).count }
        let height = min(area.height, text + 2 + tail)
        return area.centred(width: width, height: height)
    }

    /// The rows below the lines: field and buttons, each with a blank before it.
    private var tail: Int { (prompt == nil ? 0 : 2) + (buttons.isEmpty ? 0 : 2) }

    /// Draws the dialog in the middle of an area. When the height is short the lines give way and
    /// can be scrolled; field and buttons stay.
    public func draw(on grid: inout CellGrid, in area: Rect) {
        let box = frame(in: area)
        guard !box.isEmpty else { return }
        grid.fill(box, role: .dialog)
        grid.showCursor(at: nil)
        grid.box(box, title: title, role: .frameFocus, titleRole: .dialogTitle)
        let edge = box.width >= 24 ? 2 : min(1, box.width / 3)
        let inner = box.inset(left: edge, top: 1, right: edge, bottom: 1)
        guard !inner.isEmpty else { return }
        var bottom = inner.maxY
        if !buttons.isEmpty {
            bottom -= 1
            drawButtons(on: &grid, in: inner.row(bottom - inner.y))
            if inner.height > tail { bottom -= 1 }
        }
        if let prompt, bottom > inner.y {
            bottom -= 1
            let row = inner.row(bottom - inner.y)
            prompt.draw(on: &grid, in: row)
            if focus != nil { grid.showCursor(at: nil) }
            if inner.height > tail { bottom -= 1 }
        }
        let pane = TextPane(lines: lines.map(dialogText), top: top, wraps: true, atWords: true)
        pane.draw(on: &grid, in: Rect(x: inner.x, y: inner.y, width: inner.width, height: bottom - inner.y))
    }

    /// Body text on a dialog is the dialog's.
    private func dialogText(_ line: RunLine) -> RunLine {
        RunLine(line.runs.map { TextRun($0.text, role: $0.role == .text ? .dialog : $0.role) })
    }

    private func drawButtons(on grid: inout CellGrid, in row: Rect) {
        let titles = buttons.map { "[ " + $0.title + " ]" }
        let texts = titles.map { SafeText($0, ascii: grid.glyphs == .ascii) }
        var gap = 4
        func total() -> Int { texts.reduce(0) { $0 + $1.width } + gap * (texts.count - 1) }
        while gap > 1, total() > row.width { gap -= 1 }
        var x = row.x + max(0, (row.width - total()) / 2)
        for (index, text) in texts.enumerated() {
            let isFocused = index == focus
            let role: Role = isFocused ? (buttons[index].isDanger ? .buttonDanger : .buttonFocus) : .button
            grid.put(text, at: Point(x: x, y: row.y), role: role, maxWidth: row.maxX - x)
            x += text.width + gap
        }
    }
}
