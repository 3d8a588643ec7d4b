import BindingTable
import Cells
import ConsoleLink
import Monitor
import Testing
import Timing

@testable import Console

/// What is told of acts: it comes back after a refused key, and is whole.
@Suite struct MessageLineTests {
    private static func progress() -> ActProgress {
        ActProgress(
            act: CommandID(rawValue: 7),
            verb: "evict",
            by: Samples.operatorIdentity,
            reason: "",
            total: 100,
            rate: 1,
            startedAt: Samples.start.timestamp
        )
    }

    @Test func aRefusedKeyHidesProgressForAMomentOnly() {
        var driver = Driver()
        driver.input(.link(.progress(Self.progress())))
        #expect(driver.messageLine.contains("evicting 0 of 100"))
        driver.press("U")
        #expect(driver.messageLine.contains("Nothing is marked."))
        driver.wait(3)
        #expect(driver.messageLine.contains("evicting 0 of 100"), "\(driver.messageLine)")
    }

    @Test func aRefusedKeyHidesTheUndoForAMomentOnly() {
        var driver = Driver()
        driver.press("jjjXyU")
        #expect(driver.messageLine.contains("Nothing is marked."))
        driver.wait(3)
        #expect(
            driver.messageLine.contains("Evicted 1 binding") && driver.messageLine.contains("u = put back"),
            "\(driver.messageLine)"
        )
    }

    @Test func withNothingUnderWayARefusalStays() {
        var driver = Driver()
        driver.press("U")
        driver.wait(12)
        #expect(driver.messageLine.contains("Nothing is marked."))
    }

    @Test func anEvictWithABlockReportsTheBlockAndItsUndoToo() {
        var driver = Driver()
        driver.press("jjX⇥→⇥⇥⏎")
        #expect(driver.performed == [.evict(1, 60, "")])
        #expect(driver.messageLine.contains("Evicted 1 binding, 4417@example.test is refused for 1 m"))
        #expect(driver.messageLine.contains("u = undo"))
        driver.press("u")
        #expect(driver.messageLine.contains("1 binding put back; the block is lifted"))
        driver.press("␣␣X⇥→⇥⇥⏎")
        #expect(driver.messageLine.contains("Evicted 2 bindings, 2 addresses are refused for 1 m"))
    }

    @Test func followNamesWhatItCovers() {
        var driver = Driver()
        driver.press("jjF")
        #expect(driver.says("Bindings, Attempts, History, Log and Audit show only 4417@example.test"))
    }

    /// The page shows what was taken until its successor is known, by a new number.
    @Test func thePageOfABindingGoesOnWithTheOneThatCameBack() throws {
        var gone = try #require(World().bindings.first)
        gone.state = .gone
        var back = try #require(World().bindings.first)
        back.binding.facts.id = BindingID(partition: 1, generation: 9, slot: 9_991)
        func page(_ siblings: [BindingRow]) -> BindingDetail {
            BindingDetail(
                row: gone,
                siblings: siblings,
                position: 1,
                gaps: [],
                attempts: [],
                lastRequest: [],
                phones: 1,
                shownContact: []
            )
        }
        var state = DetailState()
        state.take(page([back]))
        #expect(state.takeReturned() == nil, "nobody has put anything back")
        state.returning = gone.key
        state.take(page([]))
        #expect(state.takeReturned() == nil)
        state.take(page([back]))
        #expect(state.takeReturned() == back.key && state.returning == nil)
    }
}
