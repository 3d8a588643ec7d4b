internal import BindingTable
internal import Cells
internal import Monitor
internal import Timing

extension ConsoleModel {
    /// What is under the cursor, as far as it can be copied.
    func copySubject(at now: ClockReading) -> CopySubject {
        let clock = clock(at: now)
        switch screen {
        case .overview: return CopySubject(overview, clock)
        case .bindings:
            guard let row = bindings.cursorEntry?.row else { return CopySubject() }
            let raw = preview?.row.key == row.key ? preview?.lastRequest ?? [] : []
            return CopySubject(row, raw: raw, clock)
        case .binding:
            guard let detail = detail.detail else { return CopySubject() }
            return CopySubject(detail.row, raw: detail.lastRequest, clock)
        case .attempts:
            return attempts.cursorEntry.map { CopySubject($0.row, raw: [], clock) } ?? CopySubject()
        case .attempt:
            guard let detail = ladder.detail else { return CopySubject() }
            return CopySubject(detail.row, raw: ladder.message?.bytes ?? [], clock)
        case .security: return security.list.cursorRow.map { CopySubject($0, clock) } ?? CopySubject()
        case .devices: return devices.list.cursorRow.map { CopySubject($0, clock) } ?? CopySubject()
        case .log: return log.cursorEntry.map { CopySubject($0.row, clock) } ?? CopySubject()
        case .audit: return audit.cursorEntry.map { CopySubject($0.row, clock) } ?? CopySubject()
        case .blocks: return blocks.cursorEntry.map { CopySubject($0.row, clock) } ?? CopySubject()
        case .history: return historyEntry.map { CopySubject($0, clock) } ?? CopySubject()
        }
    }

    /// Opens the menu over what is under the cursor.
    mutating func openCopyMenu(at now: ClockReading) {
        var subject = copySubject(at: now)
        // Of the past there is no report.
        if replay != nil { subject.report = "" }
        layer = .copy(CopyMenu(subject.items))
    }

    /// Keys of the menu: a letter copies its line at once.
    mutating func pressCopy(_ menu: inout CopyMenu, _ key: Key, at now: ClockReading) -> [ConsoleEffect] {
        guard let id = keys.action(of: key, at: .copy)?.id else { return [] }
        switch id {
        case .copyClose: layer = nil
        case .copyUp, .copyDown:
            if menu.move(by: id == .copyDown ? 1 : -1) { layer = .copy(menu) }
        case .copyChoose:
            guard let item = menu.choice else { return [] }
            return take(item, at: now)
        default:
            if let item = menu.item(id) { return take(item, at: now) }
            message = .warning("That is not here to be copied: the menu says what is.")
        }
        return []
    }

    private mutating func take(_ item: CopyMenu.Item, at now: ClockReading) -> [ConsoleEffect] {
        layer = nil
        guard item.thing == .report else { return copy(item.text, at: now) }
        openReport(item.text, .copy, at: now)
        return []
    }

    /// Sends a text to the clipboard of the operator's terminal. Whether it is taken nobody says, so that is not
    /// claimed; the first time it is said what terminals may want.
    mutating func copy(_ text: String, at now: ClockReading) -> [ConsoleEffect] {
        let bytes = text.utf8.count
        guard bytes > 0 else { return [] }
        guard bytes <= Clipboard.limit else {
            message = .error(
                "Not sent: \(TimeText.count(bytes)) bytes are too many for a terminal's clipboard, which takes "
                    + "\(TimeText.count(Clipboard.limit)). A file takes them: S saves."
            )
            return []
        }
        let hint = hasHintedClipboard ? "" : " \(Self.clipboardHint)"
        hasHintedClipboard = true
        let count = TimeText.count(bytes, "byte")
        message = .done("Sent to your terminal's clipboard (\(count)).\(hint)", at: now.timestamp)
        return [.copy(text)]
    }

    private static let clipboardHint =
        "If pasting gives something else, the terminal refuses it; tmux wants `set -g set-clipboard on`."
}
