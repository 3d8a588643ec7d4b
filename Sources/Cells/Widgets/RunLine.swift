/// A line of text of several roles.
public struct RunLine: Hashable, Sendable {
    /// Its pieces.
    public let runs: [TextRun]
    /// Its columns.
    public let width: Int

    /// A line; with `ascii` everything beyond ASCII is escaped.
    public init(_ runs: [TextRun], ascii: Bool = false) {
        self.runs = ascii ? runs.map { TextRun(SafeText($0.text.string, ascii: true), role: $0.role) } : runs
        width = self.runs.reduce(0) { $0 + $1.text.width }
    }

    /// A line of one role.
    public init(_ text: String, role: Role = .text) {
        self.init([TextRun(text, role: role)])
    }

    /// The line in at most so many columns, cut as `SafeText.fitted` does.
    public func fitted(to columns: Int, cut: Cut = .end) -> RunLine {
        guard width > columns else { return self }
        guard columns > 0 else { return RunLine([]) }
        let sign = columns > 3 ? ".." : ""
        var room = columns - sign.utf8.count
        var kept: [TextRun] = []
        for run in cut == .end ? runs : runs.reversed() {
            let text = cut == .end ? run.text.prefix(columns: room) : run.text.suffix(columns: room)
            kept.append(TextRun(text, role: run.role))
            room -= text.width
            if text.width < run.text.width { break }
        }
        let mark = TextRun(sign, role: kept.last?.role ?? .text)
        return RunLine(cut == .end ? kept + [mark] : [mark] + kept.reversed())
    }

    /// The line without its first columns; a wide glyph that is cut in half leaves a blank.
    public func dropping(columns: Int) -> RunLine {
        guard columns > 0 else { return self }
        var skip = columns
        var kept: [TextRun] = []
        for run in runs {
            if skip >= run.text.width {
                skip -= run.text.width
                continue
            }
            let rest = run.text.suffix(columns: run.text.width - skip)
            let blank = run.text.width - skip - rest.width
            if blank > 0 { kept.append(TextRun(" ", role: run.role)) }
            kept.append(TextRun(rest, role: run.role))
            skip = 0
        }
        return RunLine(kept)
    }

    /// The line broken into lines of at most so many columns; at least one line.
    public func wrapped(columns: Int) -> [RunLine] {
        guard columns > 1, width > columns else { return [self] }
        var lines: [RunLine] = []
        var rest = self
        while rest.width > columns {
            var room = columns
            var kept: [TextRun] = []
            for run in rest.runs {
                let text = run.text.prefix(columns: room)
                kept.append(TextRun(text, role: run.role))
                room -= text.width
                if text.width < run.text.width { break }
            }
            lines.append(RunLine(kept))
            rest = rest.dropping(columns: columns - room)
        }
        lines.append(rest)
        return lines
    }

    /// Draws the line.
    public func draw(on grid: inout CellGrid, at point: Point, maxWidth: Int = .max) {
        var used = 0
        for run in runs where used < maxWidth {
            used += grid.put(
                run.text,
                at: Point(x: point.x + used, y: point.y),
                role: run.role,
                maxWidth: maxWidth - used,
            )
        }
    }
}
