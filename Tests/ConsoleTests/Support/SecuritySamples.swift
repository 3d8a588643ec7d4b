import BindingTable
import Monitor
import SIPMessage
import Timing

/// Who fails and attacks, on the security screen's golden files.
extension Samples {
    static var security: [SecurityRow] {
        [guesserRow, sprayed, healing, phonesRow, forgotten, others]
    }

    /// The same by users or User-Agents.
    static func rows(_ rows: [SecurityRow], by group: SecurityGroup) -> [SecurityRow] {
        guard group != .source, !rows.isEmpty else { return rows }
        let names =
            group == .user ? ["9001@example.test", "4417@example.test"] : ["friendly-request", "SBC/4.1"]
        return zip(names, rows).map { name, row in
            var row = row
            row.key = group == .user ? .user(name) : .agent(name)
            row.sources = 3
            return row
        }
    }

    static func picture(_ rows: [SecurityRow], of all: [SecurityRow], recent: [AttemptRow]) -> SecurityPicture
    {
        SecurityPicture(
            rows: rows,
            failures: all.isEmpty ? 0 : 422,
            failuresHour: all.isEmpty ? 0 : 2_900,
            failuresDay: all.isEmpty ? 0 : 40_112,
            attackers: all.count { $0.isAttack },
            recent: recent.filter { $0.verdict.isFailure }.reversed(),
            policy: AbusePolicy()
        )
    }

    private static var guesserRow: SecurityRow {
        var row = SecurityRow(key: .source(ipv4(198, 51, 100, 23)))
        (row.failures, row.failuresHour, row.failuresDay) = (371, 2_410, 39_004)
        row.verdicts = [VerdictCount(.wrongPassword, 41), VerdictCount(.unknownUser, 330)]
        (row.names, row.ports, row.first, row.last) = (190, 1, ago(389), ago(0))
        row.trend = [0, 0, 3, 8, 20, 41, 60, 70, 84, 85]
        row.agent = "friendly-request"
        row.findings = [
            AbuseFinding(kind: .guessing, count: 41, evidence: "41 wrong passwords for 9001 in 40 s"),
            AbuseFinding(
                kind: .enumeration,
                count: 190,
                evidence: "190 names that are not here, 1.7 tries each, in 6 min"
            ),
            AbuseFinding(kind: .scanning, count: 1, evidence: "sent by sipvicious"),
        ]
        return row
    }

    private static var sprayed: SecurityRow {
        var row = SecurityRow(key: .source(ipv4(203, 0, 113, 200)))
        (row.failures, row.failuresHour, row.failuresDay) = (24, 60, 60)
        row.verdicts = [VerdictCount(.wrongPassword, 24)]
        (row.granted, row.names, row.ports, row.first, row.last) = (1, 24, 2, ago(1_400), ago(12))
        row.trend = [2, 3, 2, 2, 3, 2, 2, 3, 2, 3]
        row.agent = "Zoiper rv2.10.19"
        row.findings = [
            AbuseFinding(kind: .breakIn, count: 1, evidence: "4417 logged in, never seen from here before"),
            AbuseFinding(
                kind: .spraying,
                count: 24,
                evidence: "wrong passwords for 24 names, 1 try each, in 10 min"
            ),
        ]
        (row.isBlocked, row.blockedUntil) = (true, start.timestamp + .seconds(3_588))
        return row
    }

    private static var healing: SecurityRow {
        var row = SecurityRow(key: .source(ipv4(192, 0, 2, 99)))
        (row.failures, row.failuresHour, row.failuresDay, row.granted) = (30, 180, 900, 30)
        row.verdicts = [VerdictCount(.stale, 60)]
        (row.names, row.ports, row.users, row.first, row.last) = (1, 1, 1, ago(90_000), ago(4))
        row.trend = [3, 3, 3, 3, 3, 3, 3, 3, 3, 3]
        row.agent = "SBC/4.1"
        row.findings = [
            AbuseFinding(kind: .staleNonce, count: 60, evidence: "60 met an old nonce, 30 logged in")
        ]
        return row
    }

    private static var phonesRow: SecurityRow {
        var row = SecurityRow(key: .source(v6))
        (row.failures, row.failuresHour, row.failuresDay, row.granted) = (6, 6, 6, 9)
        row.verdicts = [VerdictCount(.wrongPassword, 6)]
        (row.names, row.ports, row.users, row.first, row.last) = (2, 2, 4, ago(400), ago(51))
        row.trend = [0, 0, 0, 1, 1, 1, 1, 1, 1, 0]
        row.agent = "Yealink SIP-T46U 108.86"
        row.findings = [
            AbuseFinding(
                kind: .misconfigured,
                count: 6,
                evidence: "2 names fail, 3.0 tries each, no faster than phones try"
            )
        ]
        return row
    }

    private static var forgotten: SecurityRow {
        var row = SecurityRow(key: .source(ipv4(198, 51, 100, 9)))
        (row.failuresHour, row.failuresDay) = (2, 2)
        (row.first, row.last) = (ago(2_000), ago(1_900))
        row.trend = [Int](repeating: 0, count: 10)
        return row
    }

    private static var others: SecurityRow {
        var row = SecurityRow(key: .others)
        (row.failures, row.failuresHour, row.failuresDay, row.last) = (12, 240, 240, ago(2))
        return row
    }
}
