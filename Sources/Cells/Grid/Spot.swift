/// What a click at a place is meant for.
///
/// Whoever draws something that can be clicked says so to the grid (`CellGrid.mark`) with the rectangle it has
/// just drawn, so that there is no second layout that could disagree with what is seen.
public enum Spot: Hashable, Sendable {
    /// The area of a list: the wheel scrolls it.
    case list(Int)
    /// A row of a list, counted as the list counts: from its first row, or from the first one shown.
    case row(Int, of: Int)
    /// The head of a column, by the number that the column has for sorting.
    case head(Int)
    /// A hint of the key bar: a click is the same as the key.
    case key(Key)
    /// A button of a dialog.
    case button(Int)
    /// One of several things to choose from, in a dialog.
    case option(Int, of: Int)
    /// A line of a dialog to type in.
    case field(Int)
    /// One of several lists that share a place.
    case tab(Int)
    /// Text that the wheel scrolls.
    case text
    /// Nothing: it hides what lies below.
    case cover
}

extension CellGrid {
    /// A rectangle that can be clicked.
    struct Mark: Hashable, Sendable {
        let rect: Rect
        let spot: Spot
    }

    /// Says what a click on a rectangle is meant for; what is marked later lies above.
    public mutating func mark(_ rect: Rect, as spot: Spot) {
        let part = rect.intersection(bounds)
        if !part.isEmpty { marks.append(Mark(rect: part, spot: spot)) }
    }

    /// Nothing that was drawn so far can be clicked any more: something lies over it that is to be answered first.
    public mutating func removeMarks() { marks = [] }

    /// What a click at a place is meant for; nil where nothing can be clicked, and outside.
    public func spot(at point: Point) -> Spot? {
        marks.last { $0.rect.contains(point) }?.spot
    }
}
