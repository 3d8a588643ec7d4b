/// Where a window stands among all rows.
public struct ScrollBar: Hashable, Sendable {
    /// The rank of the first row shown.
    public var first: Int
    /// How many rows are shown.
    public var shown: Int
    /// How many there are.
    public var total: Int

    /// A scroll bar.
    public init(first: Int, shown: Int, total: Int) {
        self.first = max(0, first)
        self.shown = max(0, shown)
        self.total = max(0, total)
    }

    /// The thumb in a track of this length: its first cell and its length; nil when all is shown.
    public func thumb(track: Int) -> (start: Int, length: Int)? {
        guard track > 0, shown > 0, total > shown else { return nil }
        let length = max(1, Int(Double(track) * Double(shown) / Double(total)))
        let share = Double(min(first, total - shown)) / Double(total - shown)
        return (Int((Double(track - length) * share).rounded()), length)
    }

    /// Draws the bar over the first column of a rectangle; nothing when all rows are shown.
    public func draw(on grid: inout CellGrid, in rect: Rect) {
        guard !rect.isEmpty, let thumb = thumb(track: rect.height) else { return }
        for y in 0..<rect.height {
            let isThumb = y >= thumb.start && y < thumb.start + thumb.length
            let glyph = isThumb ? grid.glyphs.scrollThumb : grid.glyphs.scrollTrack
            grid.set(glyph, at: Point(x: rect.x, y: rect.y + y), role: .scrollBar)
        }
    }
}
