import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// Calls that were refused here: by the registrar itself, for what the caller could not prove, or for where they were
/// to go.
struct RefusedCallsTests {
    /// Where no domain has calls the registrar refuses them itself, as it does whatever a blocked source sends.
    @Test(arguments: [
        (RefusalReason.methodNotAllowed, "INVITE", CallVerdict.notAllowed),
        (.blockedSource(seconds: 60), "INVITE", .notAllowed),
        (.uriTooLong(limit: 100), "MESSAGE", .failed), (.notOurDomain, "OPTIONS", .unknown),
    ])
    func whatTheRegistrarRefusesIsACall(_ refusal: RefusalReason, _ method: String, _ verdict: CallVerdict)
        throws
    {
        let monitor = Monitor.watchingNothing()
        let wire = Wire()
        monitor.receive([wire.exchange(1, at: 0, refusal, method: method)])
        #expect(try monitor.rows(.registrations).isEmpty)
        let row = try #require(try monitor.rows(.calls).first)
        #expect(
            row.method == method && row.refusal == refusal && row.call?.verdict == verdict && row.isFailure
        )
        #expect(row.call?.caller == "9001@example.test" && row.call?.legs.isEmpty == true)
        let detail = try #require(try monitor.firstCall())
        #expect(detail.messages.map(\.leg) == [0, 0] && detail.messages.map(\.isOutgoing) == [false, true])
        let overview = try #require(monitor.overview(atSecond: 2))
        #expect(overview.verdicts.isEmpty && overview.calls.count == (method == "INVITE" ? 1 : 0))
        #expect(monitor.security(.user, atSecond: 2).isEmpty && monitor.security(.agent, atSecond: 2).isEmpty)
        #expect(monitor.takeFailures(at: .zero + .seconds(3)).isEmpty)
    }

    @Test func whatIsSentAgainIsTheSameCall() throws {
        let monitor = Monitor.watchingNothing()
        let wire = Wire()
        for at in [0, 500, 1_500] {
            monitor.receive([wire.exchange(1, at: at, .methodNotAllowed, method: "INVITE")])
        }
        #expect(try monitor.rows(.calls).count == 1)
        #expect(monitor.overview(atSecond: 3)?.calls == [CallCount(.notAllowed, 1)])
        let detail = try #require(try monitor.firstCall())
        #expect(detail.messages.count { $0.isRetransmission } == 4)
        monitor.receive([wire.exchange(2, at: 4_000, .methodNotAllowed, method: "INVITE", branch: "another")])
        #expect(try monitor.rows(.calls).count == 2)
    }

    private func guess(_ monitor: Monitor, _ count: Int, _ refusal: RefusalReason = .wrongPassword) {
        for index in 0..<count {
            var call = CallDriver()
            (call.number, call.callID) = (UInt64(2 * index + 1), "guess-\(index)@attacker")
            (call.from, call.user) = ("4470", "4470")
            monitor.receiveCalls(call.refused(.notAllowed, refusal, status: 407, at: index * 10))
        }
    }

    /// Who guesses a password by calls is seen as one is who registers with it: by the account of the caller.
    @Test func aGuesserWhoCallsIsOneWhoFailsToLogIn() throws {
        var limits = MonitorLimits()
        limits.abuse.isOn = true
        let monitor = Monitor.watchingNothing(limits: limits)
        guess(monitor, 30)
        let lines = monitor.takeFailures(at: .zero + .seconds(1)).map(\.text)
        #expect(
            lines.first
                == "login failed: PASSWD from 10.0.0.1 port 5060 udp user 4470@example.test agent Softphone"
        )
        let source = try #require(monitor.security(atSecond: 1).first)
        #expect(source.failures == 30 && source.findings.first?.kind == .guessing)
        #expect(source.findings.first?.evidence.contains("wrong passwords for 4470 ") == true)
        #expect(monitor.security(.user, atSecond: 1).map(\.key) == [.user("4470@example.test")])
        #expect(monitor.picture(atSecond: 1)?.recent.first?.refusal == .wrongPassword)
        #expect(monitor.overview(atSecond: 1)?.verdicts == [VerdictCount(.wrongPassword, 30)])
        #expect(
            monitor.takeAlarms(at: .zero + .seconds(2)).blocks.map(\.source) == [IPAddress(ipv4: 0x0a00_0001)]
        )
    }

    @Test(arguments: [
        RefusalReason.unknownUser, .replay(nonceCount: 3), .badCredentials(.qop), .accountDisabled,
        .accountNotFromHere, .notAllowedForAOR,
    ])
    func otherFailedLogins(_ refusal: RefusalReason) throws {
        let monitor = Monitor.watchingNothing()
        guess(monitor, 1, refusal)
        #expect(monitor.security(.user, atSecond: 1).map(\.key) == [.user("4470@example.test")])
        #expect(monitor.takeFailures(at: .zero + .seconds(1)).count == 1)
    }

    @Test(arguments: [RefusalReason.challenge, .staleNonce])
    func aChallengeIsNoFailure(_ refusal: RefusalReason) {
        let monitor = Monitor.watchingNothing()
        guess(monitor, 20, refusal)
        #expect(
            monitor.security(atSecond: 1).isEmpty && monitor.takeFailures(at: .zero + .seconds(1)).isEmpty
        )
    }

    /// Under load one call in so many is kept, and each failure.
    @Test func noGuessIsMissedUnderLoad() throws {
        var limits = MonitorLimits()
        limits.exchangesPerSecond = 1
        let monitor = Monitor.watchingNothing(limits: limits)
        guess(monitor, 90)
        #expect(monitor.sampler.ratio > 1)
        #expect(monitor.security(atSecond: 1).first?.failures == 90)
        #expect(try monitor.rows(.calls).count == 90)
    }

    /// Toll fraud is looked for by calls through us to elsewhere.
    @Test func relaysThatAreRefusedAreFailuresOfTheSource() throws {
        let monitor = Monitor.watchingNothing()
        guess(monitor, 20, .notARelay)
        let row = try #require(monitor.security(atSecond: 1).first)
        #expect(row.failures == 20 && row.count(.forbidden) == 20 && row.findings.first?.kind == .scanning)
        #expect(monitor.security(.user, atSecond: 1).isEmpty)
        #expect(
            monitor.picture(atSecond: 1)?.recent.count == 20 && monitor.picture(atSecond: 1)?.failures == 20
        )
        #expect(
            monitor.takeFailures(at: .zero + .seconds(1)).first?.text.hasPrefix("probe: FORBID from ") == true
        )
    }
}
