/// A bar of so many steps, some of them full: countdowns, shares, progress.
public struct Bar: Hashable, Sendable {
    /// How much is full, from 0 to 1; anything else is clamped, a number that is none counts as 0.
    public var fraction: Double
    /// What the full steps mean.
    public var role: Role
    /// What the empty steps mean.
    public var emptyRole: Role

    /// A bar.
    public init(fraction: Double, role: Role, emptyRole: Role = .textDim) {
        self.fraction = fraction.isNaN ? 0 : min(1, max(0, fraction))
        self.role = role
        self.emptyRole = emptyRole
    }

    /// A countdown: `left` of `total`, both in the same unit. Red only when it is over: a step stays
    /// full until its time has passed, so something that is left is never shown as nothing.
    public static func countdown(left: Int, of total: Int) -> Bar {
        let fraction = total > 0 ? Double(left) / Double(total) : 0
        let role: Role =
            if left <= 0 { .expiryOver } else if fraction > 0.5 { .expiryFull } else if fraction > 0.2 {
                .expiryMid
            } else { .expiryLow }
        return Bar(fraction: fraction, role: role)
    }

    /// How many of the steps are full; at least one when anything is.
    public func fullSteps(of steps: Int) -> Int {
        guard steps > 0, fraction > 0 else { return 0 }
        return min(steps, max(1, Int((fraction * Double(steps)).rounded(.up))))
    }

    /// Draws the bar over the first row of a rectangle.
    public func draw(on grid: inout CellGrid, in rect: Rect) {
        guard !rect.isEmpty else { return }
        let full = fullSteps(of: rect.width)
        for step in 0..<rect.width {
            let glyph = step < full ? grid.glyphs.barFull : grid.glyphs.barEmpty
            grid.set(glyph, at: Point(x: rect.x + step, y: rect.y), role: step < full ? role : emptyRole)
        }
    }
}
