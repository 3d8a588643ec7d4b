/// What the lowest, middle and highest third of a scale mean.
public struct LevelRoles: Hashable, Sendable {
    /// The lowest third.
    public var low: Role
    /// The middle third.
    public var mid: Role
    /// The highest third.
    public var high: Role

    /// Three roles; the same one three times where rising is no trouble.
    public init(low: Role, mid: Role, high: Role) {
        self.low = low
        self.mid = mid
        self.high = high
    }

    /// Rising is trouble: `rate.low`, `rate.mid`, `rate.high`.
    public static let rate = LevelRoles(low: .rateLow, mid: .rateMid, high: .rateHigh)
    /// Rising is just more: `rate.low` throughout.
    public static let calm = LevelRoles(low: .rateLow, mid: .rateLow, high: .rateLow)
}

/// A row of levels, newest at the right.
public struct Sparkline: Hashable, Sendable {
    /// The values, oldest first; negative ones and those that are no numbers count as 0.
    public var values: [Double]
    /// The value of the highest level; nil takes the highest one shown.
    public var top: Double?
    /// The roles of the lowest, middle and highest third.
    public var roles: LevelRoles

    /// A sparkline; where rising is no trouble, give it the same role three times.
    public init(
        values: [Double],
        top: Double? = nil,
        roles: LevelRoles = .rate,
    ) {
        self.values = values
        self.top = top
        self.roles = roles
    }

    /// Draws the newest values that fit over the first row of a rectangle, against its right end.
    public func draw(on grid: inout CellGrid, in rect: Rect) {
        guard !rect.isEmpty else { return }
        let shown = values.suffix(rect.width).map { $0 > 0 ? $0 : 0 }
        let highest = max(top ?? shown.max() ?? 0, 0)
        let levels = grid.glyphs.sparkLevels
        var x = rect.maxX - shown.count
        for value in shown {
            let share = highest > 0 && value.isFinite ? min(1, value / highest) : (value > 0 ? 1 : 0)
            let level = share == 0 ? 0 : min(levels.count - 1, Int(share * Double(levels.count)))
            let role = share <= 1 / 3.0 ? roles.low : share <= 2 / 3.0 ? roles.mid : roles.high
            grid.set(levels[level], at: Point(x: x, y: rect.y), role: role)
            x += 1
        }
    }
}

/// Columns that stand on a line: the expiry horizon.
public struct Histogram: Hashable, Sendable {
    /// The values, left to right; negative ones count as 0.
    public var values: [Int]
    /// What the columns mean.
    public var role: Role
    /// Columns of the screen from one value to the next.
    public var step: Int

    /// A histogram.
    public init(values: [Int], role: Role = .rateLow, step: Int = 1) {
        self.values = values
        self.role = role
        self.step = max(1, step)
    }

    /// Draws the values that fit; a value that is not 0 shows at least its lowest level.
    public func draw(on grid: inout CellGrid, in rect: Rect) {
        guard !rect.isEmpty else { return }
        let shown = values.prefix((rect.width + step - 1) / step).map { max(0, $0) }
        guard let highest = shown.max(), highest > 0 else { return }
        let levels = grid.glyphs.sparkLevels
        let units = rect.height * levels.count
        for (index, value) in shown.enumerated() where value > 0 {
            var left = max(1, Int(Double(value) / Double(highest) * Double(units)))
            var y = rect.maxY - 1
            while left > 0, y >= rect.y {
                let glyph = left >= levels.count ? grid.glyphs.block : levels[left - 1]
                grid.set(glyph, at: Point(x: rect.x + index * step, y: y), role: role)
                left -= levels.count
                y -= 1
            }
        }
    }
}
