import BindingTable
import Cells
import ConsoleLink
import Monitor
import SIPMessage
import Testing
import Timing

@testable import Console

/// What a call to an address of record would do now.
@Suite struct CallPlanTests {
    private func target(_ slot: UInt32, _ troubles: [CallTrouble] = [], fallback: Bool = false) -> RouteTarget
    {
        var target = RouteTarget(requestURI: Array("sip:\(slot)@10.0.0.\(slot)".utf8))
        (target.host, target.port, target.transport) = (Array("192.0.2.\(slot)".utf8), 5_060, .udp)
        (target.isFlow, target.isFallback, target.troubles) = (true, fallback, troubles)
        target.binding = BindingID(partition: 0, generation: 1, slot: slot)
        return target
    }

    private func answer(_ groups: [RouteTarget]...) -> RouteAnswer {
        var answer = RouteAnswer(aor: Array("4417@example.test".utf8), outcome: .forwarded)
        answer.groups = groups
        return answer
    }

    private func text(_ answer: RouteAnswer, own: UInt32? = nil) -> [String] {
        let own = own.map { BindingID(partition: 0, generation: 1, slot: $0) }
        return CallPlan(answer).lines(own: own).map { "\($0.name)|" + $0.value.map(\.text.string).joined() }
    }

    @Test func oneTargetIsALine() {
        #expect(
            text(answer([target(1)])) == [
                "call now|ok  INVITE sip:1@10.0.0.1 -> 192.0.2.1:5060 udp, where it sends from"
            ]
        )
    }

    @Test func groupsAreToldInTheirOrderAndTheOwnBindingIsMarked() {
        let lines = text(answer([target(1), target(2)], [target(3)]), own: 3)
        #expect(lines[0] == "call now|ok  3 phones asked, in 2 rounds by q")
        #expect(lines[1].hasPrefix("1.|  INVITE sip:1@") && lines[2].hasPrefix("|  INVITE sip:2@"))
        #expect(lines[3].hasPrefix("2.|> INVITE sip:3@") && lines.count == 4)
    }

    @Test func flowsOfOneInstanceStandInForEachOther() {
        let lines = text(answer([target(1), target(2, fallback: true)]))
        #expect(lines[0] == "call now|ok  1 phone asked")
        #expect(lines[2].hasPrefix("|  or, if that fails: INVITE sip:2@"))
    }

    @Test func oneDeadContactDoesNotFailTheCall() {
        let lines = text(answer([target(1)], [target(2, [.unreachable])]))
        #expect(lines[0] == "call now|ok  2 phones asked, in 2 rounds by q; 1 of 2 can't be reached")
        let doubtful = text(answer([target(1, [.stoppedAnswering])], [target(3)]))
        #expect(doubtful[0].hasPrefix("call now|DOUBTFUL  2 phones asked"))
        #expect(text(answer([target(2, [.unreachable])], [target(1)]))[0].hasPrefix("call now|DOUBTFUL"))
        var timed = answer([target(1)], [target(3)])
        (timed.ringing, timed.timerC) = (20, 185)
        #expect(
            text(timed)[0] == "call now|ok  2 phones asked, in 2 rounds of 20 s by q, rings 185 s at most"
        )
        #expect(lines.last == "|! its connection has ended: nothing reaches it until it connects again")
        #expect(text(answer([target(2, [.unreachable])]))[0].hasPrefix("call now|FAILS  INVITE"))
    }

    @Test func whatIsAnsweredHereIsToldWithItsReason() {
        var refused = RouteAnswer(aor: Array("4417@example.test".utf8), outcome: .refused, status: 480)
        refused.reason = .noBinding
        #expect(text(refused).count == 1 && text(refused)[0].hasPrefix("call now|FAILS  480: "))
        var redirected = RouteAnswer(aor: refused.aor, outcome: .redirected, status: 302)
        redirected.contacts = [Array("<sip:a:geheim@10.0.0.5>".utf8)]
        #expect(text(redirected) == ["call now|302  sent to 1 contact", "|<sip:a:xxxxxx@10.0.0.5>"])
    }

    /// Where calls are off the way is told all the same, and that it is not taken.
    @Test func whereCallsAreOffItSaysSo() {
        var off = answer([target(1)])
        off.isOff = true
        #expect(text(off)[0].hasPrefix("call now|off (405), else ok  INVITE") && !off.reachesSomebody)
    }

    /// The page asks the registrar, shows what it says, and no longer what it has said of another.
    @Test func thePageShowsWhatTheRegistrarSays() {
        var world = World()
        var refused = RouteAnswer(aor: Array("1180@example.test".utf8), outcome: .refused, status: 403)
        refused.reason = .blockedAOR(seconds: 60)
        world.route = refused
        var driver = Driver(Size(width: 140, height: 40), world: world)
        driver.press("g⏎")
        #expect(driver.says("call now FAILS 403: "), "\(driver.screen)")
        driver.press("⎋")
        driver.world.route = nil
        driver.press("j⏎")
        #expect(!driver.says("FAILS 403: ") && driver.says("call now"), "\(driver.screen)")
    }
}
