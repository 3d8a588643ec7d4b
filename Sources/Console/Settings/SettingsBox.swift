internal import Cells

/// Draws the list of settings: what each is, what is chosen, and where that is kept.
struct SettingsBox {
    let model: ConsoleModel
    let state: SettingsState

    func draw(on grid: inout CellGrid, in area: Rect) {
        let all = ConsoleSetting.allCases
        let width = min(area.width, 76)
        let foot = area.height >= 12 ? 2 : area.height >= 6 ? 1 : 0
        let height = max(3, min(area.height, all.count + 2 + foot))
        let box = area.centred(width: width, height: height)
        grid.fill(box, role: .dialog)
        grid.box(box, title: "SETTINGS OF THIS CONSOLE", role: .frameFocus, titleRole: .dialogTitle)
        let inner = box.inset(left: 1, top: 1, right: 1, bottom: 1)
        let list = inner.inset(bottom: foot)
        let top = max(0, min(state.selected - list.height / 2, all.count - list.height))
        for (line, setting) in all.dropFirst(top).prefix(list.height).enumerated() {
            draw(setting, isSelected: top + line == state.selected, on: &grid, in: list.row(line))
        }
        guard foot > 0 else { return }
        let last = inner.row(inner.height - 1).inset(left: 2)
        grid.put(
            SafeText(place, ascii: grid.glyphs == .ascii).fitted(to: last.width, cut: .start),
            at: last.origin,
            role: .textDim
        )
    }

    private func draw(
        _ setting: ConsoleSetting,
        isSelected: Bool,
        on grid: inout CellGrid,
        in row: Rect,
    ) {
        let ascii = grid.glyphs == .ascii
        if isSelected { grid.set(grid.glyphs.cursor, at: row.origin, role: .dialog) }
        let title = row.inset(left: 2)
        grid.put(setting.title, at: title.origin, role: .textStrong, maxWidth: title.width)
        let value = title.inset(left: 9)
        let text = model.value(of: setting)
        let isOpen = model.values(of: setting).count > 1
        let room = min(value.width, max(16, row.width / 4))
        let shown = isOpen ? "< \(text) >" : text
        grid.put(
            SafeText(shown, ascii: ascii).fitted(to: room),
            at: value.origin,
            role: isSelected ? .buttonFocus : .dialog
        )
        let help = value.inset(left: room + 1, right: 1)
        grid.put(
            SafeText(remark(setting), ascii: ascii).fitted(to: help.width),
            at: help.origin,
            role: .textDim
        )
        if isSelected {
            grid.overlay(Rect(x: row.x, y: row.y, width: value.x - row.x, height: 1), role: .rowCursor)
        }
    }

    /// What a setting is about, or what makes the choice short-lived.
    private func remark(_ setting: ConsoleSetting) -> String {
        setting == .theme && model.settings.isThemeGiven
            ? "an option or the settings name one for the next start" : setting.help
    }

    /// Where choices are kept.
    private var place: String {
        let path = model.settings.preferencesPath
        return path.isEmpty ? "Forgotten when this console ends: nothing keeps them." : "Kept in \(path)"
    }
}
