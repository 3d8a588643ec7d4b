public import Cells

/// A theme that can be chosen.
public struct ThemeChoice: Hashable, Sendable {
    /// Name by which it is chosen.
    public var name: String
    /// One line about it.
    public var summary: String
    /// The glyphs it asks for; nil takes those that the terminal can show.
    public var glyphs: Glyphs?

    /// Puts the parts together.
    public init(name: String, summary: String, glyphs: Glyphs? = nil) {
        self.name = name
        self.summary = summary
        self.glyphs = glyphs
    }
}

/// The view that a console opens with; the raw value is what `--view` takes.
public enum StartView: String, CaseIterable, Sendable {
    case overview, bindings, attempts, security, log, audit, blocks, devices
}

/// What a console is told before it starts, and keeps.
public struct ConsoleSettings: Sendable {
    /// Which glyphs may be drawn.
    public var glyphs: Glyphs
    /// The operator asked for a console that can't act (`--read-only`).
    public var isReadOnly: Bool
    /// The themes that can be chosen, in the order of the list.
    public var themes: [ThemeChoice]
    /// Name of the theme in use at the start.
    public var theme: String
    /// The first view.
    public var view: StartView
    /// The filter of the first view, as typed; an invalid one is shown with its error and not applied.
    public var filter: String
    /// The moment of the past to begin with (`--at`), see ``Moment``; empty for the present.
    public var at: String
    /// What was kept of the operator's choices.
    public var preferences: Preferences
    /// The keys of all actions.
    public var keys: KeyMap
    /// The theme was named by an option or the settings: what is chosen here does not count for the next start.
    public var isThemeGiven: Bool
    /// Where choices are kept; empty if nowhere.
    public var preferencesPath: String
    /// The phones of the tour, where they play; nil elsewhere.
    public var stage: TourStage?

    /// Settings with the defaults of a console on a modern terminal.
    public init(
        glyphs: Glyphs = .unicode,
        isReadOnly: Bool = false,
        themes: [ThemeChoice] = [],
        theme: String = "ansi",
        view: StartView = .overview,
        filter: String = "",
        at: String = "",
        preferences: Preferences = Preferences(),
        keys: KeyMap = .standard,
        isThemeGiven: Bool = false,
        preferencesPath: String = "",
        stage: TourStage? = nil,
    ) {
        self.glyphs = glyphs
        self.isReadOnly = isReadOnly
        self.themes = themes
        self.theme = theme
        self.view = view
        self.filter = filter
        self.at = at
        self.preferences = preferences
        self.keys = keys
        self.isThemeGiven = isThemeGiven
        self.preferencesPath = preferencesPath
        self.stage = stage
    }
}
