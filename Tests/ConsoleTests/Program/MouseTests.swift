import Cells
import ConsoleLink
import Support
import Testing

@testable import Console

/// Clicks at places that are read off the drawn screen.
@Suite struct MouseTests {
    @Test func itIsOffUntilAskedForAndTheChoiceIsKept() {
        var driver = Driver()
        driver.click("4417@example.test")
        #expect(driver.cursorLine.contains("1180@"))
        driver.press("%")
        #expect(driver.messageLine.contains("Shift-drag selects text"))
        guard case .useMouse(true)? = driver.effects.first, case .keep(let kept)? = driver.effects.last else {
            Issue.record("\(driver.effects)")
            return
        }
        #expect(kept.usesMouse && driver.model.usesMouse)
        driver.press("%")
        #expect(!driver.model.usesMouse)
        #expect(driver.messageLine.contains("Mouse off"))
        driver.click("4417@example.test")
        #expect(driver.cursorLine.contains("1180@"))
    }

    @Test func aRowIsSelectedAndThenOpened() {
        var driver = Driver.withMouse()
        driver.click("4417@example.test")
        #expect(driver.cursorLine.contains("4417@"))
        driver.click("4417@example.test")
        #expect(driver.lines[0].contains("> 4417@example.test"))
        #expect(driver.acts.isEmpty)
    }

    @Test(arguments: ["3", "4", "5", "5⇥", "6", "b", "jjH", ":history⏎"])
    func everyListTakesClicks(_ keys: String) throws {
        var driver = Driver.withMouse(keys: keys)
        driver.press("k")
        let grid = driver.grid
        let rows = (0..<24).filter { y in
            if case .row? = grid.spot(at: Point(x: 5, y: y)) { true } else { false }
        }
        try #require(rows.count > 1, "\(keys)")
        let last = try #require(rows.last)
        driver.input(.key(.mouse(MouseEvent(.click, at: Point(x: 5, y: last)))))
        #expect(driver.grid[1, last]?.overlay == .rowCursor, "\(keys)")
        let before = driver.screen
        driver.input(.key(.mouse(MouseEvent(.click, at: Point(x: 5, y: last)))))
        #expect(driver.screen != before, "\(keys): opened")
    }

    @Test func theWheelMovesByThreeOverAListOnly() {
        var driver = Driver.withMouse()
        driver.wheel(1, over: "1180@")
        #expect(driver.cursorLine.contains("4418@"))
        driver.wheel(-1, over: "alice@")
        #expect(driver.cursorLine.contains("1180@"))
        driver.wheel(3, over: "? Help")
        #expect(driver.cursorLine.contains("1180@"))
        driver.wheel(40, over: "CONTACT")
        #expect(driver.cursorLine.contains("niaj@"))
    }

    @Test func aHeadSortsAndThenReverses() {
        var driver = Driver.withMouse(Size(width: 140, height: 40))
        driver.click("EXPIRES", from: 2)
        #expect(driver.screen.contains("sort EXPIRES ascending"))
        driver.click("EXPIRES", from: 2)
        #expect(driver.screen.contains("sort EXPIRES descending"))
        driver.click("CONTACT", from: 2)
        #expect(driver.screen.contains("sort CONTACT ascending"))
    }

    @Test func theKeyBarAndHelpAreClicked() {
        var driver = Driver.withMouse()
        driver.click("? Help")
        #expect(driver.screen.contains("KEYS - BINDINGS"))
        driver.click("choose the column to sort by")
        #expect(driver.cursorLine.isEmpty, "the list below is not reached")
        driver.click("choose the column to sort by")
        #expect(driver.screen.contains("SORT BY"))
        driver.click("where it sends from")
        #expect(driver.screen.contains("AOR ascending"), "the second half of a double click chooses nothing")
        driver.wait(1)
        driver.click("where it sends from")
        driver.click("where it sends from")
        #expect(driver.screen.contains("sort SOURCE"))
    }

    @Test func overviewPanesAreFocusedAndTheirRowsOpened() {
        var driver = Driver.withMouse(keys: "1")
        driver.click("FAILING USERS")
        #expect(driver.model.overview.pane == .failing)
        driver.click("9002")
        #expect(driver.model.overview.index == 1)
        driver.click("9002")
        #expect(driver.lines[0].contains("3 ATTEMPTS"))
        driver.press("1")
        driver.wheel(1, over: "SOONEST")
        #expect(driver.model.overview.pane == .soonest && driver.model.overview.index == 1)
    }

