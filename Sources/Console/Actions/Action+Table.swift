internal import Cells

extension Action {
    /// All actions, in the order in which a key bar shows them.
    static let table: [Action] =
        looking + choosing + acting + moving + console + layers + choices + takingAway

    private static let looking: [Action] = [
        Action(
            .open,
            [.enter, "l", .right],
            "Open",
            "open what the cursor is on: detail, ladder, raw message, whole line, attempts of a source",
            in: [.lists, .overview, .binding, .attempt],
            weight: 90
        ),
        Action(
            .overview,
            ["1"],
            "View",
            "Overview: numbers, who fails, what happens",
            in: .screens,
            weight: 40
        ),
        Action(
            .bindings,
            ["2"],
            "View",
            "Bindings: who is registered, and until when",
            in: .screens,
            weight: 40
        ),
        Action(
            .attempts,
            ["3"],
            "View",
            "Attempts: who tried to register, and why it failed",
            in: .screens,
            weight: 40
        ),
        Action(
            .security,
            ["4"],
            "View",
            "Security: who fails, who attacks, and what speaks for it",
            in: .screens,
            weight: 40
        ),
        Action(.log, ["5"], "View", "Log and Audit; Tab goes on to the blocks", in: .screens, weight: 40),
        Action(
            .devices,
            ["6"],
            "View",
            "Devices: what is wrong with phones, by User-Agent or vendor",
            in: .screens,
            weight: 40
        ),
        Action(
            .nextPane,
            [.tab],
            "Pane",
            "next pane; Log, Audit, Blocks",
            in: [.overview, .devices, .log, .audit, .blocks],
            weight: 60
        ),
        Action(.detail, ["d"], "", "what the cursor is on, in detail", in: [.lists, .overview, .binding]),
        Action(
            .previousPane,
            [.backTab],
            "",
            "previous pane",
            in: [.overview, .devices, .log, .audit, .blocks]
        ),
        Action(
            .filter,
            ["/", .function(3), .function(4), "f", .function(7)],
            "Filter",
            "filter the rows; Tab completes fields and values that have been seen",
            in: .lists,
            weight: 80
        ),
        Action(
            .search,
            ["/", .function(3)],
            "Search",
            "search the messages of the attempt for a text",
            in: .attempt,
            weight: 62
        ),
        Action(.nextHit, ["n"], "Next hit", "the next line that has the text", in: .attempt, weight: 64),
        Action(.previousHit, ["N"], "", "the line before that has the text", in: .attempt),
        Action(
            .clearFilter,
            ["\\"],
            "All",
            "clear the filter, or the search; then: stop following an address of record",
            in: [.lists, .attempt],
            weight: 55
        ),
        Action(
            .problems,
            ["!"],
            "Problems",
            "only problems: LATE, AUTH, PING, CONN; failures, attacks, warnings",
            in: [.bindings, .attempts, .security, .log],
            weight: 50
        ),
    ]

    private static let choosing: [Action] = [
        Action(.sortLeft, ["<"], "Sort", "sort by the column to the left", in: .bindings, weight: 45),
        Action(.sortRight, [">"], "Sort", "sort by the column to the right", in: .bindings, weight: 45),
        Action(.reverse, ["I"], "Reverse", "reverse the order", in: .bindings, weight: 15),
        Action(.sortMenu, ["s", .function(6)], "", "choose the column to sort by", in: .bindings),
        Action(.mark, [" "], "Mark", "mark the row, and go on", in: .bindings, weight: 52),
        Action(.range, ["v"], "", "mark a range: start, move, end", in: .bindings),
        Action(.markAll, ["V"], "", "mark all rows shown; again: all that the filter matches", in: .bindings),
        Action(.unmark, ["U"], "Unmark", "unmark all", in: .bindings, weight: 35),
        Action(
            .follow,
            ["A"],
            "Newest",
            "follow the newest row",
            in: [.bindings, .attempts, .log, .audit],
            weight: 25
        ),
        Action(
            .attemptsOf,
            ["a", "x"],
            "Attempts",
            "the attempts of this address of record (or source)",
            in: [.overview, .bindings, .binding, .attempts, .attempt, .security, .history],
            weight: 48
        ),
        Action(
            .bindingsOf,
            ["J"],
            "Bindings",
            "the bindings of this address of record (or source)",
            in: [.overview, .attempts, .attempt, .security, .history],
            weight: 47
        ),
        Action(
            .sourceOf,
            ["i"],
            "Source",
            "the source that this comes from, on Security",
            in: [.overview, .bindings, .binding, .attempts, .attempt],
            weight: 32
        ),
        Action(
            .followAOR,
            ["F"],
            "Follow",
            "follow this address of record: Bindings, Attempts, History, Log, Audit show only it; again: all",
            in: .screens,
            weight: 33
        ),
        Action(
            .history,
            ["H"],
            "History",
            "the history of this address of record: made, moved, why it left",
            in: [.bindings, .binding, .attempts, .attempt],
            weight: 42
        ),
        Action(
            .group,
            ["g"],
            "Group",
            "group by source, user or User-Agent; devices by User-Agent or vendor",
            in: [.security, .devices],
            weight: 36
        ),
        Action(.why, ["d"], "Why", "why: the registrar's checks, shown or hidden", in: .attempt, weight: 70),
        Action(
            .raw,
            ["r", "R", .function(6)],
            "Raw",
            "the message whole, and back",
            in: .attempt,
            weight: 65
        ),
        Action(
            .rawPane,
            ["t", .function(10)],
            "",
            "raw message beside the ladder, on a wide screen",
            in: .attempt
        ),
        Action(.times, ["w"], "Times", "times of day, or since the message before", in: .attempt, weight: 30),
        Action(
            .requests,
            ["t", .function(10)],
            "Calls",
            "tries to register, all requests, or calls only: one after the other",
            in: .attempts,
            weight: 46
        ),
        Action(.columns, ["t", .function(10)], "", "choose the columns, and their order", in: .bindings),
        Action(.preview, ["P"], "", "preview of the binding under the list", in: .bindings),
        Action(
            .previous,
            ["["],
            "Prev/Next",
            "the previous one without going back",
            in: [.binding, .attempt],
            weight: 45
        ),
        Action(
            .next,
            ["]"],
            "Prev/Next",
            "the next one without going back",
            in: [.binding, .attempt],
            weight: 45
        ),
    ]

