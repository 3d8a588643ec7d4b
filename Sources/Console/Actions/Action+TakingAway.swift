internal import Cells

extension Action {
    /// The menu of what can be copied, and the report on the screen.
    static let takingAway: [Action] = copying + reporting

    private static let copying: [Action] = [
        Action(.copyAOR, ["a"], "AOR", "copy the address of record", in: .copy, weight: 60),
        Action(.copyContact, ["c"], "Contact", "copy the contact URI", in: .copy, weight: 55),
        Action(.copySource, ["s"], "Source", "copy the source address", in: .copy, weight: 58),
        Action(
            .copyRaw,
            ["r"],
            "Message",
            "copy the message as it is shown, secrets shortened",
            in: .copy,
            weight: 40
        ),
        Action(.copyJSON, ["j"], "JSON", "copy the row as a line of JSON", in: .copy, weight: 45),
        Action(.copyLine, ["l"], "Line", "copy the row as a line of text", in: .copy, weight: 42),
        Action(
            .copyNftables,
            ["f"],
            "nftables rule",
            "copy a rule that drops the source",
            in: .copy,
            weight: 35
        ),
        Action(
            .copyIptables,
            ["i"],
            "iptables rule",
            "copy a rule that drops the source",
            in: .copy,
            weight: 34
        ),
        Action(
            .copyReport,
            ["t"],
            "Ticket report",
            "copy all that a ticket needs to know",
            in: .copy,
            weight: 65
        ),
        Action(.copyChoose, [.enter], "Copy", "copy what is selected", in: .copy, weight: 80),
        Action(.copyDown, [.down, .control("n")], "", "next line", in: .copy),
        Action(.copyUp, [.up, .control("p")], "", "previous line", in: .copy),
        Action(
            .copyClose,
            [.escape, "q", .control("c")],
            "Close",
            "close; nothing is copied",
            in: .copy,
            weight: 90
        ),
    ]

    private static let reporting: [Action] = [
        Action(.reportCopy, ["y"], "Copy", "copy the report", in: .report, weight: 85),
        Action(.reportSave, ["S", .function(2)], "Save", "save the report", in: .report, weight: 65),
        Action(.reportDown, ["j", .down], "Scroll", "a line down", in: .report, weight: 70),
        Action(.reportUp, ["k", .up], "Scroll", "a line up", in: .report, weight: 70),
        Action(
            .reportPageDown,
            [.pageDown, .control("f"), " "],
            "Page",
            "a page down",
            in: .report,
            weight: 60
        ),
        Action(.reportPageUp, [.pageUp, .control("b")], "Page", "a page up", in: .report, weight: 60),
        Action(.reportFirst, ["g", .home], "", "the beginning", in: .report),
        Action(.reportLast, ["G", .end], "", "the end", in: .report),
        Action(
            .reportClose,
            [.escape, "q", .control("c")],
            "Close",
            "close the report",
            in: .report,
            weight: 90
        ),
    ]
}
