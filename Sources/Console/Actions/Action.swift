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
}

/// Names of all actions.
enum ActionID: String, CaseIterable, Sendable {
    // Looking
    case open, detail, back, leave, quit
    case overview, bindings, attempts, security, log, devices, blocks, lastView, nextPane, previousPane
    case up, down, pageUp, pageDown, halfUp, halfDown, first, firstRow, last, previous, next
    case filter, search, nextHit, previousHit, clearFilter, problems
    case sortLeft, sortRight, reverse, sortMenu, columns
    case save, freeze, follow, followAOR, attemptsOf, bindingsOf, sourceOf, history, group
    case preview, raw, rawPane, why, times, requests
    // Marking and acting
    case mark, range, markAll, unmark, actMenu, evict, evictGhosts, expire, block, unblock, drain, undo
    // The console itself
    case copy, theme, settings, keyBar, mouse, redraw, reload, suspend, command, help
    // In a prompt, behind `:`, in a form, the help and a list to choose from
    case promptAccept, promptCancel, promptComplete, promptCompleteBack, promptOlder, promptNewer
    case commandRun, commandCancel, commandComplete, commandUp, commandDown, commandPageUp, commandPageDown,
        commandOlder, commandNewer
    case formPress, formCancel, formYes, formNo, formQuit, formCopy
    case formNext, formPrevious, formLeft, formRight, formDown, formUp
    case helpRun, helpClose, helpUp, helpDown, helpPageUp, helpPageDown
    case pickChoose, pickCancel, pickUp, pickDown
    case settingsNext, settingsPrevious, settingsUp, settingsDown, settingsClose
    case columnsKeep, columnsCancel, columnsToggle, columnsEarlier, columnsLater, columnsUp, columnsDown
    case columnsAutomatic
    // In the menu of what can be copied, and in a report
    case copyAOR, copyContact, copySource, copyRaw, copyJSON, copyLine, copyNftables, copyIptables, copyReport
    case copyChoose, copyClose, copyUp, copyDown
    case reportCopy, reportSave, reportClose, reportUp, reportDown, reportPageUp, reportPageDown, reportFirst,
        reportLast
}
