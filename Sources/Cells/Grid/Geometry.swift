/// How many columns and rows something has; never negative.
public struct Size: Hashable, Sendable, BitwiseCopyable {
    /// The columns.
    public let width: Int
    /// The rows.
    public let height: Int

    /// A size; a negative number counts as none.
    public init(width: Int, height: Int) {
        self.width = max(0, width)
        self.height = max(0, height)
    }
}

/// A place on a grid: column and row, both from 0 at the upper left; may lie outside of the grid.
public struct Point: Hashable, Sendable, BitwiseCopyable {
    /// The column.
    public var x: Int
    /// The row.
    public var y: Int

    /// A place.
    public init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }
}

/// A rectangle of cells; its width and height are never negative.
public struct Rect: Hashable, Sendable, BitwiseCopyable {
    /// The first column.
    public let x: Int
    /// The first row.
    public let y: Int
    /// The columns.
    public let width: Int
    /// The rows.
    public let height: Int

    /// A rectangle; a negative width or height counts as none.
    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = max(0, width)
        self.height = max(0, height)
    }

    /// The rectangle of a whole grid of this size.
    public init(_ size: Size) {
        self.init(x: 0, y: 0, width: size.width, height: size.height)
    }

    /// The upper left corner.
    public var origin: Point { Point(x: x, y: y) }
    /// The first column to the right of it.
    public var maxX: Int { x + width }
    /// The first row below it.
    public var maxY: Int { y + height }
    /// Whether it has no cell.
    public var isEmpty: Bool { width == 0 || height == 0 }
    /// Its columns and rows.
    public var size: Size { Size(width: width, height: height) }

    /// What it has in common with another one; empty when they do not meet.
    public func intersection(_ other: Rect) -> Rect {
        let left = max(x, other.x)
        let top = max(y, other.y)
        return Rect(
            x: left,
            y: top,
            width: min(maxX, other.maxX) - left,
            height: min(maxY, other.maxY) - top,
        )
    }

    /// What is left after taking so much off each side.
    public func inset(left: Int = 0, top: Int = 0, right: Int = 0, bottom: Int = 0) -> Rect {
        Rect(x: x + left, y: y + top, width: width - left - right, height: height - top - bottom)
    }

    /// One of its rows, counted from its own top; empty when it has no such row.
    public func row(_ index: Int) -> Rect {
        Rect(x: x, y: y + index, width: width, height: index >= 0 && index < height ? 1 : 0)
    }

    /// A rectangle of this size in its middle.
    public func centred(width: Int, height: Int) -> Rect {
        Rect(x: x + (self.width - width) / 2, y: y + (self.height - height) / 2, width: width, height: height)
    }

    /// Whether a place lies in it.
    public func contains(_ point: Point) -> Bool {
        point.x >= x && point.x < maxX && point.y >= y && point.y < maxY
    }
}
