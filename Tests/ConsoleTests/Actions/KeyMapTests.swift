import Cells
import Support
import Testing

@testable import Console

/// Keys as an operator wants them.
@Suite struct KeyMapTests {
    private func map(_ lines: [(String, [String])]) -> (map: KeyMap, problems: [KeyProblem]) {
        KeyMap.map(
            lines.enumerated().map { KeyRemapping(action: $1.0, keys: $1.1, line: $0 + 10) }
        )
    }

    private func problem(_ lines: [(String, [String])]) -> String {
        let (map, problems) = map(lines)
        // With a problem nothing is changed.
        if !problems.isEmpty { #expect(map.lines == KeyMap.standard.lines) }
        return problems.map(\.description).joined(separator: "|")
    }

    @Test func aRemappedKeyDoesItAndTheOldOneNothing() {
        let keys = map([("evict", ["ctrl-x", "W"]), ("preview", ["z"]), ("follow-aor", ["F"])])
        #expect(keys.problems == [])
        var driver = Driver(keys: keys.map)
        driver.press("jjX")
        #expect(driver.model.layer == nil)
        driver.press("⌃x")
        #expect(driver.screen.contains("EVICT 1 BINDING"))
        driver.press("⎋W")
        #expect(driver.screen.contains("EVICT 1 BINDING"))
    }

    /// Key bar, help, title and sentences name the keys as they are.
    @Test func everyWordOfKeysFollows() {
        let keys = map([("evict", ["W"]), ("undo", ["ctrl-t"]), ("bindings", ["f9"]), ("act-menu", ["m"])])
        #expect(keys.problems == [])
        var driver = Driver(Size(width: 200, height: 40), keys: keys.map)
        driver.press("jj")
        #expect(driver.keyBar.contains("W Evict") && !driver.keyBar.contains("X Evict"))
        #expect(driver.lines[0].contains("F9 BINDINGS"))
        driver.press("?evict\u{1b}")
        driver.press("⎋W⇥⇥⇥⏎")
        #expect(driver.messageLine.contains("^T = put back"), "\(driver.messageLine)")
        driver.press("⌃t")
        #expect(driver.messageLine.contains("put back"))
        driver.press("?EVICT: take")
        #expect(driver.lines.contains { $0.contains(" W ") && $0.contains("EVICT: take the binding away") })
    }

    @Test func anActionWithoutAKeyIsNamedByItsCommand() {
        let keys = map([("raw", [])])
        #expect(keys.problems == [] && keys.map.key(.raw) == ":raw")
        var driver = Driver(keys: keys.map)
        driver.press("3⏎")
        #expect(!driver.keyBar.contains("Raw"))
    }

    @Test(arguments: [
        ("evicct", ["X"], "there is no action `evicct`; `regtop keys` lists them"),
        ("evict", ["hyper-x"], "there is no key `hyper-x`; keys are written so"),
        (
            "evict", ["E"],
            "E is expire's key already, in Bindings, binding detail; give evict another, or expire"
        ),
        ("filter", ["1"], "1 is overview's key already, in Bindings, Attempts and elsewhere"),
        ("evict", ["delete"], "evict acts, and delete corrects what is typed"),
        ("block", ["backspace"], "block acts, and backspace corrects"),
        ("drain", ["ctrl-k"], "drain acts, and ctrl-k corrects"),
        ("expire", ["ctrl-d"], "expire acts, and ctrl-d corrects"),
        ("undo", ["ctrl-h"], "undo acts, and ctrl-h corrects"),
        ("form-yes", ["del"], "form-yes acts, and delete corrects"),
        ("help", [], "help needs a key"), ("open", [], "open needs a key"),
        ("prompt-accept", ["x"], "prompt-accept works while text is typed, where x is text"),
        ("form-cancel", ["n"], "form-cancel works while text is typed"),
        ("sort-menu", ["ctrl-c"], "ctrl-c is quit's key already"),
    ])
    func whatCanNotBeIsSaid(_ action: String, _ keys: [String], _ sentence: String) {
        #expect(problem([(action, keys)]).contains(sentence), "\(problem([(action, keys)]))")
    }

    @Test func aConflictOfTwoRemappingsNamesTheOtherLine() {
        let said = problem([("evict", ["W"]), ("expire", ["W"])])
        #expect(said.hasPrefix("W is evict's key already (line 10), in Bindings, binding detail"))
        #expect(problem([("evict", ["W"]), ("evict", ["Y"])]) == "evict has keys already, in line 10")
    }

    /// Two actions may change keys with each other.
    @Test func keysCanBeSwapped() {
        let keys = map([("evict", ["E"]), ("expire", ["X"])])
        #expect(keys.problems == [] && keys.map.key(.evict) == "E" && keys.map.key(.expire) == "X")
    }

    /// Esc and Ctrl-C close and ask to quit, whatever else does.
    @Test func theWayOutStays() {
        let keys = map([("quit", ["ctrl-q"]), ("form-cancel", ["f12"]), ("help-close", [])])
        #expect(keys.problems == [])
        #expect(keys.map.action(of: .control("c"), at: .bindings)?.id == .quit)
        #expect(keys.map.action(of: .escape, at: .form)?.id == .formCancel)
        #expect(keys.map.action(of: .function(12), at: .form)?.id == .formCancel)
        #expect(keys.map.action(of: .escape, at: .help)?.id == .helpClose)
    }

    /// Whatever the table has can be written in settings, and means the same there.
    @Test func everyKeyAndActionOfTheTableCanBeWritten() {
        let all = Action.table.map { action in
            KeyRemapping(action: action.id.settingName, keys: action.keys.map { KeyName.text($0) })
        }
        let (map, problems) = KeyMap.map(all)
        #expect(problems == [])
        #expect(map.lines == KeyMap.standard.lines && map.lines.allSatisfy { !$0.isChanged })
        #expect(
            ActionID(settingName: "page-down") == .pageDown
                && ActionID(settingName: "follow-aor") == .followAOR
        )
        #expect(Set(ActionID.allCases.map(\.settingName)).count == ActionID.allCases.count)
    }

