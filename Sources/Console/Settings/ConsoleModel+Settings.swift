internal import Cells
internal import Timing

extension ConsoleModel {
    /// What can be chosen of a setting; empty where a list of its own opens.
    func values(of setting: ConsoleSetting) -> [String] {
        switch setting {
        case .theme: settings.themes.map(\.name)
        case .keyBar, .preview, .mouse: ["on", "off"]
        case .columns: []
        case .clock: ["local", "utc"]
        case .times: ["clock", "gaps"]
        case .glyphs: settings.glyphs == .ascii ? ["ascii"] : ["unicode", "ascii"]
        }
    }

    /// What is chosen of a setting.
    func value(of setting: ConsoleSetting) -> String {
        func onOff(_ isOn: Bool) -> String { isOn ? "on" : "off" }
        return switch setting {
        case .theme: theme
        case .keyBar: onOff(showsKeyBar)
        case .preview: onOff(showsPreview)
        case .columns:
            preferences.columns.isEmpty ? "automatic" : preferences.columns.joined(separator: ",")
        case .clock: preferences.usesUTC ? "utc" : "local"
        case .times: ladder.showsGaps ? "gaps" : "clock"
        case .glyphs: glyphs == .ascii ? "ascii" : "unicode"
        case .mouse: onOff(preferences.usesMouse)
        }
    }

    /// Chooses a value that there is, shows it at once and keeps it.
    mutating func set(_ setting: ConsoleSetting, to value: String) -> [ConsoleEffect] {
        var effects: [ConsoleEffect] = []
        switch setting {
        case .theme:
            effects = theme == value ? [] : [.setTheme(value)]
            (theme, preferences.theme) = (value, value)
        case .keyBar: (showsKeyBar, preferences.showsKeyBar) = (value == "on", value == "on")
        case .preview: (showsPreview, preferences.showsPreview) = (value == "on", value == "on")
        case .columns: return []
        case .clock: preferences.usesUTC = value == "utc"
        case .times: (ladder.showsGaps, preferences.showsGaps) = (value == "gaps", value == "gaps")
        case .glyphs: preferences.usesASCII = value == "ascii" && settings.glyphs != .ascii
        case .mouse:
            preferences.usesMouse = value == "on"
            effects = [.useMouse(preferences.usesMouse)]
        }
        if setting == .keyBar || setting == .preview { link.wantsWindow = true }
        return effects + [.keep(preferences)]
    }

    /// Takes a key while settings are shown.
    mutating func pressSettings(_ state: inout SettingsState, _ key: Key, at now: ClockReading)
        -> [ConsoleEffect]
    {
        let id = keys.action(of: key, at: .settings)?.id
        switch id {
        case .settingsDown, .settingsUp: _ = state.move(by: id == .settingsDown ? 1 : -1)
        case .settingsNext where state.setting == .columns:
            openColumns()
            return []
        case .settingsNext, .settingsPrevious:
            let step = id == .settingsNext ? 1 : -1
            guard let value = value(of: state.setting, by: step) else {
                message = .info(obstacle(to: state.setting), at: now.timestamp)
                return []
            }
            return set(state.setting, to: value)
        case .settingsClose: layer = nil
        default: break
        }
        if id != .settingsClose { layer = .settings(state) }
        return []
    }

    /// The value that stands so far from the chosen one, going round; nil if there is no other.
    private func value(of setting: ConsoleSetting, by step: Int) -> String? {
        let all = values(of: setting)
        guard all.count > 1 else { return nil }
        let index = all.firstIndex(of: value(of: setting)) ?? 0
        return all[(index + step + all.count) % all.count]
    }

    /// Why a setting has one value only.
    private func obstacle(to setting: ConsoleSetting) -> String {
        switch setting {
        case .columns: "\(keys.key(.settingsNext)) opens the list of columns."
        case .glyphs: "This terminal, or --ascii, takes ASCII only."
        case .theme: "There is no other theme."
        default: ""
        }
    }

    /// What the key bar offers of the list of settings.
    func offers(_ id: ActionID, _ state: SettingsState) -> Bool {
        var copy = state
        switch id {
        case .settingsDown: return copy.move(by: 1)
        case .settingsUp: return copy.move(by: -1)
        case .settingsNext: return state.setting == .columns || value(of: state.setting, by: 1) != nil
        case .settingsPrevious: return value(of: state.setting, by: -1) != nil
        default: return true
        }
    }
}
