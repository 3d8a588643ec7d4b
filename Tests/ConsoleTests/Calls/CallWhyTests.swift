import BindingTable
import Cells
import Monitor
import SIPMessage
import Testing
import Timing

@testable import Console

/// Why a call came out as it did.
@Suite struct CallWhyTests {
    private let clock = LocalClock(now: Samples.start, utcOffset: .zero)

    private func text(_ row: AttemptRow, _ change: (inout AttemptDetail) -> Void = { _ in }) -> String {
        var detail = Samples.callDetail(row)
        change(&detail)
        return CallWhy(detail, clock: clock)?.lines.joined(separator: "\n") ?? ""
    }

    @Test func aTryToRegisterHasNone() {
        let row = Samples.attempts[0]
        #expect(CallWhy(Samples.detail(row, refusal: nil), clock: clock) == nil)
    }

    @Test(arguments: [
        (0, "ANSWERED by desk (leg 2) after 4.2 s"), (0, "487"), (1, "BUSY: 4417 answered 486 Busy Here"),
        (2, "NOBODY IS REGISTERED for 9001@example.test: its last binding ended"), (2, "expired"),
        (3, "NOT REACHED: the only phone gave no sign of life"), (3, "no answer to 7 copies of INVITE in 3"),
        (3, "the mapping is probably gone"), (4, "FAILED: phone7 answered 404 Not Found"),
        (4, "contact user mismatch: the call asked it for \"phone7\", its account is \"4417\""),
        (5, "REFUSED with 403: neither the caller nor the callee"), (6, "NO ANSWER: it rang for"),
        (7, "GIVEN UP: the caller hung up after 5"), (8, "IN PROGRESS"),
    ])
    func says(_ place: Int, _ words: String) {
        let text = text(Samples.calls[place])
        #expect(text.contains(words), "\(text)")
    }

    /// Each verdict has words of its own, whatever little is known; what went wrong has advice.
    @Test(arguments: CallVerdict.allCases)
    func everyVerdictHasItsWords(_ verdict: CallVerdict) {
        let row = Samples.call(1, verdict, 400, [])
        let why = CallWhy(Samples.callDetail(row), clock: clock)
        #expect(!(why?.headline.text.isEmpty ?? true))
        #expect(why?.lines.contains { $0.hasPrefix("-> ") } == true || !verdict.isFailure)
        let all = CallVerdict.allCases
        #expect(Set(all.map(CallVerdictWords.short)).count == all.count)
        #expect(Set(all.map { CallVerdictWords.sentence($0) }).count == all.count)
    }

    /// A mismatch that does no harm is not blamed: of a phone that is busy, or that has answered.
    @Test func aMismatchIsNamedOnlyWhereItMatters() {
        var row = Samples.calls[4]
        for (status, isNamed) in [(UInt16(404), true), (488, true), (486, false), (200, false)] {
            row.call?.legs[0].status = status
            #expect(text(row).contains("mismatch") == isNamed, "\(status)")
        }
        row.call?.legs[0].status = 404
        row.call?.legs[0].called?.troubles = []
        #expect(!text(row).contains("mismatch"))
    }

    @Test func anotherNameThanTheAccountsIsSaidSo() {
        let row = Samples.call(1, .notAllowed, 403, [], refusal: .notAllowedForAOR)
        #expect(
            text(row).contains("\"4470\" proved who it is, but the call says to come from 4470@example.test")
        )
    }
}
