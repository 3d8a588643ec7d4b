import BindingTable
import Cells
import ConsoleLink
import Monitor
import SIPMessage
import Testing
import Timing

@testable import Console

/// What a binding's page says of the way of a call: whole, and one thing only.
@Suite struct ReachBlockTests {
    /// Over TCP, its connection gone; its contact asks for UDP.
    private func cut(_ contact: String, badges: Badges = []) -> BindingRow {
        var row = Samples.bulk
        row.state = .disconnected
        row.binding.texts.contact = Array(contact.utf8)
        row.binding.facts.badges = badges
        row.binding.facts.reachability = Reachability(connection: .gone, ping: .unknown)
        return row
    }

    private func page(_ row: BindingRow, _ size: Size = Size(width: 80, height: 40)) -> Driver {
        var world = World()
        world.bindings = [row]
        var driver = Driver(size, world: world)
        driver.press("⏎")
        return driver
    }

    @Test func aCallThatWouldBeTriedAtTheContactIsSaidOnceAndNothingAgainstIt() {
        let driver = page(cut("sip:3004@192.0.2.44:5070;transport=udp"))
        #expect(
            driver.says(
                "! its connection has ended; a call would be tried at its contact 192.0.2.44:5070 over udp"
            ),
            "\(driver.screen)"
        )
        for text in ["nothing can be sent", "fail until", "nothing reaches", "a new one to its contact"] {
            #expect(!driver.says(text), "\(text)")
        }
    }

    @Test func whereNoneCanBeMadeNothingReachesIt() {
        let driver = page(cut("sip:3004@192.0.2.44:5070;transport=tcp", badges: [.nat]))
        #expect(driver.says("its connection has ended: nothing reaches it until it connects again"))
        #expect(!driver.says("would be tried") && !driver.says("nothing can be sent"))
    }

    @Test func aContactThatNobodyCanLookUpIsNoWayEither() {
        let route = RouteTarget(cut("sip:x@nowhere.invalid").binding, at: Samples.start.timestamp)
        #expect(route.isLost && CallWords.connectionEnded(route).contains("nothing reaches it"))
    }

    @Test func linesOfTheCallAreWrappedNotCut() {
        for size in [Size(width: 60, height: 40), Size(width: 80, height: 40)] {
            let driver = page(cut("sip:3004@192.0.2.44:5070;transport=udp"), size)
            let block = driver.lines.drop { !$0.contains("call now") }.prefix { !$0.contains("GAPS") }
            #expect(!block.isEmpty && !block.prefix(5).contains { $0.contains("..") }, "\(size): \(block)")
        }
    }

    @Test func aReportSaysTheSame() {
        let row = cut("sip:3004@192.0.2.44:5070;transport=udp")
        let clock = LocalClock(now: Samples.start, utcOffset: .zero)
        let remarks = BindingLines(row: row, clock: clock).remarks(phones: 0, ghosts: 0).map(\.text.string)
        #expect(
            remarks.contains(
                "Its connection has ended; a call would be tried at its contact 192.0.2.44:5070 over udp."
            )
        )
    }

    @Test func whoHasNeverRefreshedHasRegistered() {
        var row = Samples.bulk
        (row.binding.facts.refreshes, row.binding.facts.usualGap) = (0, 0)
        let driver = page(row)
        #expect(
            driver.screen.contains("registered ") && driver.screen.contains("no refresh yet"),
            "\(driver.screen)"
        )
        let line = driver.lines.first { $0.contains("no refresh yet") } ?? ""
        #expect(line.contains("registered ") && !line.contains("refreshed"), "\(line)")
    }
}
