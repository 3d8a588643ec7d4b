/// What an operator can choose of the console itself: the single row from which the list of settings, `:set` and
/// its completion derive.
enum ConsoleSetting: String, CaseIterable, Sendable {
    case theme
    case keyBar = "key-bar"
    case preview, columns, clock, times, glyphs, mouse

    /// Its name in the list.
    var title: String {
        switch self {
        case .theme: "Theme"
        case .keyBar: "Key bar"
        case .preview: "Preview"
        case .columns: "Columns"
        case .clock: "Clock"
        case .times: "Ladder"
        case .glyphs: "Glyphs"
        case .mouse: "Mouse"
        }
    }

    /// What it is about.
    var help: String {
        switch self {
        case .theme: "colours of this console"
        case .keyBar: "the bottom line with the keys"
        case .preview: "the binding under the list, from 120x30"
        case .columns: "of Bindings, and their order"
        case .clock: "times of day as here, or in UTC"
        case .times: "times of day, or since the message before"
        case .glyphs: "lines, bars and marks"
        case .mouse: "wheel, clicks; to mark text hold Shift"
        }
    }
}

/// The list of settings, with a cursor.
struct SettingsState: Sendable {
    /// The line with the cursor.
    private(set) var selected = 0

    /// The setting under the cursor.
    var setting: ConsoleSetting {
        ConsoleSetting.allCases.indices.contains(selected) ? ConsoleSetting.allCases[selected] : .theme
    }

    /// Moves the cursor; false at the ends.
    mutating func move(by step: Int) -> Bool {
        let target = max(0, min(ConsoleSetting.allCases.count - 1, selected + step))
        defer { selected = target }
        return target != selected
    }
}
