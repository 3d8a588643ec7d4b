import BindingTable
import Foundation
import Monitor
import SIPMessage
import Testing
import Timing

@testable import Console

/// A ticket report: what it comes to, and that it holds what it promises. The whole texts are in
/// Tests/Fixtures/reports; `UPDATE_SCREENS=1` rewrites them.
@Suite struct TicketReportTests {
    private static let clock = LocalClock(now: Samples.start, utcOffset: .seconds(3_600))
    private static let aor = Array("4417@example.test".utf8)

    private static func life(_ number: Int64, _ cause: Cause, ago: Int, by: String = "") -> HistoryEntry {
        var entry = Samples.history[1]
        entry.number = number
        entry.cause = cause
        entry.by = by
        entry.at = Samples.start.wall - .seconds(ago)
        entry.binding.refreshedAt = Samples.start.wall - .seconds(ago + 20)
        return entry
    }

    /// Logins of one kind, a minute apart, the newest first.
    private static func logins(_ count: Int, _ verdict: AttemptVerdict, ago: Int) -> [AttemptRow] {
        (0..<count).map { index in
            var row = Samples.attempts[verdict == .ok ? 0 : 6]
            row.id = AttemptID(rawValue: UInt64(100_000 - ago - index * 60))
            row.aor = "4417@example.test"
            row.startedAt = Samples.ago(ago + index * 60)
            row.endedAt = row.startedAt + .milliseconds(3)
            row.path = Samples.path(Samples.ipv4(198, 51, 100, 7), 5_062, at: row.startedAt)
            (row.verdict, row.refusal) = (verdict, verdict == .ok ? nil : .wrongPassword)
            return row
        }
    }

    private static func facts(_ change: (inout ReportFacts) -> Void) -> ReportFacts {
        var facts = ReportFacts(host: "pbx1", aor: aor)
        facts.history.oldest = Samples.journalBegin
        change(&facts)
        for row in facts.attempts.prefix(ReportInquiry.attemptsTold) {
            facts.details[row.id] = Samples.detail(row, refusal: row.refusal)
        }
        return facts
    }

    private static func registered(_ state: BindingState) -> BindingDetail {
        var row = Samples.bindings.first { $0.aorText == "4417@example.test" } ?? Samples.bindings[0]
        row.state = state
        row.binding.texts.contact = Array("sip:4417:hunter2@10.0.0.7:5060;ob".utf8)
        return BindingDetail(
            row: row,
            siblings: [],
            position: 1,
            gaps: [48, 48, 49, 47],
            attempts: [],
            lastRequest: []
        )
    }

    static let well = facts { facts in
        facts.bindings = [registered(.ok)]
        facts.bindingCount = 1
        facts.attempts = logins(3, .ok, ago: 57)
        facts.history.entries = [life(9, .registered, ago: 9_000)]
        facts.rules = ["rule 1 example.test: a password is asked for", "answer   401, then 200"]
        facts.ruledFor = "198.51.100.7 udp"
    }

    static let wrongPassword = facts { facts in
        facts.attempts = logins(12, .wrongPassword, ago: 20) + logins(1, .ok, ago: 4_000)
        facts.history.entries = [life(10, .expired, ago: 3_900), life(9, .registered, ago: 9_000)]
        facts.blocks = [
            Block(
                subject: .source(Samples.ipv4(198, 51, 100, 7)),
                until: Samples.start.timestamp + .seconds(600),
                reason: "guessing",
                by: Samples.operatorIdentity,
                since: Samples.ago(5)
            )
        ]
    }

    static let expired = facts { facts in
        facts.attempts = logins(2, .ok, ago: 4_000)
        facts.history.entries = [life(10, .expired, ago: 3_900), life(9, .registered, ago: 9_000)]
    }

    static let evicted = facts { facts in
        facts.attempts = logins(1, .ok, ago: 4_000)
        facts.history.entries = [
            life(10, .evictedByOperator, ago: 60, by: "kl@198.51.100.7"), life(9, .registered, ago: 9_000),
        ]
    }

    static let unknown = facts { _ in }

    private static let cases: [(name: String, facts: ReportFacts)] = [
        ("well", well), ("wrong-password", wrongPassword), ("expired", expired), ("evicted", evicted),
        ("unknown", unknown),
    ]

    @Test(arguments: ["well", "wrong-password", "expired", "evicted", "unknown"])
    func theWholeTextIsAsItWasReadOverOnce(_ name: String) throws {
        let facts = try #require(Self.cases.first { $0.name == name }?.facts)
        let report = TicketReport(facts, clock: Self.clock)
        expectGolden(report.text, "reports/\(name)")
    }

