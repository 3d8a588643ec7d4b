import BindingTable
import Cells
import ConsoleLink
import Monitor
import Testing
import Timing

@testable import Console

/// Expire, evict, block, undo: what is asked before, and what is sent.
@Suite struct ActTests {
    @Test func enterOnAFreshDialogCancels() {
        for keys in ["X⏎", "E⏎", "B⏎", "X⎋", "Xn", "X⌃c"] {
            var driver = Driver()
            driver.press("jj" + keys)
            #expect(driver.performed.isEmpty, "\(keys)")
            #expect(driver.model.layer.isNone, "\(keys)")
        }
    }

    @Test func evictWithReasonAndRefusal() {
        var driver = Driver()
        driver.press("jjX⇥→→⇥stuck after move")
        #expect(driver.screen.contains("(*) 10 m"))
        driver.press("⇥⏎")
        #expect(driver.performed == [.evict(1, 600, "stuck after move")])
        #expect(driver.messageLine.contains("Evicted 1 binding, 4417@example.test is refused for 10 m"))
        #expect(driver.messageLine.contains("u = undo"))
    }

    @Test func theDialogSaysWhatThePhoneBelieves() {
        var driver = Driver()
        driver.press("jjX")
        #expect(driver.screen.contains("The phone does not know it"))
        #expect(driver.screen.contains("registered until 12:04:34"))
        #expect(driver.screen.contains("last binding of its address of record"))
        driver.press("⎋")
        driver.press("/alice⏎X")
        #expect(driver.screen.contains("keeps another binding"))
    }

    @Test func undoWithinTenSecondsAndFromAuditLater() {
        var driver = Driver()
        driver.press("G" + "Xy")
        #expect(driver.performed.count == 1)
        driver.wait(3)
        driver.press("u")
        #expect(driver.performed.last == .undo)
        #expect(driver.messageLine.contains("1 binding put back"))
        #expect(driver.cursorLine.contains("niaj"))
        driver.press("Xy")
        driver.wait(12)
        #expect(!driver.messageLine.contains("put back"))
        driver.press("u")
        #expect(driver.screen.contains("UNDO WHICH"))
        driver.press("⎋5⇥u")
        #expect(driver.screen.contains("UNDO WHICH"))
        driver.press("⏎")
        #expect(driver.performed.filter { $0 == .undo }.count == 2)
    }

    @Test func undoEndsWithTheBindingsOwnExpiry() {
        var driver = Driver()
        driver.press("jjXy")
        driver.wait(4)
        driver.press("5⇥u")
        #expect(driver.messageLine.contains("nothing to undo"))
    }

    @Test func aPhoneThatRefreshedSinceIsShownTwice() {
        var driver = Driver()
        driver.press("jj")
        driver.world.refresh("4417")
        driver.press("X")
        #expect(driver.screen.contains("CHANGED SINCE YOU LOOKED"))
        #expect(driver.screen.contains("you saw") && driver.screen.contains("now it is"))
        #expect(driver.performed.isEmpty)
        driver.press("⏎")
        #expect(driver.performed.isEmpty)
        driver.press("Xy")
        #expect(driver.performed == [.evict(1, nil, "")])
        #expect(!driver.world.bindings.contains { $0.aorText.hasPrefix("4417") })
    }

    @Test func aRefreshWhileTheDialogIsOpenAsksAgain() {
        var driver = Driver()
        driver.press("jjX")
        driver.world.refresh("4417")
        driver.press("y")
        #expect(driver.screen.contains("CHANGED SINCE YOU LOOKED"))
        #expect(driver.world.bindings.contains { $0.aorText.hasPrefix("4417") })
        driver.press("y")
        #expect(!driver.world.bindings.contains { $0.aorText.hasPrefix("4417") })
    }

