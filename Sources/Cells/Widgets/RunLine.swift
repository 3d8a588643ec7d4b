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
    ///
    /// - Parameter atWords: breaks at blanks where there are any; those are not drawn.
    public func wrapped(columns: Int, atWords: Bool = false) -> [RunLine] {
        guard columns > 1, width > columns else { return [self] }
        let pieces = runs.flatMap { run in run.text.glyphs.map { Piece(glyph: $0, role: run.role) } }
        var lines: [RunLine] = []
        var start = 0
        while start < pieces.count {
            var end = start
            var used = 0
            while end < pieces.count, used + pieces[end].glyph.width <= columns {
                used += pieces[end].glyph.width
                end += 1
            }
            if atWords, end < pieces.count, let blank = pieces[start...end].lastIndex(where: \.isBlank),
                blank > start
            {
                end = blank
            }
            lines.append(RunLine(pieces: pieces[start..<end]))
            start = end
            while atWords, start < pieces.count, pieces[start].isBlank { start += 1 }
        }
        return lines
    }

    private struct Piece {
        let glyph: SafeText.Glyph
        let role: Role

        var isBlank: Bool { glyph.text == " " && !glyph.flagged }
    }

    private init(pieces: ArraySlice<Piece>) {
        var runs: [TextRun] = []
        var rest = pieces[...]
        while let first = rest.first {
            let same = rest.prefix { $0.role == first.role }
            let text = SafeText(same.map { (String($0.glyph.text), $0.glyph.flagged) })
            runs.append(TextRun(text, role: first.role))
            rest = rest.dropFirst(same.count)
        }
        self.init(runs)
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
