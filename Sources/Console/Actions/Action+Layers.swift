internal import Cells

extension Action {
    /// What can be done where something is typed or asked.
    static let layers: [Action] = [
        Action(.promptAccept, [.enter], "Keep", "keep the filter", in: .prompt, weight: 90),
        Action(
            .promptComplete,
            [.tab],
            "Complete",
            "complete the field or value; again: the next one",
            in: .prompt,
            weight: 80
        ),
        Action(.promptCompleteBack, [.backTab], "", "the completion before", in: .prompt),
        Action(.promptOlder, [.up, .control("p")], "Older", "the filter before", in: .prompt, weight: 70),
        Action(.promptNewer, [.down, .control("n")], "Newer", "the filter after", in: .prompt, weight: 60),
        Action(
            .promptCancel,
            [.escape, .control("c")],
            "As it was",
            "close; the old filter stays",
            in: .prompt,
            weight: 85
        ),
        Action(.commandRun, [.enter], "Run", "run what is selected", in: .command, weight: 90),
        Action(
            .commandComplete,
            [.tab],
            "Complete",
            "complete the name, or what stands behind it",
            in: .command,
            weight: 80
        ),
        Action(.commandDown, [.down], "Choose", "next line", in: .command, weight: 75),
        Action(
            .commandUp,
            [.up],
            "Choose",
            "previous line; above the first: the command before",
            in: .command,
            weight: 75
        ),
        Action(.commandPageDown, [.pageDown], "", "a page of the list down", in: .command),
        Action(.commandPageUp, [.pageUp], "", "a page of the list up", in: .command),
        Action(.commandOlder, [.control("p")], "Older", "the command before", in: .command, weight: 60),
        Action(.commandNewer, [.control("n")], "Newer", "the command after", in: .command, weight: 50),
        Action(
            .commandCancel,
            [.escape, .control("c")],
            "Close",
            "close; nothing is run",
            in: .command,
            weight: 85
        ),
        Action(.formNext, [.tab, .down], "Next field", "next field or button", in: .form, weight: 80),
        Action(.formPrevious, [.backTab, .up], "", "previous field or button", in: .form),
        Action(.formLeft, [.left], "Choose", "the choice or button to the left", in: .form, weight: 50),
        Action(.formRight, [.right], "Choose", "the choice or button to the right", in: .form, weight: 50),
        Action(.formDown, [.pageDown, .control("f")], "Scroll", "scroll the text", in: .form, weight: 82),
        Action(.formUp, [.pageUp, .control("b")], "", "scroll the text", in: .form),
        Action(.formPress, [.enter], "Press", "press the button, or go on", in: .form, weight: 85),
        Action(.formYes, ["y"], "Yes", "answer yes", in: .form, weight: 70),
        Action(.formNo, ["n"], "", "answer no", in: .form),
        Action(
            .formCopy,
            [.control("y")],
            "Copy line",
            "copy the command line that does the same",
            in: .form,
            weight: 45
        ),
        Action(.formQuit, ["Q"], "Quit", "end the program", in: .form, weight: 70),
        Action(
            .formCancel,
            [.escape, .control("c")],
            "Cancel",
            "close without doing anything",
            in: .form,
            weight: 90
        ),
        Action(.helpRun, [.enter], "Do it", "do what is selected", in: .help, weight: 90),
        Action(.helpDown, [.down, .control("n")], "Select", "next line", in: .help, weight: 70),
        Action(.helpUp, [.up, .control("p")], "Select", "previous line", in: .help, weight: 70),
        Action(.helpPageDown, [.pageDown, .control("f")], "", "a page down", in: .help),
        Action(.helpPageUp, [.pageUp, .control("b")], "", "a page up", in: .help),
        Action(.helpClose, [.escape, .control("c")], "Close", "close the help", in: .help, weight: 95),
        Action(.pickChoose, [.enter], "Keep", "take what is selected", in: .pick, weight: 90),
        Action(.pickDown, ["j", .down], "Select", "next line", in: .pick, weight: 70),
        Action(.pickUp, ["k", .up], "Select", "previous line", in: .pick, weight: 70),
        Action(
            .pickCancel,
            [.escape, "q", .control("c")],
            "As it was",
            "close; nothing changes",
            in: .pick,
            weight: 95
        ),
    ]

    /// What can be done in the lists of settings and columns.
    static let choices: [Action] = [
        Action(
            .settingsNext,
            [.right, .enter, " ", "l"],
            "Change",
            "the next value",
            in: .settings,
            weight: 90
        ),
        Action(.settingsPrevious, [.left, "h"], "Change", "the value before", in: .settings, weight: 90),
        Action(.settingsDown, ["j", .down], "Select", "next line", in: .settings, weight: 70),
        Action(.settingsUp, ["k", .up], "Select", "previous line", in: .settings, weight: 70),
        Action(
            .settingsClose,
            [.escape, "q", .control("c")],
            "Close",
            "close; what was changed stays",
            in: .settings,
            weight: 95
        ),
        Action(.columnsKeep, [.enter], "Keep", "keep these columns", in: .columns, weight: 90),
        Action(.columnsToggle, [" "], "Show/hide", "show the column, or not", in: .columns, weight: 85),
        Action(
            .columnsEarlier,
            [.left, "K"],
            "Move",
            "the column further to the left",
            in: .columns,
            weight: 80
        ),
        Action(
            .columnsLater,
            [.right, "J"],
            "Move",
            "the column further to the right",
            in: .columns,
            weight: 80
        ),
        Action(.columnsDown, ["j", .down], "Select", "next line", in: .columns, weight: 70),
        Action(.columnsUp, ["k", .up], "Select", "previous line", in: .columns, weight: 70),
        Action(
            .columnsAutomatic,
            ["a"],
            "Automatic",
            "all that fit, in their usual order",
            in: .columns,
            weight: 75
        ),
        Action(
            .columnsCancel,
            [.escape, "q", .control("c")],
            "As it was",
            "close; nothing changes",
            in: .columns,
            weight: 95
        ),
    ]
}