    @Test func tabsOfTheLogAreClicked() {
        var driver = Driver.withMouse(keys: "5")
        driver.click("BLOCKS")
        #expect(driver.lines[0].contains("5 BLOCKS"))
        driver.click("AUDIT", from: 1)
        #expect(driver.lines[0].contains("5 AUDIT"))
    }

    @Test func messagesOfALadderAreClicked() {
        var driver = Driver.withMouse(keys: "3⏎")
        driver.click("401")
        #expect(driver.model.ladder.selected == 1)
        driver.click("401")
        #expect(driver.screen.contains("MESSAGE 2 OF"))
        driver.wheel(1, over: "SIP/2.0")
        #expect(driver.model.ladder.rawTop > 0)
    }

    @Test func aDialogTakesClicksAndWhatLiesBelowDoesNot() {
        var driver = Driver.withMouse(keys: "jjX")
        let cursor = driver.model.bindings.cursorIndex
        for x in 0..<80 {
            for y in 1..<5 { driver.input(.key(.mouse(MouseEvent(.click, at: Point(x: x, y: y))))) }
        }
        #expect(driver.model.bindings.cursorIndex == cursor)
        #expect(driver.screen.contains("EVICT 1 BINDING"))
        driver.click("refused 1 m")
        #expect(driver.screen.contains("(*) refused 1 m"))
        driver.click("Reason")
        driver.press("gone")
        #expect(driver.performed.isEmpty)
        driver.click("[ Evict")
        #expect(driver.performed == [.evict(1, 60, "gone")])
    }

    @Test func cancelIsClicked() {
        var driver = Driver.withMouse(keys: "jjX")
        driver.click("[ Cancel ]")
        #expect(!driver.screen.contains("EVICT 1 BINDING"))
        #expect(driver.performed.isEmpty)
    }

    /// A double click on `X Evict` opens the dialog, and its second half may come down on `y Yes` or on a button.
    @Test func theSecondHalfOfADoubleClickAnswersNothing() {
        var driver = Driver.withMouse(keys: "jj")
        driver.click("X Evict")
        #expect(driver.screen.contains("EVICT 1 BINDING"))
        driver.click("y Yes")
        driver.click("[ Evict")
        #expect(driver.performed.isEmpty)
        driver.wait(1)
        driver.click("[ Evict")
        #expect(driver.performed == [.evict(1, nil, "")])
    }

    @Test func aThemeIsSeenThenKept() {
        var driver = Driver.withMouse(keys: "T")
        driver.click("the okabe theme")
        guard case .setTheme("okabe")? = driver.effects.last else {
            Issue.record("\(driver.effects)")
            return
        }
        driver.click("the okabe theme")
        #expect(driver.messageLine.contains("Theme okabe."))
    }

    @Test func aRowThatHasLeftStaysUnderThePointer() {
        var driver = Driver.withMouse()
        driver.press("jj")
        driver.world.bindings.removeAll { $0.aorText.hasPrefix("1181@") }
        driver.wait(1)
        let place = driver.place(of: "alice@")
        driver.click("alice@")
        #expect(driver.place(of: "alice@") == place)
        #expect(driver.cursorLine.contains("alice@"))
    }

    @Test func clicksAnywhereNeverActWithoutADialog() {
        for (number, item) in GoldenScreenTests.cases.enumerated() {
            for size in GoldenScreenTests.sizes.prefix(3) {
                let driver = Driver.withMouse(size, keys: item.keys)
                let before = driver.performed.count
                var random = SeededGenerator(seed: UInt64(number))
                for _ in 0..<10 {
                    var copy = driver
                    let point = Point(
                        x: random.below(size.width + 3) - 1,
                        y: random.below(size.height + 3) - 1
                    )
                    let kinds: [MouseEvent.Kind] = [.click, .wheelUp, .wheelDown]
                    copy.input(.key(.mouse(MouseEvent(kinds[random.below(3)], at: point))))
                    _ = copy.grid
                    guard copy.performed.count > before else { continue }
                    guard case .form = driver.model.layer else {
                        if item.name == "evicted" { continue }
                        Issue.record("\(item.name) \(point): \(copy.performed)")
                        continue
                    }
                }
            }
        }
    }

    @Test func placesBeyondAllScreensAreNothing() {
        var driver = Driver.withMouse()
        let before = driver.grid
        for (x, y) in [(-1, -1), (.max, .max), (.min, 3), (80, 24), (3, .max)] {
            for kind in [MouseEvent.Kind.click, .wheelUp, .wheelDown] {
                driver.input(.key(.mouse(MouseEvent(kind, at: Point(x: x, y: y)))))
            }
        }
        #expect(driver.grid.cells == before.cells)
    }
}
