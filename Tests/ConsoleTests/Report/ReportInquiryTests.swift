import BindingTable
import ConsoleLink
import Monitor
import Testing
import Timing

@testable import Console

/// The questions of a report, one at a time.
@Suite struct ReportInquiryTests {
    /// Answers all questions out of a world; how many there were.
    private func answer(_ inquiry: inout ReportInquiry, _ world: World) -> Int {
        var count = 0
        while let question = inquiry.question, count < 100 {
            count += 1
            switch question {
            case .window(let query): _ = inquiry.take(world.window(query, at: Samples.start.timestamp))
            case .history(let query): inquiry.take(world.history(query))
            case .call(let query): inquiry.take(world.route(query, at: Samples.start.timestamp))
            case .rules: inquiry.take(ExplainAnswer(lines: ["rule"], canRegister: true))
            }
        }
        return count
    }

    @Test func allOfAnAddressOfRecordIsAskedFor() {
        var inquiry = ReportInquiry("sip:4417@Example.TEST", host: "pbx1")
        let count = answer(&inquiry, World())
        #expect(inquiry.isDone && count < 20)
        let facts = inquiry.facts
        #expect(String(decoding: facts.aor, as: UTF8.self) == "4417@example.test")
        #expect(facts.bindings.count == 1 && facts.bindingCount == 1)
        #expect(!facts.attempts.isEmpty && facts.details[facts.attempts[0].id] != nil)
        let entries = facts.history.entries
        #expect(!entries.isEmpty && entries.allSatisfy { $0.binding.aor == facts.aor })
        #expect(facts.call?.groups.count == 1)
        #expect(facts.rules == ["rule"] && facts.ruledFor.hasSuffix(" udp"))
    }

    @Test func aUserAloneIsFoundWithItsDomain() {
        var inquiry = ReportInquiry("4417", host: "pbx1")
        _ = answer(&inquiry, World())
        #expect(String(decoding: inquiry.facts.aor, as: UTF8.self) == "4417@example.test")
    }

    @Test func anAnswerThatIsNotWholeIsAskedForAgain() {
        var inquiry = ReportInquiry("4417@example.test", host: "pbx1")
        let partial = Window(content: .bindings([]), progress: 0.5, at: Samples.start.timestamp)
        let isWhole = inquiry.take(partial)
        #expect(!isWhole)
        guard case .window(let query)? = inquiry.question, case .bindings = query.subject else {
            Issue.record("it went on")
            return
        }
    }

    @Test func whatAStrangerTypesIsNeverAMistake() {
        for name in ["", "@", "\"", "a\\b@c", "x\u{0}@y", String(repeating: "@", count: 500)] {
            var inquiry = ReportInquiry(name, host: "pbx1")
            let count = answer(&inquiry, World())
            #expect(count < 100)
            _ = TicketReport(inquiry.facts, clock: LocalClock(now: Samples.start, utcOffset: .zero))
        }
    }
}