    @Test func keysAreReadAsPeopleWriteThem() {
        for (name, key) in [
            ("PgDn", Key.pageDown), ("page-down", .pageDown), ("^F", .control("f")),
            ("Ctrl-F", .control("f")),
            ("F10", .function(10)), ("ctrl-i", .tab), ("ctrl-m", .enter), ("ctrl-[", .escape), ("f", "f"),
            ("F", "F"), ("ü", "ü"), ("space", " "), ("Escape", .escape), ("^", "^"),
        ] {
            #expect(KeyName.key(name) == key, "\(name)")
        }
        for name in ["", "ctrl-", "ctrl-ab", "f0", "f25", "ctrl-1", "\u{1b}", "\u{202e}", "xx", "F-1"] {
            #expect(KeyName.key(name) == nil, "\(name)")
        }
    }

    /// No text of a settings file traps or leaves a console without a way out.
    @Test(arguments: 0..<200)
    func anyRemappingLeavesAWholeMap(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let names = [
            "x", "X", "1", "esc", "ctrl-c", "enter", "f1", "f30", "", "up", "delete", "\u{7f}", "ctrl-d",
        ]
        let lines = (0..<random.below(12)).map { line in
            KeyRemapping(
                action: ActionID.allCases[random.below(ActionID.allCases.count)].settingName,
                keys: (0..<random.below(4)).map { _ in names[random.below(names.count)] },
                line: line
            )
        }
        let (map, problems) = KeyMap.map(lines)
        for problem in problems { #expect(lines.indices.contains(problem.index)) }
        for (place, name) in Places.all where place != .tiny {
            #expect(map.action(of: .escape, at: place) != nil, "\(name)")
            var seen: [Key: ActionID] = [:]
            for action in map.actions(at: place) {
                for key in action.keys {
                    #expect(seen[key] == nil, "\(name): \(key)")
                    seen[key] = action.id
                }
            }
        }
    }

    /// The table of habits: function keys and their letters do what htop, sngrep and vim users expect.
    @Test(arguments: [
        ("f1", Places.bindings, ActionID.help), ("f3", .bindings, .filter), ("f4", .attempts, .filter),
        ("f7", .bindings, .filter), ("f", .attempts, .filter), ("f5", .bindings, .redraw),
        ("ctrl-l", .overview, .redraw), ("f6", .bindings, .sortMenu), ("f6", .attempt, .raw),
        ("R", .attempt, .raw), ("f8", .overview, .settings), (",", .log, .settings),
        ("f9", .bindings, .actMenu), ("m", .security, .actMenu), ("f10", .bindings, .columns),
        ("t", .bindings, .columns), ("f10", .attempt, .rawPane), ("P", .bindings, .preview),
        ("x", .attempts, .attemptsOf), ("d", .attempt, .why),
        ("d", .bindings, .detail), ("h", .binding, .leave), ("left", .attempt, .leave),
        ("l", .attempts, .open),
        ("right", .bindings, .open), ("-", .bindings, .lastView), ("ctrl-d", .bindings, .halfDown),
        ("ctrl-u", .bindings, .halfUp), ("g", .bindings, .first), ("G", .bindings, .last),
        ("Z", .log, .freeze),
        ("K", .log, .keyBar), (":", .blocks, .command),
    ])
    func habits(_ key: String, _ place: Places, _ id: ActionID) throws {
        let key = try #require(KeyName.key(key))
        #expect(KeyMap.standard.action(of: key, at: place)?.id == id)
    }

    @Test func theActMenuRunsWhatItLists() {
        var driver = Driver()
        driver.press("jjm")
        #expect(driver.screen.contains("DO WHAT") && driver.screen.contains("X  Evict"))
        driver.press("⏎")
        #expect(driver.screen.contains("EVICT 1 BINDING") && driver.performed.isEmpty)
    }

    @Test func theActMenuSaysWhatStandsAgainstEachAct() {
        var driver = Driver(Size(width: 140, height: 40), readOnly: true)
        driver.press("m")
        #expect(driver.screen.contains("This console can only look"))
        driver.press("⏎")
        #expect(driver.model.layer == nil && driver.messageLine.contains("can only look"))
    }

    @Test func ctrlSIsExplained() {
        var driver = Driver()
        driver.press("⌃s")
        #expect(driver.messageLine.contains("^S does not stop the terminal here: p freezes the view."))
    }
}