    @Test func itIsPlainASCIIAndNoLineIsTooLong() {
        for (name, facts) in Self.cases {
            var facts = facts
            for index in facts.bindings.indices {
                facts.bindings[index].row.binding.texts.userAgent = Array("Zo\u{1b}[31miper \u{202e}ü".utf8)
                facts.bindings[index].row.binding.texts.contact =
                    Array("sip:\(String(repeating: "x", count: 200))@h".utf8) + [0xff, 0x0a, 0x07]
            }
            for line in TicketReport(facts, clock: Self.clock).lines {
                #expect(line.utf8.count <= TicketReport.width, "\(name): \(line)")
                #expect(line.utf8.allSatisfy { (0x20...0x7e).contains($0) }, "\(name): \(line)")
                #expect(line.last != " ")
            }
        }
    }

    @Test func noSecretIsInIt() {
        for (name, facts) in Self.cases {
            let text = TicketReport(facts, clock: Self.clock).text
            for secret in [Samples.nonce, Samples.response, String(Samples.response.prefix(8)), "hunter2"] {
                #expect(!text.contains(secret), "\(name) tells \(secret)")
            }
        }
    }

    /// The sentence at the top, with its line ends made blanks.
    private func conclusion(_ facts: ReportFacts) -> String {
        ReportConclusion(facts: facts, clock: Self.clock).text
    }

    @Test func theConclusionSaysWhatIsSo() {
        #expect(
            conclusion(Self.well).hasPrefix("It is registered and well: 1 binding from 198.51.100.7:5062")
        )
        #expect(
            conclusion(Self.wrongPassword).hasPrefix(
                "It is not registered: its last 12 logins from 198.51.100.7 failed with a wrong password"
            )
        )
        #expect(conclusion(Self.wrongPassword).contains("The last good login was 2026-11-25 11:57:51"))
        #expect(conclusion(Self.expired).contains("its last binding expired 2026-11-25 11:59:31"))
        #expect(conclusion(Self.expired).contains("the phone has not come back since"))
        #expect(conclusion(Self.evicted).contains("kl@198.51.100.7 evicted its last binding"))
        #expect(conclusion(Self.unknown).hasPrefix("Nothing is known of it"))
        for (facts, start) in [
            (Self.well, "It is registered (1 binding"),
            (Self.expired, "It is not registered at this moment: "),
        ] {
            var facts = facts
            let leaves = Self.logins(3, .unregistered, ago: 30)
            facts.attempts = Array(leaves.prefix(2)) + facts.attempts
            #expect(!conclusion(facts).contains("comes and goes"))
            facts.attempts.insert(leaves[2], at: 2)
            #expect(conclusion(facts).hasPrefix(start))
            #expect(
                conclusion(facts).contains("it comes and goes: 3 times since 13:02:01 it has taken its own")
            )
        }
        #expect(TicketReport(Self.unknown, clock: Self.clock).isEmpty)
        #expect(!TicketReport(Self.expired, clock: Self.clock).isEmpty)
    }

    @Test func whoIsRegisteredAndFailsFromElsewhereIsToldApart() {
        var facts = Self.well
        facts.attempts = Self.logins(2, .wrongPassword, ago: 5)
        #expect(conclusion(facts).contains("but its last 2 logins from 198.51.100.7 failed"))
        for index in facts.attempts.indices {
            facts.attempts[index].path = Samples.path(Samples.guesser, 5_066, at: Samples.ago(5))
        }
        #expect(conclusion(facts).contains("from 198.51.100.23, where it is not registered from, failed"))
    }

    @Test func everyStateOfABindingHasItsWords() {
        for state in [BindingState.late, .auth, .silent, .disconnected] {
            var facts = Self.well
            facts.bindings = [Self.registered(state)]
            #expect(conclusion(facts).contains("but not well:"), "\(state)")
        }
    }

    @Test func everyEndHasItsWords() {
        for cause in Cause.allCases where cause.isRemoval {
            var facts = Self.expired
            facts.history.entries[0].cause = cause
            #expect(conclusion(facts).hasPrefix("It is not registered: "), "\(cause)")
            #expect(!conclusion(facts).contains("has ended"), "\(cause)")
        }
    }

    @Test func aBlockThatTouchesItIsToldAndNoOther() {
        #expect(
            TicketReport(Self.wrongPassword, clock: Self.clock).text.contains("198.51.100.7 is refused until")
        )
        var facts = Self.expired
        facts.attempts = []
        facts.blocks = Self.wrongPassword.blocks
        #expect(TicketReport(facts, clock: Self.clock).text.contains("No block touches it."))
    }
}
