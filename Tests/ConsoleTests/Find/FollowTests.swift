import BindingTable
import Cells
import ConsoleLink
import Monitor
import SIPMessage
import Testing

@testable import Console

/// One address of record across all screens, and the ways between an attempt, its binding and its source.
@Suite struct FollowTests {
    private func filter(_ driver: Driver) -> String? {
        switch driver.model.windowQuery.subject {
        case .bindings(let filter, _), .attempts(let filter, _, _), .log(let filter, _), .audit(let filter):
            filter?.text
        case .security(_, let filter): filter?.text
        default: nil
        }
    }

    @Test func allListsShowOnlyWhatIsFollowed() {
        var driver = Driver()
        driver.press("/4417⏎F\\")
        #expect(driver.lines[0].contains("FOLLOW 4417@"))
        #expect(filter(driver) == "aor=\"4417@example.test\"")
        #expect(
            driver.model.bindings.matched == driver.world.bindings.count { $0.aorText == "4417@example.test" }
        )
        driver.press("3")
        #expect(filter(driver) == "aor=\"4417@example.test\" or caller=\"4417@example.test\"")
        let attempts = driver.model.attempts.entries
        #expect(!attempts.isEmpty && attempts.allSatisfy { $0.row.aor == "4417@example.test" })
        driver.press("/result:fail⏎")
        #expect(
            filter(driver) == "( result:fail ) ( aor=\"4417@example.test\" or caller=\"4417@example.test\" )"
        )
        driver.press("5")
        #expect(filter(driver) == "text:\"4417@example.test\"")
        driver.press("⇥")
        #expect(filter(driver) == "object:\"4417@example.test\"")
        driver.press(":history⏎")
        let entries = driver.model.historyEntries
        #expect(
            !entries.isEmpty && entries.allSatisfy { $0.binding.aor == Array("4417@example.test".utf8) }
        )
        // Released: everybody is shown again.
        driver.press("2F")
        #expect(!driver.lines[0].contains("FOLLOW"))
        #expect(filter(driver) == nil)
    }

    @Test func theBackslashClearsTheFilterFirst() {
        var driver = Driver()
        driver.press("/4417⏎F")
        driver.press("\\")
        #expect(driver.model.bindingsFilter.text.isEmpty && driver.model.followed != nil)
        driver.press("\\")
        #expect(driver.model.followed == nil)
    }

    /// An act on all that a filter matches reaches nobody but who is followed.
    @Test func actsOnAFilterStayWithWhoIsFollowed() {
        var world = World()
        world.bindings = [Samples.bulk] + Samples.ghosts(60)
        var driver = Driver(world: world)
        driver.press("jF/example⏎VV")
        #expect(driver.model.marks.all?.text == "( example ) ( aor=\"3005@example.test\" )")
        driver.press("X")
        guard case .previewMatching(let filter, _, _)? = driver.acts.last else {
            Issue.record("\(driver.acts)")
            return
        }
        #expect(filter.expansion.contains("aor=\"3005@example.test\""))
    }

    /// A filter that leaves no room for the address of record beside it shows nobody rather than everybody.
    @Test func aFilterThatIsTooLongBesideWhoIsFollowedLetsNobodyPass() {
        let long = "example or " + String(repeating: "x", count: 4_060)
        var driver = Driver(filters: ["long": long])
        driver.press("/4417⏎F/⌃u@long⏎")
        #expect(driver.model.bindingsFilter.filter?.expansion == "( \(long) )")
        #expect(filter(driver) == "( aor=\"4417@example.test\" ) ( !(aor=\"4417@example.test\") )")
    }

    /// From the failed login to the binding, to its source, and back the whole way.
    @Test func fromAnAttemptToItsBindingsAndItsSourceAndBack() {
        var driver = Driver()
        driver.press("3⏎")
        guard case .attempt(let id) = driver.model.screen, let row = driver.model.ladder.detail?.row else {
            Issue.record("no ladder")
            return
        }
        driver.press("J")
        #expect(driver.model.screen == .bindings)
        #expect(driver.model.bindingsFilter.text == "aor=\(row.aor)")
        driver.press("⎋")
        #expect(driver.model.screen == .attempt(id))
        #expect(driver.model.bindingsFilter.text.isEmpty)
        driver.press("i")
        #expect(driver.model.screen == .security)
        #expect(driver.model.securityFilter.text == "ip:\(row.path.source.address)")
        driver.press("-")
        #expect(driver.model.screen == .attempt(id))
        #expect(driver.model.securityFilter.text.isEmpty)
        driver.press("JJ⎋")
        #expect(driver.model.screen == .attempt(id))
    }

    @Test func fromASourceToItsBindings() {
        var driver = Driver()
        driver.press("4J")
        #expect(driver.model.screen == .bindings)
        #expect(driver.model.bindingsFilter.text == "ip:198.51.100.23")
        driver.press("⎋")
        #expect(driver.model.screen == .security)
    }

    @Test func fromABindingToItsAttemptsAndItsSource() {
        var driver = Driver()
        driver.press("/4417⏎⏎i")
        #expect(driver.model.screen == .security && driver.model.securityFilter.text.hasPrefix("ip:"))
        driver.press("⎋a")
        #expect(driver.model.attemptsFilter.text == "aor=4417@example.test or caller=4417@example.test")
        driver.press("⎋")
        if case .binding = driver.model.screen {} else { Issue.record("not back on the page of the binding") }
        driver.press("⎋")
        #expect(driver.model.bindingsFilter.text == "4417")
    }

    /// The filters that jumps have put on go with them.
    @Test func aViewByItsNumberHasItsOwnFilter() {
        var driver = Driver()
        driver.press("/example⏎i")
        #expect(driver.model.screen == .security && driver.model.securityFilter.text.hasPrefix("ip:"))
        driver.press("2")
        #expect(driver.model.bindingsFilter.text == "example")
        driver.press("4")
        #expect(driver.model.screen == .security && driver.model.securityFilter.text.isEmpty)
        driver.press("/ip:198.51.100.23⏎14")
        #expect(driver.model.securityFilter.text == "ip:198.51.100.23", "what was typed stays")
    }

    /// A view that is chosen by its number is no jump: Esc goes nowhere from there.
    @Test func aViewByItsNumberForgetsTheWayBack() {
        var driver = Driver()
        driver.press("3J1⎋")
        #expect(driver.model.screen == .overview)
    }
}
