/// What a cell means; a theme says how it looks.
///
/// The numbers are only an index; the dotted `name` is what theme files use.
public enum Role: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// Body text and its shades.
    case text, textDim, textStrong, textLink
    /// The top line and its badges.
    case barTitle, barTitleLive, barTitleFrozen, barTitleReplay, barTitleLost, barTitleAlert, barTitleMode
    /// A table's head and rows.
    case tableHead, tableHeadSort, tableRow, tableRowAlt
    /// What lies over a row: the cursor, a mark, an ended row.
    case rowCursor, rowMark, rowGone
    /// Lines, boxes and scroll bars.
    case frame, frameTitle, frameFocus, scrollBar
    /// The bottom key bar.
    case hintKey, hintText
    /// The line of `:` and `/`.
    case prompt, promptGhost, promptError
    /// How a binding or a login is.
    case stateOK, stateWarn, stateLate, stateFail, stateAuth, stateUnreg, stateUnknown
    /// Countdown bar and text.
    case expiryFull, expiryMid, expiryLow, expiryOver
    /// Sparkline levels.
    case rateLow, rateMid, rateHigh
    /// The ladder.
    case flowRequest, flowReplyOK, flowReplyAuth, flowReplyFail, flowRetrans, flowTime, flowHost
    /// The parts of a SIP message; `sipBad` are escaped bytes.
    case sipMethod, sipStatus, sipHeader, sipValue, sipURI, sipParam, sipSecret, sipBad
    /// The "why" panel.
    case verdictOK, verdictBad
    /// Security classes.
    case secAttack, secSelfheal, secCalm
    /// Filters.
    case filterMatch, filterValid, filterInvalid
    /// Dialogs.
    case dialog, dialogTitle, button, buttonFocus, buttonDanger
    /// Messages in the line above the key bar.
    case toastInfo, toastOK, toastWarn, toastError
    /// Two messages compared.
    case diffAdd, diffDel, diffChange

    /// The name in theme files: `row.cursor`.
    public var name: String { row.name }
    /// The role that stands in when a theme says nothing about this one; nil only for `text`.
    public var parent: Role? { row.parent }
    /// What it lies on: a style that leaves a colour out takes this role's; nil only for `text`.
    public var surface: Role? {
        switch self {
        case .text: nil
        case .barTitleLive, .barTitleFrozen, .barTitleReplay, .barTitleLost, .barTitleAlert, .barTitleMode:
            .barTitle
        case .tableHeadSort: .tableHead
        case .dialogTitle, .button, .buttonFocus, .buttonDanger: .dialog
        default: .text
        }
    }
    /// The letter that stands for it in golden screens; unique and never changed.
    public var letter: Character { row.letter }

    /// The role of a dotted name, or nil.
    public init?(name: String) {
        guard let role = Role.byName[name] else { return nil }
        self = role
    }

    private var row: RoleRow { Role.table[Int(rawValue)] }

    private static let byName = [String: Role](
        Role.allCases.map { ($0.name, $0) },
        uniquingKeysWith: { first, _ in first },
    )
}

/// One line of the role table.
struct RoleRow: Sendable {
    let role: Role
    let name: String
    let parent: Role?
    let letter: Character

    init(_ role: Role, _ name: String, _ parent: Role?, _ letter: Character) {
        self.role = role
        self.name = name
        self.parent = parent
        self.letter = letter
    }
}

