internal import Cells
internal import Timing

/// A key that is meant for rows waits until they have come: the first window of a new filter, order or screen,
/// or the one that a move beyond the screen needs. All that is typed behind it waits too, so that keys keep
/// their order.
extension ConsoleModel {
    /// What comes beyond so many is dropped.
    private static let mostWaiting = 200

    /// The action is for rows that the screen does not show yet.
    func waits(_ id: ActionID) -> Bool {
        switch id {
        case .up, .down, .pageUp, .pageDown, .halfUp, .halfDown, .first, .firstRow, .last: !hasWindow
        case .open, .detail, .previous, .next, .followAOR, .attemptsOf, .bindingsOf, .sourceOf, .mark,
            .range, .markAll, .evict, .expire, .block, .unblock, .copy, .raw, .why, .times:
            !hasWindow || isCursorMoving
        default: false
        }
    }

    /// The cursor is still to be put where the last move leads.
    private var isCursorMoving: Bool {
        switch screen {
        case .bindings: bindings.pendingIndex != nil
        case .attempts: attempts.pendingIndex != nil
        case .security: security.list.pendingIndex != nil
        case .devices: devices.list.pendingIndex != nil
        case .log: log.pendingIndex != nil
        case .audit: audit.pendingIndex != nil
        case .blocks: blocks.pendingIndex != nil
        case .overview, .binding, .attempt, .history: false
        }
    }

    /// While keys wait, others join them; Esc and Ctrl-C drop them all.
    mutating func joinsWaiting(_ key: Key) -> Bool {
        guard !waitingKeys.isEmpty else { return false }
        if key == .escape || key == .control("c") {
            let keys = TimeText.count(waitingKeys.count, "key")
            message = .warning("\(keys) dropped: the rows had not come yet.")
            waitingKeys = []
        } else if waitingKeys.count < Self.mostWaiting {
            waitingKeys.append(key)
        }
        return true
    }

    /// Presses the keys that waited, if their rows have come; what still has none waits on. A dialog that one of
    /// them opens is not answered by those behind it: it is there to be read first.
    mutating func pressWaiting(at now: ClockReading) -> [ConsoleEffect] {
        guard !waitingKeys.isEmpty, hasWindow, !isCursorMoving else { return [] }
        let keys = waitingKeys
        waitingKeys = []
        var effects: [ConsoleEffect] = []
        for (index, key) in keys.enumerated() {
            effects += press(key, at: now)
            guard case .form(var form) = layer else { continue }
            let rest = keys.count - index - 1
            if rest > 0 { form.complaint = "Typed ahead and dropped: \(TimeText.count(rest, "key"))." }
            layer = .form(form)
            break
        }
        return effects
    }
}
