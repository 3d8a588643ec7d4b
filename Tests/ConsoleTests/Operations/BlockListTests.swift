import BindingTable
import ConsoleLink
import Monitor
import Testing
import Timing

@testable import Console

/// The list of blocks says what is in force, and what is not any more.
@Suite struct BlockListTests {
    private func line(_ driver: Driver, _ subject: String) -> String {
        driver.lines.first { $0.contains(subject) } ?? ""
    }

    @Test func aLiftedBlockHasEndedAndLeavesWhenTheListIsOpenedAnew() {
        var driver = Driver()
        driver.press("b")
        #expect(line(driver, "9004@").contains("9m"))
        driver.press("By")
        driver.wait(1)
        #expect(line(driver, "9004@").contains("ENDED"))
        #expect(!line(driver, "9004@").contains("8m"))
        driver.press("B")
        #expect(driver.messageLine.contains("has ended already"))
        driver.press("2b")
        // The bar still offers to put the block back.
        #expect(!driver.lines.dropLast(2).contains { $0.contains("9004@") })
    }

    @Test func aBlockThatRanOutHasEnded() {
        var driver = Driver()
        driver.press("bp")
        driver.now = ClockReading(
            timestamp: driver.now.timestamp + .seconds(600),
            wall: driver.now.wall + .seconds(600)
        )
        #expect(line(driver, "9004@").contains("ENDED"))
        driver.press("⏎")
        #expect(driver.screen.contains("12:13:31, ended"))
        driver.press("⎋B")
        #expect(driver.messageLine.contains("has ended already"))
    }

    @Test func aBlockThatEndedWhileAwayIsNotListed() {
        var driver = Driver()
        driver.press("b2")
        driver.world.blocks.removeFirst()
        driver.press("b")
        #expect(!driver.screen.contains("9004@"))
        #expect(driver.screen.contains("198.51.100.23"))
    }
}
