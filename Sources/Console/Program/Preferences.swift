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
    /// The tour was offered once.
    public var hasSeenTour = false

    /// An operator who has chosen nothing.
    public init() {}
}
