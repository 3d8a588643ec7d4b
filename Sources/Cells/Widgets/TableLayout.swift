/// Which end a column's text stands at.
public enum Alignment: Hashable, Sendable, BitwiseCopyable {
    /// At the left.
    case left
    /// At the right: numbers, times.
    case right
}

/// What a table's column is called and how wide it may be.
public struct Column: Hashable, Sendable {
    /// Its head.
    public var title: String
    /// The fewest columns of the screen it is of use in.
    public var minimum: Int
    /// The columns it would like.
    public var ideal: Int
    /// Where its text stands.
    public var alignment: Alignment
    /// Which column goes first when the table is too narrow: the lowest.
    public var priority: Int
    /// Which end of a text too long is cut.
    public var cut: Cut
    /// Whether it takes part in what is left over when every column has its ideal width.
    public var grows: Bool
    /// The number by which a click on its head is known (`Spot.head`); nil: it can't be clicked.
    public var sortNumber: Int?

    /// A column; `ideal` below `minimum` counts as `minimum`.
    public init(
        _ title: String,
        minimum: Int,
        ideal: Int,
        alignment: Alignment = .left,
        priority: Int = 0,
        cut: Cut = .end,
        grows: Bool = false,
        sortNumber: Int? = nil,
    ) {
        self.title = title
        self.minimum = max(1, minimum)
        self.ideal = max(self.minimum, ideal)
        self.alignment = alignment
        self.priority = priority
        self.cut = cut
        self.grows = grows
        self.sortNumber = sortNumber
    }
}

/// Where each column of a table stands.
public struct TableLayout: Hashable, Sendable {
    /// A column that is shown: which one, its first column on the screen from the table's left
    /// edge, its width.
    public struct Place: Hashable, Sendable {
        /// The index of the column.
        public let column: Int
        /// Its first column on the screen, from the left edge of the text.
        public let x: Int
        /// Its width.
        public let width: Int
    }

    /// The columns shown, from the left.
    public let places: [Place]

    /// Lays columns out in so many columns of the screen, `gap` blanks between two.
    ///
    /// Columns drop out, lowest priority first (of equals the rightmost), until the minimum widths
    /// fit; the highest one stays even when cut. Then all grow evenly to their ideal, then those
    /// that `grow` share the rest.
    public init(columns: [Column], width: Int, gap: Int = 1) {
        var kept = Array(columns.indices)
        func needed() -> Int {
            kept.reduce(0) { $0 + columns[$1].minimum } + max(0, kept.count - 1) * gap
        }
        while kept.count > 1, needed() > width {
            let lowest = kept.indices.min {
                (columns[kept[$0]].priority, kept[$1]) < (columns[kept[$1]].priority, kept[$0])
            }
            guard let lowest else { break }
            kept.remove(at: lowest)
        }
        guard width > 0, !kept.isEmpty else {
            places = []
            return
        }
        var widths = kept.map { min(columns[$0].minimum, width) }
        var left = width - needed()
        TableLayout.share(&left, among: kept.indices.map { $0 }, widths: &widths) { columns[kept[$0]].ideal }
        let growing = kept.indices.filter { columns[kept[$0]].grows }
        TableLayout.share(&left, among: growing, widths: &widths) { _ in .max }
        var x = 0
        var result: [Place] = []
        for (index, column) in kept.enumerated() {
            result.append(Place(column: column, x: x, width: widths[index]))
            x += widths[index] + gap
        }
        places = result
    }

    /// Gives what is left in even parts to those that have not reached their limit.
    private static func share(
        _ left: inout Int,
        among indices: [Int],
        widths: inout [Int],
        limit: (Int) -> Int,
    ) {
        var open = indices.filter { widths[$0] < limit($0) }
        while left > 0, !open.isEmpty {
            let part = max(1, left / open.count)
            for index in open where left > 0 {
                let step = min(part, left, limit(index) - widths[index])
                widths[index] += step
                left -= step
            }
            open = open.filter { widths[$0] < limit($0) }
        }
    }
}
