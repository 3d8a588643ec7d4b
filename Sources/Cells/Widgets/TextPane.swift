/// Lines of text that can be scrolled: raw messages, help, log.
public struct TextPane: Hashable, Sendable {
    /// The lines.
    public var lines: [RunLine]
    /// The first line shown (of the broken ones when they wrap); clamped when drawn.
    public var top: Int
    /// The first column shown; only when lines do not wrap.
    public var left: Int
    /// Whether long lines are broken instead of cut off.
    public var wraps: Bool
    /// Whether they are broken at blanks: for sentences; messages are broken anywhere.
    public var atWords: Bool

    /// A pane.
    public init(lines: [RunLine], top: Int = 0, left: Int = 0, wraps: Bool = false, atWords: Bool = false) {
        self.lines = lines
        self.top = top
        self.left = left
        self.wraps = wraps
        self.atWords = atWords
    }

    /// The lines as they stand on a screen of this width.
    public func laidOut(width: Int) -> [RunLine] {
        wraps ? lines.flatMap { $0.wrapped(columns: width, atWords: atWords) } : lines
    }

    /// The highest `top` that still fills a rectangle of this size.
    public func maximumTop(in size: Size) -> Int {
        let fits = laidOut(width: size.width).count <= size.height
        return fits ? 0 : max(0, laidOut(width: size.width - 1).count - size.height)
    }

    /// Draws the lines, and a scroll bar in the last column when not all fit.
    public func draw(on grid: inout CellGrid, in rect: Rect) {
        guard !rect.isEmpty else { return }
        let ascii = grid.glyphs == .ascii
        var copy = self
        if ascii { copy.lines = lines.map { RunLine($0.runs, ascii: true) } }
        var shown = copy.laidOut(width: rect.width)
        let scrolls = shown.count > rect.height
        if scrolls { shown = copy.laidOut(width: rect.width - 1) }
        let first = min(max(0, top), max(0, shown.count - rect.height))
        let area = rect.inset(right: scrolls ? 1 : 0)
        for (index, line) in shown.dropFirst(first).prefix(rect.height).enumerated() {
            let visible = wraps ? line : line.dropping(columns: left)
            visible.draw(on: &grid, at: Point(x: area.x, y: area.y + index), maxWidth: area.width)
        }
        guard scrolls else { return }
        let bar = ScrollBar(first: first, shown: rect.height, total: shown.count)
        bar.draw(on: &grid, in: Rect(x: rect.maxX - 1, y: rect.y, width: 1, height: rect.height))
    }
}
