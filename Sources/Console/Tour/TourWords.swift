internal import Cells

/// What the tour says, with the keys as the table of actions has them.
struct TourWords {
    let tour: TourState
    let keys: KeyMap

    /// `2/5`
    var progress: String { "\(tour.step.rawValue + 1)/\(TourStep.allCases.count)" }

    private static func user(_ aor: String) -> String { String(aor.prefix { $0 != "@" }) }

    private var lost: String { Self.user(tour.stage.lost) }
    private var haunted: String { Self.user(tour.stage.haunted) }
    private var good: String { Self.user(tour.stage.good) }

    /// What to do, and why, in two lines of a wide screen.
    var long: String {
        func key(_ id: ActionID) -> String { keys.key(id) }
        return switch tour.step {
        case .find:
            "Somebody says: phone \(lost) is dead. Look at who tries to register (\(key(.attempts))), and find it: "
                + "\(key(.filter))\(lost), then Enter."
        case .why:
            "It does try, and fails. Enter on one of its attempts shows the messages, and under WHY what the "
                + "registrar has checked, and what did not fit."
        case .ghosts:
            "Phone \(haunted) rings nowhere: its NAT has left ghosts. On the bindings (\(key(.bindings))) find it: "
                + "\(key(.filter))\(haunted), Enter. \(key(.evictGhosts)) keeps the newest; y does it."
        case .undo where tour.taken > 0 && tour.putBack == 0:
            "Gone. Now put it back: \(key(.undo)), within ten seconds (later from the audit screen)."
        case .undo:
            "Take a binding away: \(key(.clearFilter)) shows all, \(key(.filter))\(good), Enter; \(key(.evict)) asks first, "
                + "y does it. Then put it back: \(key(.undo))."
        case .record:
            "All of that is on record, with your name: \(key(.log)) for the log, and Tab for the audit trail."
        }
    }

    /// The same where there is no room.
    var short: String {
        func key(_ id: ActionID) -> String { keys.key(id) }
        return switch tour.step {
        case .find:
            "\(lost) is dead, they say. Find it: \(key(.attempts)), then \(key(.filter))\(lost) Enter."
        case .why: "It fails. See why: Enter on an attempt."
        case .ghosts:
            "\(haunted) has ghosts: \(key(.bindings)), \(key(.filter))\(haunted) Enter, \(key(.evictGhosts)), y."
        case .undo where tour.taken > 0 && tour.putBack == 0: "Now put it back: \(key(.undo))."
        case .undo:
            "Evict: \(key(.clearFilter)) \(key(.filter))\(good) Enter, \(key(.evict)), y. Then undo: \(key(.undo))."
        case .record: "It is on record: \(key(.log)), then Tab."
        }
    }

    /// What is said when all is done.
    static func end(_ keys: KeyMap) -> String {
        "That was the tour, all five steps. Read on: \(keys.key(.help)) has every key of a screen, man regtop the rest."
    }

    /// The offer to an operator who has not seen it.
    static var offer: String { "New here? :tour plays a night on call with you, in five steps." }

    /// The same where no phones play.
    static func hint(_ keys: KeyMap) -> String {
        "New here? \(keys.key(.bindings)) bindings, \(keys.key(.filter)) finds a phone, "
            + "\(keys.key(.help)) all keys; regtop --demo has a tour."
    }

    /// Draws the step: under a line of its own, or where there is no room behind its number.
    func draw(on grid: inout CellGrid, in rect: Rect, canLeave: Bool) {
        grid.fill(rect, role: .text)
        let ascii = grid.glyphs == .ascii
        guard rect.height >= ConsoleModel.tourRows else {
            let lines = RunLine(
                [TextRun("\(progress) ", role: .textStrong), TextRun(short, role: .toastInfo)],
                ascii: ascii
            )
            .wrapped(columns: max(2, rect.width - 2), atWords: true)
            for (row, line) in lines.prefix(rect.height).enumerated() {
                line.draw(on: &grid, at: Point(x: rect.x + 1, y: rect.y + row), maxWidth: rect.width - 1)
            }
            return
        }
        let leave = canLeave ? ", Esc ends it" : ""
        grid.rule(rect.row(0), title: "TOUR \(progress)\(leave)", role: .frameFocus, titleRole: .frameFocus)
        let lines = RunLine([TextRun(long, role: .toastInfo)], ascii: ascii)
            .wrapped(columns: max(2, rect.width - 2), atWords: true)
        for (row, line) in lines.prefix(rect.height - 1).enumerated() {
            line.draw(on: &grid, at: Point(x: rect.x + 1, y: rect.y + 1 + row), maxWidth: rect.width - 1)
        }
    }
}
