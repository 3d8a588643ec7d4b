import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// When a source is blocked without an operator.
@Suite("Automatic blocks")
struct AbusePolicyTests {
    private func monitor(_ change: (inout AbusePolicy) -> Void = { _ in }) -> Monitor {
        let monitor = Monitor.watchingNothing()
        monitor.policy.isOn = true
        change(&monitor.policy)
        return monitor
    }

    private func guess(_ monitor: Monitor, from source: UInt32 = 1, count: Int = 40, atSecond second: Int = 0)
    {
        var guesser = Assault(source)
        for index in 0..<count {
            let at = second * 1_000 + index * 10
            monitor.receive([guesser.attempt("9001", .wrongPassword, at: at, call: "x\(second)")])
        }
    }

    private func blocks(_ monitor: Monitor, atSecond second: Int) -> [BlockProposal] {
        monitor.advance(to: .zero + .seconds(second))
        return monitor.takeAlarms(at: .zero + .seconds(second)).blocks
    }

    /// Time passes, minute by minute, and nobody is to be blocked.
    private func blocks(_ monitor: Monitor, through second: Int) {
        for now in stride(from: 60, through: second, by: 60) {
            #expect(blocks(monitor, atSecond: now).isEmpty)
        }
    }

    private func block(_ source: UInt32, until second: Int) -> Block {
        Block(
            subject: .source(IPAddress(ipv4: source)),
            until: .zero + .seconds(second),
            reason: "",
            by: OperatorIdentity(user: "policy", from: "regtop", terminal: ""),
            since: .zero
        )
    }

    @Test("Off by default")
    func off() {
        let monitor = Monitor.watchingNothing()
        guess(monitor)
        #expect(blocks(monitor, atSecond: 1).isEmpty)
        #expect(!AbusePolicy().isOn)
    }

    @Test("A guesser is blocked, with the evidence as the reason; asked once a minute")
    func guesser() {
        let monitor = monitor()
        guess(monitor)
        let wanted = BlockProposal(
            source: IPAddress(ipv4: 1),
            length: .seconds(3_600),
            reason: "guessing: 40 wrong passwords for 9001 in 1 s"
        )
        #expect(blocks(monitor, atSecond: 1) == [wanted])
        guess(monitor, atSecond: 2)
        #expect(blocks(monitor, atSecond: 3).isEmpty)
        guess(monitor, atSecond: 70)
        #expect(blocks(monitor, atSecond: 71).count == 1)
    }

    @Test("Below the threshold nobody is blocked")
    func threshold() {
        let monitor = monitor {
            $0 = AbusePolicy(failures: 30); $0.isOn = true
        }
        guess(monitor, count: 29)
        #expect(blocks(monitor, atSecond: 1).isEmpty)
        guess(monitor, count: 1, atSecond: 1)
        #expect(blocks(monitor, atSecond: 2).count == 1)
    }

    @Test("What is allowed is never blocked")
    func allowList() throws {
        let network = try #require(IPNetwork("0.0.0.0/8"))
        let monitor = monitor { $0.allowed = [network] }
        guess(monitor)
        #expect(blocks(monitor, atSecond: 1).isEmpty)
    }

    @Test("An office from which several users have registered is not blocked for guesses, unless asked")
    func office() {
        for asked in [false, true] {
            let monitor = monitor { $0.blocksOffices = asked }
            var phones = Assault(1)
            for phone in 0..<3 { monitor.receive([phones.attempt("44\(phone)", nil, at: phone)]) }
            guess(monitor, atSecond: 1)
            #expect(blocks(monitor, atSecond: 2).count == (asked ? 1 : 0))
        }
    }

    @Test("What anybody can send in another's name blocks no source that a user has registered from")
    func forged() {
        let monitor = monitor()
        var phone = Assault(1)
        monitor.receive([phone.attempt("4417", nil, at: 0)])
        var forger = Assault(1, agent: "friendly-scanner")
        monitor.receive([forger.probe("OPTIONS", at: 1_000)])
        #expect(blocks(monitor, atSecond: 2).isEmpty)
        var scanner = Assault(2, agent: "friendly-scanner")
        monitor.receive([scanner.probe("OPTIONS", at: 3_000)])
        #expect(blocks(monitor, atSecond: 4).map(\.source) == [IPAddress(ipv4: 2)])
    }

    @Test("A source that is blocked is not blocked again; one whose block is gone begins anew")
    func again() {
        let monitor = monitor()
        guess(monitor)
        #expect(blocks(monitor, atSecond: 1).count == 1)
        monitor.receive(.blocks([block(1, until: 3_600)]), at: .zero + .seconds(1))
        guess(monitor, atSecond: 100)
        #expect(blocks(monitor, atSecond: 101).isEmpty)
        #expect(monitor.security(atSecond: 101).first?.isBlocked == true)
        monitor.receive(.blocks([]), at: .zero + .seconds(200))
        #expect(monitor.security(atSecond: 200).first?.failures == 80, "what was seen stays to be seen")
        guess(monitor, count: 5, atSecond: 201)
        #expect(blocks(monitor, atSecond: 202).isEmpty)
        guess(monitor, count: 40, atSecond: 203)
        #expect(blocks(monitor, atSecond: 204).count == 1)
    }

    @Test("What was forgiven stays forgiven, and a known tool that comes back does not")
    func forgivenTool() {
        let monitor = monitor()
        var scanner = Assault(1, agent: "friendly-scanner")
        monitor.receive([scanner.probe("OPTIONS", at: 0)])
        #expect(blocks(monitor, atSecond: 1).count == 1)
        monitor.receive(.blocks([block(1, until: 3_600)]), at: .zero + .seconds(1))
        monitor.receive(.blocks([]), at: .zero + .seconds(10))
        // Longer than ten minutes later a phone behind the same address fails once.
        blocks(monitor, through: 700)
        guess(monitor, count: 1, atSecond: 800)
        #expect(blocks(monitor, atSecond: 801).isEmpty)
        #expect(monitor.security(atSecond: 801).first?.key == .source(IPAddress(ipv4: 1)))
        monitor.receive([scanner.probe("OPTIONS", at: 810_000)])
        #expect(blocks(monitor, atSecond: 811).count == 1)
    }

    @Test("Refusals by a block are no evidence")
    func blockedAttempts() {
        let monitor = monitor()
        var source = Assault(1)
        for index in 0..<100 {
            monitor.receive([source.attempt("u\(index)", .blockedSource(seconds: 60), at: index * 10)])
        }
        #expect(blocks(monitor, atSecond: 2).isEmpty)
        #expect(monitor.takeFailures(at: .zero + .seconds(2)).isEmpty)
    }

    @Test("Each new attack is said once, six in a minute at most")
    func alarms() {
        let monitor = Monitor.watchingNothing()
        guess(monitor)
        let notices = monitor.takeAlarms(at: .zero + .seconds(1)).notices
        #expect(notices.map(\.text) == ["looks like guessing: 0.0.0.1: 40 wrong passwords for 9001 in 1 s"])
        #expect(notices.first?.level == .warning)
        guess(monitor, atSecond: 5)
        #expect(monitor.takeAlarms(at: .zero + .seconds(6)).notices.isEmpty)
        for source in 2..<40 { guess(monitor, from: UInt32(source), atSecond: 62) }
        #expect(monitor.takeAlarms(at: .zero + .seconds(63)).notices.count == 6)
    }
}
