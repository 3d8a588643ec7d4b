public import BindingTable
public import Timing

/// A binding as it was at a moment of the past, as far as the file tells.
public struct RememberedBinding: Hashable, Sendable {
    /// What it was. Source, contact, User-Agent and creation are those of the moment; the rest only if
    /// `isEndKnown`.
    public var life: LifeRecord
    /// The last REGISTER before the moment is known, and so are expiry, refreshes and rhythm. Refreshes are
    /// not listed one by one: of a binding that has refreshed since, nobody knows when it had done so before.
    /// Then `refreshedAt` is its creation, and `expiresAt` says nothing.
    public var isEndKnown: Bool

    /// Pairs the two.
    public init(life: LifeRecord, isEndKnown: Bool) {
        self.life = life
        self.isEndKnown = isEndKnown
    }
}

/// What came of asking for the bindings of a moment.
public struct PastReport: Hashable, Sendable {
    /// When the oldest line of the history was written; nil if there is none.
    public var oldest: WallTime?
    /// The history reaches back to the moment, so all bindings of it were given.
    public var isKept: Bool
    /// How many were given.
    public var bindings: Int

    /// Puts the parts together.
    public init(oldest: WallTime?, isKept: Bool, bindings: Int = 0) {
        self.oldest = oldest
        self.isKept = isKept
        self.bindings = bindings
    }
}
