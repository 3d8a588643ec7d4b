import BindingTable
import Monitor
import SIPMessage
import Testing
import Timing

/// What a monitor counts since its start, for programs that read it again and again.
struct TotalsTests {
    @Test("Attempts are counted by verdict for as long as the monitor lives, not for minutes")
    func verdicts() {
        let monitor = Monitor.watchingNothing()
        for index in 0..<3 {
            var wire = Wire()
            wire.callID = "c\(index)"
            monitor.receive([wire.exchange(1, at: index * 600_000, .unknownUser, credentials: true)])
            _ = monitor.advance(to: .zero + .seconds(index * 600 + 60))
        }
        let totals = monitor.totals(at: .zero + .seconds(7_200))
        #expect(totals.verdicts.map(\.verdict) == AttemptVerdict.allCases)
        #expect(totals.verdicts.first { $0.verdict == .unknownUser }?.count == 3)
        #expect(totals.verdicts.reduce(0) { $0 + $1.count } == 3)
        #expect(totals.attemptsKept == 3 && totals.sampling == 1 && totals.exchangesLost == 0)
    }

    @Test("What a ring had no room for is told")
    func losses() {
        let monitor = Monitor.watchingNothing()
        monitor.receive(.gap(7), at: .zero)
        monitor.receive(.gap(-1), at: .zero)
        #expect(monitor.totals(at: .zero).exchangesLost == 7)
    }
}
