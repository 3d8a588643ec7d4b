import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// Rates, verdict counts, delays and histories of the overview.
struct MetersTests {
    @Test func ratesAreOverTheLastTenSeconds() throws {
        let monitor = Monitor.watchingNothing()
        // Two REGISTERs a second for 20 s, of which one is challenged and one granted; then nothing.
        for second in 0..<20 {
            var wire = Wire()
            wire.callID = "r\(second)"
            monitor.receive([
                wire.exchange(1, at: second * 1_000 + 100, .challenge),
                wire.exchange(2, at: second * 1_000 + 200, credentials: true),
            ])
        }
        let running = try #require(monitor.overview(atSecond: 20))
        #expect(running.registerRate == 2)
        #expect(running.okRate == 1)
        #expect(running.challengeRate == 1)
        #expect(running.forbiddenRate == 0)
        let half = try #require(monitor.overview(atSecond: 25))
        #expect(half.registerRate == 1)
        let later = try #require(monitor.overview(atSecond: 40))
        #expect(later.registerRate == 0)
    }

    @Test func repliesAreCountedByClass() throws {
        let monitor = Monitor.watchingNothing()
        let refusals: [RefusalReason] = [
            .notAllowedForAOR, .intervalTooBrief(asked: 1, minimum: 60), .notOurDomain, .storeFailed,
            .overloaded(retryAfter: 5), .malformed(.via, offset: 0),
        ]
        for (index, refusal) in refusals.enumerated() {
            var wire = Wire()
            wire.callID = "k\(index)"
            monitor.receive([wire.exchange(1, at: 500, refusal)])
        }
        let overview = try #require(monitor.overview(atSecond: 10))
        #expect(overview.forbiddenRate == 0.1)
        #expect(overview.briefRate == 0.1)
        #expect(overview.otherClientErrorRate == 0.2)
        #expect(overview.serverErrorRate == 0.2)
    }

    @Test func verdictsAreCountedFiveMinutesOnceForEachAttempt() throws {
        let monitor = Monitor.watchingNothing()
        monitor.receive([
            Wire().exchange(1, at: 0, .challenge),
            Wire().exchange(2, at: 5, .wrongPassword, credentials: true),
            Wire().exchange(2, at: 600, .wrongPassword, credentials: true, repeated: true),
            Wire().exchange(3, at: 900, credentials: true), Wire().exchange(4, at: 1_000, .challenge),
        ])
        let first = try #require(monitor.overview(atSecond: 2))
        #expect(first.verdicts.map { "\($0.verdict.word) \($0.count)" } == ["OK 1", "PASSWD 1"])
        let second = try #require(monitor.overview(atSecond: 60))
        #expect(
            second.verdicts.map { "\($0.verdict.word) \($0.count)" } == ["OK 1", "NOREPLY 1", "PASSWD 1"]
        )
        #expect(try #require(monitor.overview(atSecond: 400)).verdicts.isEmpty)
    }

    @Test func successesStandForTheirWeight() throws {
        let monitor = Monitor.watchingNothing()
        monitor.receive([Wire().exchange(1, at: 500, credentials: true, weight: 16)])
        let overview = try #require(monitor.overview(atSecond: 1))
        #expect(overview.registerRate == 16)
        #expect(overview.sampling == 16)
        #expect(overview.verdicts.first?.count == 16)
        monitor.receive(.gap(7), at: .zero)
        #expect(try #require(monitor.overview(atSecond: 2)).ringLosses == 7)
    }

    @Test func delaysAreToldByPercentile() throws {
        let monitor = Monitor.watchingNothing()
        for index in 0..<200 {
            var wire = Wire()
            wire.callID = "d\(index)"
            monitor.receive([
                wire.exchange(
                    1,
                    at: index * 10,
                    credentials: true,
                    took: index == 0 ? 11_000 : index < 8 ? 2_000 : 400
                )
            ])
        }
        let overview = try #require(monitor.overview(atSecond: 3))
        #expect((350...450).contains(overview.delayP50))
        #expect((1_800...2_200).contains(overview.delayP99))
        #expect(overview.delayMaximum == 11_000)
        let later = try #require(monitor.overview(atSecond: 120))
        #expect(later.delayMaximum == 0)
        #expect(later.delayP99 == 0)
    }

    @Test func historyHasAValueForEachMinute() throws {
        let monitor = Monitor.watchingNothing()
        for second in 0..<180 {
            var wire = Wire()
            wire.callID = "h\(second)"
            let refusal: RefusalReason? = second < 60 ? .wrongPassword : nil
            monitor.receive([wire.exchange(1, at: second * 1_000, refusal, credentials: true)])
        }
        let overview = try #require(monitor.overview(atSecond: 190))
        #expect(overview.registerHistory == [1, 1, 1, 0])
        #expect(overview.failureHistory == [1, 0, 0, 0])
        let full = try #require(monitor.overview(atSecond: 3 * 3_600))
        #expect(full.registerHistory.count == 120)
    }
}
