import BindingTable
import Monitor
import SIPMessage
import Timing

/// Numbers of the overview's golden screens.
extension Samples {
    static var overview: Overview {
        var numbers = Overview()
        (numbers.bindings, numbers.aors, numbers.peak, numbers.peakAt, numbers.dyingSoon) = (
            18_204, 15_977, 19_020, ago(10_350), 212
        )
        (numbers.registerRate, numbers.okRate, numbers.challengeRate) = (63.1, 58.9, 61.8)
        (numbers.forbiddenRate, numbers.otherClientErrorRate) = (0.4, 0.2)
        numbers.verdicts = [
            VerdictCount(.ok, 18_402), VerdictCount(.unknownUser, 330), VerdictCount(.wrongPassword, 41),
            VerdictCount(.stale, 30), VerdictCount(.domain, 8), VerdictCount(.replay, 3),
        ]
        (numbers.delayP50, numbers.delayP99, numbers.delayMaximum) = (400, 2_100, 11_000)
        (numbers.memory.bytes, numbers.memory.rows, numbers.memory.orders) = (31 << 20, 18_204, 2)
        (numbers.memory.attempts, numbers.memory.attemptsLimit) = (4_096, 4_096)
        (numbers.memory.attemptBytes, numbers.memory.attemptBytesLimit) = (9 << 20, 16 << 20)
        numbers.registerHistory = (0..<120).map { 40 + Double($0 * 37 % 29) }
        numbers.failureHistory = (0..<120).map { minute -> Double in
            let calm = minute * 7 % 11
            return minute > 110 ? Double(minute - 108) / 4 : Double(calm) / 20
        }
        numbers.soonest = bindings.sorted { $0.binding.facts.expiresAt < $1.binding.facts.expiresAt }.prefix(
            10
        ).map { $0 }
        numbers.failingUsers = [
            FailingUser(
                aor: "9001@example.test",
                verdict: .wrongPassword,
                commonest: 41,
                failures: 41,
                sources: 1,
                last: ago(0)
            ),
            FailingUser(
                aor: "9002@example.test",
                verdict: .unknownUser,
                commonest: 38,
                failures: 38,
                sources: 1,
                last: ago(1)
            ),
            FailingUser(
                aor: "trunk7@example.test",
                verdict: .stale,
                commonest: 12,
                failures: 12,
                sources: 1,
                last: ago(4)
            ),
            FailingUser(
                aor: "4417@example.test",
                verdict: .wrongPassword,
                commonest: 3,
                failures: 3,
                sources: 2,
                last: ago(130)
            ),
        ]
        numbers.topSources = [
            TopSource(
                address: guesser,
                requestRate: 18,
                okRate: 0,
                failureRate: 18,
                agent: "friendly-request"
            ),
            TopSource(
                address: ipv4(203, 0, 113, 40),
                requestRate: 2.1,
                okRate: 1,
                failureRate: 0,
                agent: "Asterisk PBX 20"
            ),
            TopSource(address: v6, requestRate: 0.7, okRate: 0.7, failureRate: 0, agent: "Zoiper rv2.10.19"),
        ]
        numbers.horizon = (0..<20).map { 20 + $0 * 53 % 90 }
        numbers.agents = [
            AgentCount("Yealink SIP-T46", 7_120), AgentCount("Zoiper rv2.10", 3_002),
            AgentCount("Linphone 5.2", 1_811), AgentCount("Grandstream GXP", 1_402),
        ]
        (numbers.otherAgents, numbers.otherAgentBindings) = (28, 4_869)
        numbers.transports = [TransportCount(.udp, 15_200), TransportCount(.tcp, 3_004)]
        (numbers.ipv6, numbers.natted) = (546, 11_104)
        numbers.flawed = 431
        (numbers.forecast.phones, numbers.forecast.connected, numbers.forecast.steady) = (18_204, 3_004, 11.2)
        numbers.forecast.rates = (0..<30).map { 9 + Double($0 * 7 % 12) / 2 }
        numbers.events = [
            OverviewEvent(
                at: ago(2),
                what: "evicted by operator",
                subject: "1180@example.test",
                detail: "kl: stuck after move"
            ),
            OverviewEvent(at: ago(33), what: "expired", subject: "gw-8@example.test", detail: ""),
            OverviewEvent(
                at: ago(50),
                what: "moved",
                subject: "4417@example.test",
                detail: "198.51.100.7 -> 198.51.100.23"
            ),
        ]
        return numbers
    }

    /// A site that has fallen silent, and a phone besides.
    static var overviewWithOutage: Overview {
        var numbers = overview
        numbers.missedBeats = 42
        numbers.outages = [
            Outage(kind: .site, name: "203.0.113.0/24", silent: 41, phones: 44, since: ago(51)),
            Outage(kind: .agent, name: "Desk \"9\" 1.0", silent: 12, phones: 20, since: ago(9)),
        ]
        numbers.outageCount = 2
        numbers.events.insert(
            OverviewEvent(
                at: ago(1),
                what: "missed its beat",
                subject: "4417@example.test",
                detail: "every 48 s, silent 57 s, 3 s left"
            ),
            at: 0
        )
        numbers.events.insert(
            OverviewEvent(
                at: ago(0),
                what: "outage",
                subject: "site 203.0.113.0/24",
                detail: "41 of 44 phones silent for 51 s"
            ),
            at: 0
        )
        return numbers
    }

    /// User-Agents and vendors with what is wrong with them.
    static let devices: [DeviceRow] = {
        func row(_ name: String, _ group: DeviceGroup, _ bindings: Int, _ flawed: Int, _ lints: [LintCount])
            -> DeviceRow
        {
            var row = DeviceRow(name: name, group: group)
            (row.bindings, row.flawed, row.lints) = (bindings, flawed, lints)
            return row
        }
        var zoiper = row(
            "Zoiper rv2.10",
            .agent,
            3_002,
            311,
            [LintCount(.natRare, 290), LintCount(.contactUser, 21), LintCount(.md5, 3_002)]
        )
        (zoiper.ghosts, zoiper.silent, zoiper.failures) = (14, 2, 41)
        var rest = row("", .agent, 4_869, 3, [LintCount(.noRport, 3)])
        rest.isRest = true
        return [
            zoiper,
            row("Grandstream GXP", .agent, 1_402, 117, [LintCount(.newCallID, 117), LintCount(.md5, 1_402)]),
            row("Yealink SIP-T46", .agent, 7_120, 0, [LintCount(.md5, 7_120)]),
            row("", .agent, 40, 0, [LintCount(.requestURIUser, 40)]),
            row("evil\u{1b}]0;x\u{07}\u{202e}", .agent, 1, 0, []), rest,
            row("Zoiper", .vendor, 3_100, 311, [LintCount(.natRare, 290)]),
        ]
    }()
}
