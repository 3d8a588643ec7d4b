internal import Cells

/// Draws a form: text that scrolls when it is long, then choices, fields and buttons, which always stay.
struct FormBox {
    let form: Form
    let lines: [RunLine]
    let title: String

    init(_ form: Form, lines: [RunLine], title: String) {
        self.form = form
        self.lines = lines
        self.title = title
    }

    /// Where the parts stand in an area, and the text broken for it.
    private struct Layout {
        var box: Rect
        var body: Rect
        var foot: Rect
        var text: [RunLine]
    }

    private func layout(in area: Rect) -> Layout {
        let width = min(area.width, 78)
        let edge = width >= 60 ? 2 : 1
        let inner = max(1, width - 2 - 2 * edge)
        func broken(_ columns: Int) -> [RunLine] {
            lines.flatMap { $0.wordWrapped(columns: max(1, columns)) }
        }
        let foot = footHeight
        let gap = area.height < 16 ? 0 : 1
        var text = broken(inner)
        let height = min(area.height, text.count + foot + 2 + gap)
        if text.count > height - foot - 2 - gap { text = broken(inner - 2) }
        let box = area.centred(width: width, height: height)
        let content = box.inset(left: 1 + edge, top: 1, right: 1 + edge, bottom: 1)
        return Layout(
            box: box,
            body: content.inset(bottom: min(content.height, foot + gap)),
            foot: content.inset(top: max(0, content.height - foot)),
            text: text
        )
    }

    /// The highest first line that still fills the box.
    func maximumTop(in area: Rect) -> Int {
        let layout = layout(in: area)
        return max(0, layout.text.count - layout.body.height)
    }

    func draw(on grid: inout CellGrid, in area: Rect) {
        let layout = layout(in: area)
        grid.fill(layout.box, role: .dialog)
        grid.showCursor(at: nil)
        grid.box(layout.box, title: title, role: .frameFocus, titleRole: .dialogTitle)
        grid.mark(layout.box, as: .text)
        TextPane(lines: layout.text.map(Self.onDialog), top: form.top).draw(on: &grid, in: layout.body)
        drawFoot(on: &grid, in: layout.foot)
    }

    /// Rows below the text: each choice, the fields, a complaint, the buttons.
    private var footHeight: Int {
        let fields = [
            form.name != nil, form.rate != nil, form.reason != nil, form.expectedCount != nil,
            !form.complaint.isEmpty,
        ]
        return form.choices.count + fields.count { $0 } + 1
    }

    private func drawFoot(on grid: inout CellGrid, in rect: Rect) {
        var row = 0
        for index in form.choices.indices {
            drawChoice(index, on: &grid, in: rect.row(row))
            row += 1
        }
        if let name = form.name {
            drawField("File  ", name, hasFocus: form.focus == .name, on: &grid, in: rect.row(row))
            row += 1
        }
        if let rate = form.rate {
            let isSet = !rate.isEmpty || form.focus == .rate
            drawField(
                rect.width < 50 ? "Per second: " : "Bindings a second: ",
                rate,
                ghost: isSet ? "" : "all at once",
                hasFocus: form.focus == .rate,
                on: &grid,
                in: rect.row(row)
            )
            row += 1
        }
        if let reason = form.reason {
            drawField(
                rect.width < 50 ? "Reason: " : "Reason, for the audit: ",
                reason,
                hasFocus: form.focus == .reason,
                on: &grid,
                in: rect.row(row)
            )
            grid.mark(rect.row(row), as: .field(0))
            row += 1
        }
        if let count = form.expectedCount {
            let label = "Type \(count) to go on: "
            drawField(label, form.count, hasFocus: form.focus == .count, on: &grid, in: rect.row(row))
            grid.mark(rect.row(row), as: .field(1))
            row += 1
        }
        if !form.complaint.isEmpty {
            let line = rect.row(row)
            grid.put(form.complaint, at: line.origin, role: .toastError, maxWidth: line.width)
            row += 1
        }
        drawButtons(on: &grid, in: rect.row(row))
    }

    /// `The phone  (*) may return at once  ( ) refused 1 m`; the chosen one alone where not all fit.
    private func drawChoice(_ index: Int, on grid: inout CellGrid, in row: Rect) {
        let choice = form.choices[index]
        let hasFocus = form.focus == .choice(index)
        let ascii = grid.glyphs == .ascii
        let texts = choice.options.enumerated().map { "\($0 == choice.selected ? "(*)" : "( )") \($1)" }
        let label = "\(choice.label)  "
        let all = label + texts.joined(separator: "  ")
        var x = row.x + grid.put(label, at: row.origin, role: .textDim, maxWidth: row.width)
        if SafeText(all, ascii: ascii).width <= row.width {
            for (option, text) in texts.enumerated() {
                let isChosen = option == choice.selected
                let role: Role = isChosen ? (hasFocus ? .buttonFocus : .textStrong) : .dialog
                let width = grid.put(text, at: Point(x: x, y: row.y), role: role)
                grid.mark(Rect(x: x, y: row.y, width: width, height: 1), as: .option(option, of: index))
                x += width + 2
            }
        } else {
            let chosen =
                choice.options.indices.contains(choice.selected) ? choice.options[choice.selected] : ""
            let text = SafeText("< \(chosen) >", ascii: ascii).fitted(to: max(0, row.maxX - x))
            grid.put(text, at: Point(x: x, y: row.y), role: hasFocus ? .buttonFocus : .textStrong)
            // One is seen at a time: a click goes on to the next, round and round.
            let next = (choice.selected + 1) % max(1, choice.options.count)
            grid.mark(Rect(x: x, y: row.y, width: text.width, height: 1), as: .option(next, of: index))
        }
    }

    private func drawField(
        _ label: String,
        _ line: LineEditor,
        ghost: String = "Tab to type",
        hasFocus: Bool,
        on grid: inout CellGrid,
        in row: Rect,
    ) {
        Prompt(label: label, line: line, ghost: hasFocus || !line.isEmpty ? "" : ghost).draw(
            on: &grid,
            in: row
        )
        if !hasFocus { grid.showCursor(at: nil) }
    }

    private func drawButtons(on grid: inout CellGrid, in row: Rect) {
        let texts = form.buttons.map { SafeText("[ \($0.title) ]", ascii: grid.glyphs == .ascii) }
        let gap = texts.reduce(0) { $0 + $1.width } + 4 * (texts.count - 1) <= row.width ? 4 : 1
        let total = texts.reduce(0) { $0 + $1.width } + gap * (texts.count - 1)
        var x = row.x + max(0, (row.width - total) / 2)
        for (index, text) in texts.enumerated() {
            let hasFocus = form.focus == .button(index)
            let role: Role =
                hasFocus ? (form.buttons[index].isDanger ? .buttonDanger : .buttonFocus) : .button
            let width = grid.put(text, at: Point(x: x, y: row.y), role: role, maxWidth: max(0, row.maxX - x))
            grid.mark(Rect(x: x, y: row.y, width: width, height: 1), as: .button(index))
            x += text.width + gap
        }
    }

    /// Body text on a dialog is the dialog's.
    private static func onDialog(_ line: RunLine) -> RunLine {
        RunLine(line.runs.map { TextRun($0.text, role: $0.role == .text ? .dialog : $0.role) })
    }
}
