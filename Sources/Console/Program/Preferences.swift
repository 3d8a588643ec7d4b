/// What a console keeps from one start to the next: the operator's choices, not the registrar's settings.
public struct Preferences: Hashable, Sendable {
    /// Name of the theme; nil: as the settings say.
    public var theme: String?
    /// Columns of Bindings by their names, in their order; empty: those that fit.
    public var columns: [String] = []
    /// Filters by name: `late` stands for `exp<0`, and is typed as `@late`.
    public var filters: [String: String] = [:]
    /// The key bar is shown.
    public var showsKeyBar = true
    /// The mouse is ours, not the terminal's.
    public var usesMouse = false
    /// The binding under the list is shown where there is room.
    public var showsPreview = true
    /// Ladders tell the time since the message before, not the time of day.
    public var showsGaps = false
    /// Times of day are UTC, not those of the operator's place.
    public var usesUTC = false
    /// ASCII is drawn even where the terminal can do more.
    public var usesASCII = false
    /// The tour was offered once.
    public var hasSeenTour = false

    /// An operator who has chosen nothing.
    public init() {}
}