    @Test func rowsThatMoveWhileTheDialogIsOpenDoNotChangeTheTarget() {
        var driver = Driver()
        driver.press("jjX")
        driver.world.bindings.insert(
            Samples.row(
                .init(user: "0001", address: Samples.ipv4(198, 51, 100, 1), contact: "a", left: 500),
                99
            ),
            at: 0
        )
        driver.wait(3)
        #expect(!driver.screen.contains("0001@example.test"))
        driver.press("y")
        #expect(!driver.world.bindings.contains { $0.aorText.hasPrefix("4417") })
        #expect(driver.world.bindings.contains { $0.aorText.hasPrefix("0001") })
    }

    @Test func markedRowsAreSkippedWhenTheyChange() {
        var driver = Driver()
        driver.press("␣␣␣X")
        #expect(driver.screen.contains("EVICT 3 BINDINGS"))
        driver.world.refresh("4417")
        driver.press("y")
        #expect(driver.screen.contains("SKIPPED"))
        #expect(driver.screen.contains("changed"))
        driver.press("⏎")
        #expect(driver.world.bindings.count == 20)
        #expect(driver.messageLine.contains("Evicted 2 bindings"))
    }

    @Test func aboveTenTheCountIsTyped() {
        var driver = Driver(
            world: {
                var world = World(); world.bindings = Samples.many(12); return world
            }()
        )
        driver.press("VXy")
        #expect(driver.performed.isEmpty)
        #expect(driver.screen.contains("Type 12 to go on."))
        driver.press("1x2")
        #expect(driver.model.layer?.form?.count.text == "12")
        driver.press("⇥⏎")
        #expect(driver.performed == [.evict(12, nil, "")])
    }

    @Test func aFilterAlwaysAsksForTheCount() {
        var driver = Driver(
            world: {
                var world = World(); world.bindings = Samples.many(100); return world
            }()
        )
        driver.press("/100⏎VV")
        #expect(!driver.screen.contains("marked: all"))
        driver.press("\\/example⏎VV")
        #expect(driver.screen.contains("marked: all 100 matching"))
        driver.press("E")
        guard case .previewMatching? = driver.acts.last else { Issue.record("\(driver.acts)"); return }
        driver.press("y")
        #expect(driver.performed.isEmpty)
        driver.press("100⇥⏎")
        #expect(driver.performed == [.expire(100, "")])
    }

    /// Tab leads through all fields to the button that acts, and typing never acts.
    @Test func tabComesToTheReasonBeforeTheButton() {
        var driver = Driver()
        driver.press("E⇥")
        #expect(driver.keyBar.contains("Enter Next"))
        driver.press("yny")
        #expect(driver.performed.isEmpty)
        #expect(driver.model.layer?.form?.reason?.text == "yny")
        driver.press("⏎")
        #expect(driver.model.layer?.form?.focus == .button(1))
        #expect(driver.keyBar.contains("Enter Press"))
        driver.press("⏎")
        #expect(driver.performed == [.expire(1, "yny")])
    }

    @Test func aWrongCountIsSaidWhenItsFieldIsLeft() {
        var driver = Driver(
            world: {
                var world = World(); world.bindings = Samples.many(12); return world
            }()
        )
        driver.press("VE⇥⇥⇥1")
        #expect(!driver.screen.contains("not 1."))
        driver.press("⏎")
        #expect(driver.screen.contains("Type 12 to go on, not 1."))
        driver.press("⏎")
        #expect(driver.performed.isEmpty)
        #expect(driver.model.layer?.form?.focus == .count)
        driver.press("2⏎⏎")
        #expect(driver.performed == [.expire(12, "")])
    }

    @Test func markingEverythingNeedsAFilter() {
        var driver = Driver(
            world: {
                var world = World(); world.bindings = Samples.many(100); return world
            }()
        )
        driver.press("VV")
        #expect(driver.messageLine.contains("needs a filter"))
        driver.press("U")
        #expect(driver.model.marks.isEmpty)
    }

