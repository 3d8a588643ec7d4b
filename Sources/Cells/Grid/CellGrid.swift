/// A screen as a value: rows of cells, and where the text cursor stands.
///
/// Everything drawn outside is clipped, and a wide glyph never straddles an edge. All text goes
/// through `SafeText`; only `set` takes a glyph as it is, for the program's own lines and bars.
public struct CellGrid: Hashable, Sendable {
    /// Columns and rows.
    public let size: Size
    /// Which glyphs may be used; with `.ascii` text is escaped to ASCII.
    public let glyphs: Glyphs
    /// The cells, row by row.
    public private(set) var cells: [Cell]
    /// Where the text cursor is shown; nil hides it.
    public private(set) var cursor: Point?
    /// What can be clicked, in the order of drawing.
    var marks: [Mark] = []

    /// A blank grid.
    public init(size: Size, glyphs: Glyphs = .unicode) {
        self.size = size
        self.glyphs = glyphs
        cells = Array(repeating: .blank(.text), count: size.width * size.height)
        cursor = nil
    }

    /// The rectangle of the whole grid.
    public var bounds: Rect { Rect(size) }

    /// The cell at a place; nil outside.
    public subscript(x: Int, y: Int) -> Cell? {
        bounds.contains(Point(x: x, y: y)) ? cells[y * size.width + x] : nil
    }

    /// Shows the text cursor at a place, or nowhere when the place is outside.
    public mutating func showCursor(at point: Point?) {
        cursor = point.flatMap { bounds.contains($0) ? $0 : nil }
    }

    /// Draws text on one row; escaped parts appear as `sip.bad`.
    ///
    /// - Parameter maxWidth: the columns it may use; what does not fit is not drawn (see
    ///   `SafeText.fitted` for the `..`).
    /// - Returns: how many columns the text took, clipped parts included.
    @discardableResult
    public mutating func put(
        _ text: String,
        at point: Point,
        role: Role,
        maxWidth: Int = .max,
    ) -> Int {
        put(SafeText(text, ascii: glyphs == .ascii), at: point, role: role, maxWidth: maxWidth)
    }

    /// Draws text on one row; escaped parts appear as `sip.bad`.
    @discardableResult
    public mutating func put(
        _ text: SafeText,
        at point: Point,
        role: Role,
        maxWidth: Int = .max,
    ) -> Int {
        if glyphs == .ascii, text.string.utf8.count != text.width {
            return put(SafeText(text.string, ascii: true), at: point, role: role, maxWidth: maxWidth)
        }
        guard point.y >= 0, point.y < size.height else { return min(text.width, max(0, maxWidth)) }
        var used = 0
        var offset = 0
        var nextFlag = 0
        for scalar in text.string.unicodeScalars {
            while nextFlag < text.flagged.count, text.flagged[nextFlag].upperBound <= offset {
                nextFlag += 1
            }
            let isEscape = nextFlag < text.flagged.count && text.flagged[nextFlag].contains(offset)
            offset += UTF8.width(scalar)
            let width = ScalarWidth.of(scalar)
            if width == .combining {
                combine(scalar, at: Point(x: point.x + used - 1, y: point.y))
                continue
            }
            guard used + width.columns <= maxWidth else { break }
            draw(scalar, width, at: Point(x: point.x + used, y: point.y), role: isEscape ? .sipBad : role)
            used += width.columns
        }
        return used
    }

    /// Sets one cell to a narrow glyph of the program's own.
    public mutating func set(_ scalar: Unicode.Scalar, at point: Point, role: Role) {
        draw(scalar, .narrow, at: point, role: role)
    }

    /// Fills a rectangle with one glyph and role; overlays are removed.
    public mutating func fill(_ rect: Rect, with scalar: Unicode.Scalar = " ", role: Role) {
        let part = rect.intersection(bounds)
        for y in part.y..<part.maxY {
            for x in part.x..<part.maxX { draw(scalar, .narrow, at: Point(x: x, y: y), role: role) }
        }
    }

    /// Lays a role over all cells of a rectangle (`row.cursor`, `row.mark`, ...), or takes it away.
    public mutating func overlay(_ rect: Rect, role: Role?) {
        let part = rect.intersection(bounds)
        for y in part.y..<part.maxY {
            for x in part.x..<part.maxX { cells[y * size.width + x].overlay = role }
        }
    }

    /// Gives all cells of a rectangle another role and keeps their glyphs.
    public mutating func restyle(_ rect: Rect, role: Role) {
        let part = rect.intersection(bounds)
        for y in part.y..<part.maxY {
            for x in part.x..<part.maxX { cells[y * size.width + x].role = role }
        }
    }

    private mutating func draw(
        _ scalar: Unicode.Scalar,
        _ width: ScalarWidth,
        at point: Point,
        role: Role,
    ) {
        guard point.y >= 0, point.y < size.height else { return }
        if width == .wide {
            let hasHead = point.x >= 0 && point.x < size.width
            let hasTail = point.x + 1 >= 0 && point.x + 1 < size.width
            guard hasHead, hasTail else {
                store(.blank(role), at: hasHead ? point : Point(x: point.x + 1, y: point.y))
                return
            }
            let (head, tail) = Cell.wide(scalar, role: role)
            store(head, at: point)
            store(tail, at: Point(x: point.x + 1, y: point.y))
        } else {
            store(Cell(scalar, role: role), at: point)
        }
    }

    /// Stores a cell; a wide glyph that loses one half this way loses the other too.
    private mutating func store(_ cell: Cell, at point: Point) {
        guard bounds.contains(point) else { return }
        let index = point.y * size.width + point.x
        let old = cells[index]
        if old.isTail, !cell.isTail, point.x > 0, cells[index - 1].isWide {
            cells[index - 1] = .blank(cells[index - 1].role)
        }
        if old.isWide, point.x + 1 < size.width, cells[index + 1].isTail {
            cells[index + 1] = .blank(cells[index + 1].role)
        }
        cells[index] = cell
    }

    private mutating func combine(_ mark: Unicode.Scalar, at point: Point) {
        guard bounds.contains(point) else { return }
        var index = point.y * size.width + point.x
        if cells[index].isTail { index -= 1 }
        guard index >= 0 else { return }
        _ = cells[index].combine(mark)
    }
}