    private static let acting: [Action] = [
        Action(
            .evict,
            ["X"],
            "Evict",
            "EVICT: take the binding away (asks first)",
            in: [.bindings, .binding],
            weight: 75,
            isDestructive: true
        ),
        Action(
            .evictGhosts,
            ["O"],
            "Ghosts",
            "EVICT all ghosts of this address of record: only the newest stay (asks first)",
            in: [.bindings, .binding],
            weight: 76,
            isDestructive: true
        ),
        Action(
            .expire,
            ["E"],
            "Expire",
            "EXPIRE: let the binding end now, by the ordinary path (asks first)",
            in: [.bindings, .binding],
            weight: 58,
            isDestructive: true
        ),
        Action(
            .block,
            ["B"],
            "Block",
            "BLOCK: refuse this address of record or source, or all that are marked, for a time (asks first)",
            in: [.overview, .bindings, .binding, .attempts, .attempt, .security],
            weight: 38,
            isDestructive: true
        ),
        Action(
            .unblock,
            ["B"],
            "Lift block",
            "UNBLOCK: lift this block (asks first)",
            in: .blocks,
            weight: 75,
            isDestructive: true
        ),
        Action(
            .drain,
            ["D"],
            "Drain",
            "DRAIN: turn newcomers away ahead of maintenance, or let them in again (asks first)",
            in: .screens,
            isDestructive: true
        ),
        Action(
            .undo,
            ["u"],
            "Undo",
            "undo the last act within ten seconds, abort what is under way, or choose what to undo",
            in: .screens,
            weight: 85,
            isDestructive: true
        ),
        Action(
            .actMenu,
            ["m", .function(9)],
            "",
            "choose what to do with it: all acts of this screen",
            in: .screens
        ),
        Action(
            .freeze,
            ["p", "Z"],
            "Freeze",
            "freeze the view, and go on; the registrar never stops",
            in: .screens,
            weight: 28
        ),
        Action(
            .save,
            ["S", .function(2)],
            "Save",
            "save what is here into a file: text, CSV, JSON, or its messages as pcap",
            in: .screens,
            weight: 12
        ),
    ]

    private static let moving: [Action] = [
        Action(.down, ["j", .down], "", "one row down", in: .screens),
        Action(.up, ["k", .up], "", "one row up", in: .screens),
        Action(.pageDown, [.control("f"), .pageDown], "", "a page down", in: [.lists, .binding, .attempt]),
        Action(.pageUp, [.control("b"), .pageUp], "", "a page up", in: [.lists, .binding, .attempt]),
        Action(.halfDown, [.control("d")], "", "half a page down", in: [.lists, .attempt]),
        Action(.halfUp, [.control("u")], "", "half a page up", in: [.lists, .attempt]),
        Action(
            .first,
            ["g", .home],
            "",
            "first row",
            in: Places([.lists, .attempt]).subtracting([.security, .devices])
        ),
        Action(.firstRow, [.home], "", "first row", in: [.security, .devices]),
        Action(.last, ["G", .end], "", "last row", in: [.lists, .attempt]),
    ]

    private static let console: [Action] = [
        Action(.blocks, ["b"], "", "the list of blocks", in: .screens),
        Action(
            .copy,
            ["y"],
            "Copy",
            "copy: address of record, contact, source, message, JSON, firewall line, ticket report",
            in: .screens,
            weight: 22
        ),
        Action(.lastView, ["-"], "", "the view before this one", in: .screens),
        Action(.theme, ["T"], "", "choose a theme", in: .screens),
        Action(
            .settings,
            [",", .function(8)],
            "",
            "settings of this console: theme, key bar, columns, clock",
            in: .screens
        ),
        Action(.keyBar, ["K"], "", "show or hide this key bar", in: .screens),
        Action(
            .mouse,
            ["%"],
            "",
            "the mouse, on or off; while it is on, Shift-drag selects text",
            in: .screens
        ),
        Action(.redraw, [.control("l"), .function(5)], "", "paint the screen anew", in: .screens),
        Action(
            .reload,
            [.control("r")],
            "",
            "read settings and accounts anew; all or nothing, and bindings stay",
            in: .screens,
            needsOperate: true
        ),
        Action(
            .command,
            [":"],
            "",
            "the palette: all that can be done here, by name",
            in: .screens
        ),
        Action(.suspend, [.control("z")], "", "suspend an attached console", in: .screens),
        Action(.help, ["?", .function(1)], "Help", "this help", in: .screens, weight: 95),
        Action(
            .back,
            ["q"],
            "Back",
            "back; at the top: quit (asks first)",
            in: .screens,
            weight: 88
        ),
        Action(.leave, [.escape, "h", .left], "", "back; at the top: nothing", in: .screens),
        Action(.quit, ["Q", .control("c")], "", "quit (asks first)", in: [.screens, .tiny]),
    ]
}
