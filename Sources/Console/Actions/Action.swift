internal import Cells

/// One thing that an operator can do: the single row from which key dispatch, help and key bar derive.
struct Action: Sendable {
    /// Names it in code.
    var id: ActionID
    /// Keys that do it; the first is the one shown. At least one is no function key.
    var keys: [Key]
    /// The word in the key bar; neighbours with the same word share it (`< > Sort`).
    var label: String
    /// What help says.
    var help: String
    /// Where its keys work.
    var places: Places
    /// How long it stays in a key bar that is too narrow; 0 is never shown there.
    var weight: Int
    /// It changes the registrar's state.
    var isDestructive: Bool
    /// A console that may not act refuses it.
    var needsOperate: Bool

    init(
        _ id: ActionID,
        _ keys: [Key],
        _ label: String,
        _ help: String,
        in places: Places,
        weight: Int = 0,
        isDestructive: Bool = false,
        needsOperate: Bool = false,
    ) {
        self.id = id
        self.keys = keys
        self.label = label
        self.help = help
        self.places = places
        self.weight = weight
        self.isDestructive = isDestructive
        self.needsOperate = isDestructive || needsOperate
    }

    /// The action that a key does at a place.
    static func of(_ key: Key, at place: Places) -> Action? {
        table.first { $0.places.contains(place) && $0.keys.contains(key) }
    }

    /// The row of an action.
    static func row(_ id: ActionID) -> Action? { table.first { $0.id == id } }

    /// The key shown for an action: `X`.
    static func key(_ id: ActionID) -> String { row(id)?.keys.first?.description ?? "" }
}

/// Names of all actions.
enum ActionID: String, CaseIterable, Sendable {
    // Looking
    case open, back, leave, quit
    case overview, bindings, attempts, security, log, devices, blocks, lastView, nextPane, previousPane
    case up, down, pageUp, pageDown, halfUp, halfDown, first, firstRow, last, previous, next
    case filter, clearFilter, problems, sortLeft, sortRight, reverse, sortMenu
    case freeze, follow, followAOR, history, group, preview, raw, rawPane, why, times
    // Marking and acting
    case mark, range, markAll, unmark, evict, evictGhosts, expire, block, unblock, drain, undo
    // The console itself
    case theme, keyBar, redraw, reload, suspend, command, help
    // In a prompt, behind `:`, in a form, the help and a list to choose from
    case promptAccept, promptCancel, promptComplete, promptOlder, promptNewer
    case commandRun, commandCancel, commandComplete, commandOlder, commandNewer
    case formPress, formCancel, formYes, formNo, formQuit
    case formNext, formPrevious, formLeft, formRight, formDown, formUp
    case helpRun, helpClose, helpUp, helpDown, helpPageUp, helpPageDown
    case pickChoose, pickCancel, pickUp, pickDown
}
