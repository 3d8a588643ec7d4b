/// What stands in one field of a table.
public struct TableField: Hashable, Sendable {
    /// The kinds of content.
    public enum Content: Hashable, Sendable {
        /// Text, in pieces of one role each.
        case text([TextRun])
        /// A bar over the whole column.
        case bar(Bar)
        /// A sparkline over the whole column.
        case sparkline(Sparkline)
    }

    /// The content.
    public var content: Content

    /// A field.
    public init(_ content: Content) { self.content = content }

    /// A field of one text, sanitised here.
    public init(_ text: String, role: Role = .tableRow) {
        content = .text([TextRun(text, role: role)])
    }
}

/// One row of a table; the caller gives only the rows of the window it shows.
public struct TableRow: Hashable, Sendable {
    /// One field for each of the table's columns; missing ones are blank.
    public var fields: [TableField]
    /// Whether it carries the mark.
    public var isMarked: Bool
    /// What lies over the row when the cursor does not: `row.gone`, `row.mark`.
    public var overlay: Role?

    /// A row.
    public init(_ fields: [TableField], isMarked: Bool = false, overlay: Role? = nil) {
        self.fields = fields
        self.isMarked = isMarked
        self.overlay = overlay
    }
}

/// The widths of the signs before a row.
public enum TableLead: Hashable, Sendable, BitwiseCopyable {
    /// None at all.
    case none
    /// One column for cursor or mark.
    case one
    /// Cursor, mark, blank.
    case three

    /// How many columns it takes.
    public var width: Int {
        switch self {
        case .none: 0
        case .one: 1
        case .three: 3
        }
    }
}

/// By which column a table is sorted, and which way.
public struct SortMark: Hashable, Sendable {
    /// The index of the column.
    public var column: Int
    /// Smallest first.
    public var ascending: Bool

    /// A sort order.
    public init(column: Int, ascending: Bool) {
        self.column = column
        self.ascending = ascending
    }
}

/// A table: a head line and the rows of its window.
public struct Table: Hashable, Sendable {
    /// The columns.
    public var columns: [Column]
    /// The rows shown, from the first below the head.
    public var rows: [TableRow]
    /// The row under the cursor: an index into `rows`; nil when it is not among them.
    public var cursor: Int?
    /// The column it is sorted by.
    public var sort: SortMark?
    /// The signs before each row.
    public var lead: TableLead
    /// Where the window stands among all rows, for the scroll bar; nil draws none.
    public var window: ScrollBar?

    /// A table.
    public init(
        columns: [Column],
        rows: [TableRow],
        cursor: Int? = nil,
        sort: SortMark? = nil,
        lead: TableLead = .three,
        window: ScrollBar? = nil,
    ) {
        self.columns = columns
        self.rows = rows
        self.cursor = cursor
        self.sort = sort
        self.lead = lead
        self.window = window
    }

    /// How many rows a rectangle of this height shows below the head.
    public static func rowCapacity(height: Int) -> Int { max(0, height - 1) }

    /// Draws head and rows; rows beyond the rectangle are not drawn.
    public func draw(on grid: inout CellGrid, in rect: Rect) {
        guard !rect.isEmpty else { return }
        let inner = rect.inset(left: lead.width, right: window == nil ? 0 : rect.width < 60 ? 1 : 2)
        let layout = TableLayout(columns: columns, width: inner.width)
        grid.mark(rect, as: .list(0))
        drawHead(on: &grid, in: rect, textX: inner.x, layout)
        for (index, row) in rows.prefix(Table.rowCapacity(height: rect.height)).enumerated() {
            let line = rect.row(index + 1)
            grid.fill(line, role: .tableRow)
            grid.mark(line, as: .row(index, of: 0))
            drawLead(row, isCursor: index == cursor, on: &grid, at: line.origin)
            for place in layout.places where place.column < row.fields.count {
                let field = Rect(x: inner.x + place.x, y: line.y, width: place.width, height: 1)
                draw(row.fields[place.column], columns[place.column], on: &grid, in: field)
            }
            let overlay = index == cursor ? .rowCursor : row.overlay ?? (row.isMarked ? .rowMark : nil)
            if let overlay { grid.overlay(line, role: overlay) }
        }
        if let window {
            let track = Rect(x: rect.maxX - 1, y: rect.y + 1, width: 1, height: rect.height - 1)
            window.draw(on: &grid, in: track)
        }
    }

    private func drawHead(on grid: inout CellGrid, in rect: Rect, textX: Int, _ layout: TableLayout) {
        grid.fill(rect.row(0), role: .tableHead)
        for place in layout.places {
            let column = columns[place.column]
            let isSorted = sort?.column == place.column
            if let number = column.sortNumber {
                let head = Rect(x: textX + place.x, y: rect.y, width: place.width, height: 1)
                grid.mark(head, as: .head(number))
            }
            let sign = isSorted && place.width > 1 ? 1 : 0
            let title = SafeText(column.title, ascii: grid.glyphs == .ascii).prefix(
                columns: place.width - sign
            )
            var x = textX + place.x
            if column.alignment == .right { x += place.width - title.width - sign }
            let role: Role = isSorted ? .tableHeadSort : .tableHead
            grid.put(title, at: Point(x: x, y: rect.y), role: role)
            guard sign > 0, let sort else { continue }
            let glyph = sort.ascending ? grid.glyphs.sortUp : grid.glyphs.sortDown
            grid.set(glyph, at: Point(x: x + title.width, y: rect.y), role: .tableHeadSort)
        }
    }

    private func drawLead(_ row: TableRow, isCursor: Bool, on grid: inout CellGrid, at point: Point) {
        switch lead {
        case .none: return
        case .one:
            guard isCursor || row.isMarked else { return }
            let glyph = isCursor ? grid.glyphs.cursor : grid.glyphs.mark
            grid.set(glyph, at: point, role: .tableRow)
        case .three:
            if isCursor { grid.set(grid.glyphs.cursor, at: point, role: .tableRow) }
            if row.isMarked {
                grid.set(grid.glyphs.mark, at: Point(x: point.x + 1, y: point.y), role: .tableRow)
            }
        }
    }

    private func draw(_ field: TableField, _ column: Column, on grid: inout CellGrid, in rect: Rect) {
        switch field.content {
        case .bar(let bar): bar.draw(on: &grid, in: rect)
        case .sparkline(let line): line.draw(on: &grid, in: rect)
        case .text(let runs):
            let line = RunLine(runs, ascii: grid.glyphs == .ascii).fitted(to: rect.width, cut: column.cut)
            let x = column.alignment == .right ? rect.maxX - line.width : rect.x
            line.draw(on: &grid, at: Point(x: x, y: rect.y), maxWidth: rect.width)
        }
    }
}