    @Test func rangesMarkWhatIsPassedOver() {
        var driver = Driver(
            world: {
                var world = World(); world.bindings = Samples.many(100); return world
            }()
        )
        driver.press("jv↓↓↓v")
        #expect(driver.model.marks.count == 4)
        driver.press("Ugv⇟v")
        #expect(driver.model.marks.count == driver.model.cursorRankForTest)
        driver.press("U")
        for _ in 0..<40 { driver.press("j") }
        driver.press("v")
        for _ in 0..<30 { driver.press("k") }
        driver.press("v")
        #expect(driver.model.marks.count == 31)
    }

    @Test func readOnlyRemovesTheActsAndSaysWhy() {
        var driver = Driver(readOnly: true)
        for word in ["Evict", "Expire", "Block"] { #expect(!driver.keyBar.contains(word)) }
        for key in ["X", "E", "B", "u"] {
            driver.press(key)
            #expect(driver.messageLine.contains("can only look: started with --read-only"), "\(key)")
        }
        #expect(driver.acts.isEmpty)
        #expect(driver.lines[0].contains("RO"))
    }

    @Test func blockAndLift() {
        var driver = Driver()
        driver.press("jjB⇥→")
        #expect(driver.screen.contains("Every REGISTER and call from 198.51.100.7"))
        driver.press("⇥→⇥⇥⏎")
        #expect(driver.performed == [.block(3_600)])
        driver.press("b")
        #expect(driver.screen.contains("198.51.100.7"))
        driver.press("By")
        #expect(driver.performed.last == .unblock)
        #expect(driver.messageLine.contains("may register again"))
    }

    /// A phone that is put back takes the place of its departed row, under a filter too.
    @Test func whatIsPutBackStandsOnce() {
        for filter in ["", "/44⏎", "/example⏎"] {
            var driver = Driver()
            driver.press(filter + "gEy")
            driver.wait(1)
            #expect(driver.cursorLine.contains(filter.isEmpty ? "GONE" : "LEFT"))
            #expect(!driver.cursorLine.contains("0:"), "\(driver.cursorLine)")
            let name = driver.model.bindings.cursorEntry?.row.aor ?? ""
            driver.press("u")
            driver.wait(1)
            #expect(driver.model.bindings.entries.filter { $0.row.aor == name }.count == 1, "\(filter)")
            #expect(driver.model.bindings.cursorRow?.aor == name, "\(filter)")
        }
    }

    /// `u` undoes the last act, a block too; the one before it is next.
    @Test func undoGoesBackActByAct() {
        var driver = Driver()
        driver.press("XyjBy")
        #expect(driver.performed == [.evict(1, nil, ""), .block(600)])
        #expect(
            driver.messageLine.contains("is refused for 10 m (b lists)   u = undo"),
            "\(driver.messageLine)"
        )
        driver.press("u")
        #expect(driver.performed.last == .undo)
        #expect(driver.messageLine.contains("Undo: the block is lifted."))
        driver.press("u")
        #expect(driver.messageLine.contains("1 binding put back"))
        driver.press("u")
        #expect(driver.messageLine.contains("There is nothing to undo."))
        #expect(driver.performed.filter { $0 == .undo }.count == 2)
    }

    @Test func aRefusalIsSaidAndNothingIsDone() {
        var driver = Driver()
        driver.press("jj")
        driver.isHolding = true
        driver.press("X")
        guard case .preview(_, let serial)? = driver.acts.last else { Issue.record("no preview"); return }
        driver.isHolding = false
        driver.input(
            .link(.preview(CommandOutcome(refusal: "the audit log can't be written"), serial: serial))
        )
        #expect(driver.messageLine.contains("refused: the audit log can't be written"))
        #expect(driver.model.layer.isNone)
    }

    @Test func yesBeforeTheDryRunDoesNothing() {
        var driver = Driver()
        driver.press("jj")
        driver.isHolding = true
        driver.press("Xyyy")
        #expect(driver.performed.isEmpty)
    }
}

extension Layer {
    var form: Form? { if case .form(let form) = self { form } else { nil } }
}

extension ConsoleModel {
    var cursorRankForTest: Int { bindings.cursorRank }
}

extension Optional where Wrapped == Layer {
    var isNone: Bool { if case nil = self { true } else { false } }
}