extension Role {
    /// Name, parent and golden letter of each role, in the order of the cases.
    static let table: [RoleRow] = [
        RoleRow(.text, "text", nil, "."),
        RoleRow(.textDim, "text.dim", .text, ","),
        RoleRow(.textStrong, "text.strong", .text, ";"),
        RoleRow(.textLink, "text.link", .text, "_"),
        RoleRow(.barTitle, "bar.title", .text, "B"),
        RoleRow(.barTitleLive, "bar.title.live", .barTitle, "L"),
        RoleRow(.barTitleFrozen, "bar.title.frozen", .barTitle, "Z"),
        RoleRow(.barTitleReplay, "bar.title.replay", .barTitle, "Y"),
        RoleRow(.barTitleLost, "bar.title.lost", .barTitle, "X"),
        RoleRow(.barTitleAlert, "bar.title.alert", .barTitle, "!"),
        RoleRow(.barTitleMode, "bar.title.mode", .barTitle, "M"),
        RoleRow(.tableHead, "table.head", .textStrong, "H"),
        RoleRow(.tableHeadSort, "table.head.sort", .tableHead, "S"),
        RoleRow(.tableRow, "table.row", .text, "r"),
        RoleRow(.tableRowAlt, "table.row.alt", .tableRow, "R"),
        RoleRow(.rowCursor, "row.cursor", .tableRow, ">"),
        RoleRow(.rowMark, "row.mark", .tableRow, "*"),
        RoleRow(.rowGone, "row.gone", .tableRow, "~"),
        RoleRow(.frame, "frame", .text, "-"),
        RoleRow(.frameTitle, "frame.title", .frame, "t"),
        RoleRow(.frameFocus, "frame.focus", .frame, "="),
        RoleRow(.scrollBar, "scroll.bar", .frame, "|"),
        RoleRow(.hintKey, "hint.key", .textStrong, "K"),
        RoleRow(.hintText, "hint.text", .text, "k"),
        RoleRow(.prompt, "prompt", .text, ":"),
        RoleRow(.promptGhost, "prompt.ghost", .textDim, "g"),
        RoleRow(.promptError, "prompt.error", .stateFail, "P"),
        RoleRow(.stateOK, "state.ok", .text, "o"),
        RoleRow(.stateWarn, "state.warn", .text, "w"),
        RoleRow(.stateLate, "state.late", .stateWarn, "l"),
        RoleRow(.stateFail, "state.fail", .text, "f"),
        RoleRow(.stateAuth, "state.auth", .stateWarn, "a"),
        RoleRow(.stateUnreg, "state.unreg", .textDim, "u"),
        RoleRow(.stateUnknown, "state.unknown", .textDim, "?"),
        RoleRow(.expiryFull, "expiry.full", .stateOK, "1"),
        RoleRow(.expiryMid, "expiry.mid", .stateOK, "2"),
        RoleRow(.expiryLow, "expiry.low", .stateWarn, "3"),
        RoleRow(.expiryOver, "expiry.over", .stateLate, "4"),
        RoleRow(.rateLow, "rate.low", .text, "5"),
        RoleRow(.rateMid, "rate.mid", .stateWarn, "6"),
        RoleRow(.rateHigh, "rate.high", .stateFail, "7"),
        RoleRow(.flowRequest, "flow.request", .text, "q"),
        RoleRow(.flowReplyOK, "flow.reply.ok", .stateOK, "O"),
        RoleRow(.flowReplyAuth, "flow.reply.auth", .stateAuth, "A"),
        RoleRow(.flowReplyFail, "flow.reply.fail", .stateFail, "F"),
        RoleRow(.flowRetrans, "flow.retrans", .textDim, "x"),
        RoleRow(.flowTime, "flow.time", .textDim, "T"),
        RoleRow(.flowHost, "flow.host", .textStrong, "h"),
        RoleRow(.sipMethod, "sip.method", .textStrong, "m"),
        RoleRow(.sipStatus, "sip.status", .textStrong, "s"),
        RoleRow(.sipHeader, "sip.header", .text, "e"),
        RoleRow(.sipValue, "sip.value", .text, "v"),
        RoleRow(.sipURI, "sip.uri", .textLink, "U"),
        RoleRow(.sipParam, "sip.param", .textDim, "p"),
        RoleRow(.sipSecret, "sip.secret", .textDim, "$"),
        RoleRow(.sipBad, "sip.bad", .stateFail, "#"),
        RoleRow(.verdictOK, "verdict.ok", .stateOK, "V"),
        RoleRow(.verdictBad, "verdict.bad", .stateFail, "W"),
        RoleRow(.secAttack, "sec.attack", .stateFail, "C"),
        RoleRow(.secSelfheal, "sec.selfheal", .stateWarn, "c"),
        RoleRow(.secCalm, "sec.calm", .stateOK, "j"),
        RoleRow(.filterMatch, "filter.match", .textStrong, "/"),
        RoleRow(.filterValid, "filter.valid", .stateOK, "y"),
        RoleRow(.filterInvalid, "filter.invalid", .promptError, "z"),
        RoleRow(.dialog, "dialog", .text, "d"),
        RoleRow(.dialogTitle, "dialog.title", .frameTitle, "D"),
        RoleRow(.button, "button", .dialog, "b"),
        RoleRow(.buttonFocus, "button.focus", .rowCursor, "["),
        RoleRow(.buttonDanger, "button.danger", .rowCursor, "]"),
        RoleRow(.toastInfo, "toast.info", .textStrong, "i"),
        RoleRow(.toastOK, "toast.ok", .stateOK, "8"),
        RoleRow(.toastWarn, "toast.warn", .stateWarn, "9"),
        RoleRow(.toastError, "toast.error", .stateFail, "E"),
        RoleRow(.diffAdd, "diff.add", .stateOK, "+"),
        RoleRow(.diffDel, "diff.del", .stateFail, "%"),
        RoleRow(.diffChange, "diff.change", .stateWarn, "&"),
    ]
}
