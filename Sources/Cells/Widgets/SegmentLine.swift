/// A word or phrase of a line that is shown whole or not at all.
public struct Segment: Hashable, Sendable {
    /// Its text, in pieces of one role each.
    public var runs: [TextRun]
    /// Which go first when the line is too narrow: the lowest.
    public var priority: Int

    /// A segment of several roles.
    public init(_ runs: [TextRun], priority: Int = 0) {
        self.runs = runs
        self.priority = priority
    }

    /// A segment of one role.
    public init(_ text: String, role: Role, priority: Int = 0) {
        self.init([TextRun(text, role: role)], priority: priority)
    }

    /// One entry of a key bar: the key and what it does, in a word.
    public static func hint(_ key: String, _ text: String, priority: Int = 0) -> Segment {
        Segment(
            [TextRun(key, role: .hintKey), TextRun(text.isEmpty ? "" : " " + text, role: .hintText)],
            priority: priority,
        )
    }

    /// The columns it takes.
    public var width: Int { runs.reduce(0) { $0 + $1.text.width } }
}

/// A piece of text with what it means.
public struct TextRun: Hashable, Sendable {
    /// The text.
    public var text: SafeText
    /// What it means.
    public var role: Role
    /// What a click on it is meant for, where it stands in a `SegmentLine`.
    public var spot: Spot?

    /// A piece of sanitised text.
    public init(_ text: SafeText, role: Role, spot: Spot? = nil) {
        self.text = text
        self.role = role
        self.spot = spot
    }

    /// A piece of text, sanitised here.
    public init(_ text: String, role: Role, spot: Spot? = nil) {
        self.init(SafeText(text), role: role, spot: spot)
    }
}

/// A line of whole words: title bar, key bar, toast. Segments that do not fit are left out, the
/// lowest priority first (of equals the last first); never half a word.
public struct SegmentLine: Hashable, Sendable {
    /// The segments from the left.
    public var left: [Segment]
    /// The segments against the right end.
    public var right: [Segment]
    /// Blanks between two segments.
    public var gap: Int
    /// What the blanks mean.
    public var role: Role

    /// A line.
    public init(left: [Segment], right: [Segment] = [], gap: Int = 2, role: Role = .text) {
        self.left = left
        self.right = right
        self.gap = max(0, gap)
        self.role = role
    }

    /// A key bar.
    public static func keyBar(_ hints: [Segment]) -> SegmentLine {
        SegmentLine(left: hints, gap: 2, role: .hintText)
    }

    /// Which segments are shown in so many columns: indexes into `left` and `right`.
    public func shown(in width: Int) -> (left: [Int], right: [Int]) {
        var order = left.indices.map { (isLeft: true, index: $0, priority: left[$0].priority) }
        order += right.indices.map { (isLeft: false, index: $0, priority: right[$0].priority) }
        var kept = Set(order.indices)
        func needed() -> Int {
            let widths = kept.map { order[$0].isLeft ? left[order[$0].index] : right[order[$0].index] }
                .map(\.width)
            return widths.reduce(0, +) + max(0, kept.count - 1) * gap
        }
        while needed() > width, !kept.isEmpty {
            let lowest = kept.min {
                (order[$0].priority, order[$1].index) < (order[$1].priority, order[$0].index)
            }
            guard let lowest else { break }
            kept.remove(lowest)
        }
        let result = kept.sorted().map { order[$0] }
        return (result.filter(\.isLeft).map(\.index), result.filter { !$0.isLeft }.map(\.index))
    }

    /// Draws the line over the first row of a rectangle.
    public func draw(on grid: inout CellGrid, in rect: Rect) {
        guard !rect.isEmpty else { return }
        grid.fill(rect.row(0), role: role)
        let line = escapedFor(grid.glyphs)
        let shown = line.shown(in: rect.width)
        var x = rect.x
        for index in shown.left {
            x += line.draw(line.left[index], on: &grid, at: Point(x: x, y: rect.y)) + gap
        }
        x = rect.maxX
        for index in shown.right.reversed() {
            x -= line.right[index].width
            line.draw(line.right[index], on: &grid, at: Point(x: x, y: rect.y))
            x -= gap
        }
    }

    @discardableResult
    private func draw(_ segment: Segment, on grid: inout CellGrid, at point: Point) -> Int {
        var used = 0
        for run in segment.runs {
            let place = Point(x: point.x + used, y: point.y)
            let width = grid.put(run.text, at: place, role: run.role)
            if let spot = run.spot {
                grid.mark(Rect(x: place.x, y: place.y, width: width, height: 1), as: spot)
            }
            used += width
        }
        return used
    }

    /// The same line with texts as wide as they will be drawn.
    private func escapedFor(_ glyphs: Glyphs) -> SegmentLine {
        guard glyphs == .ascii else { return self }
        var copy = self
        copy.left = left.map { $0.ascii }
        copy.right = right.map { $0.ascii }
        return copy
    }
}

extension Segment {
    fileprivate var ascii: Segment {
        Segment(
            runs.map { TextRun(SafeText($0.text.string, ascii: true), role: $0.role, spot: $0.spot) },
            priority: priority,
        )
    }
}
