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

    /// Who is blamed is the caller and what it has signed with, never whom it calls.
    @Test(arguments: [
        (
            RefusalReason.wrongPassword,
            "4470@example.test calls with a wrong password for the known user \"4470\"", "MISMATCH"
        ),
        (.unknownUser, "there is no account \"4470\", as which 4470@example.test calls", "UNKNOWN"),
        (.replay(nonceCount: 3), "nonce count 00000003 was used before", "REPLAY"),
        (.badCredentials(.qop), "credentials not as they were offered (qop)", "NOT OFFERED"),
        (.accountDisabled, "the caller's account \"4470\" is disabled", ""),
        (.accountNotFromHere, "the caller's account \"4470\" may not be used", ""),
    ])
    func theCallerIsBlamed(_ refusal: RefusalReason, _ words: String, _ check: String) throws {
        let row = Samples.call(1, .notAllowed, 407, [], refusal: refusal)
        #expect(text(row).contains(words) && !text(row).contains("4417"), "\(text(row))")
        let why = try #require(CallWhy(Samples.callDetail(row), clock: clock))
        let lines = why.lines(width: 100).map { $0.runs.map(\.text.string).joined() }
        #expect(check.isEmpty || lines.contains { $0.hasPrefix("  ") && $0.hasSuffix(check) }, "\(lines)")
    }

    /// The request with the password comes after the 407; without any it is From that says who calls.
    @Test func theRequestWithThePasswordIsTheOneThatWasVerified() {
        let row = Samples.call(1, .notAllowed, 407, [], refusal: .wrongPassword)
        let asked = text(row) { detail in
            var first = detail.messages[0]
            first.bytes = Samples.request("other", cseq: 1, digest: false)
            detail.messages[0].bytes = Samples.request("bob", cseq: 2, digest: true)
            detail.messages.insert(first, at: 0)
        }
        #expect(asked.contains("known user \"bob\""), "\(asked)")
        let unsigned = text(row) { detail in
            detail.messages[0].bytes = Samples.request("other", cseq: 1, digest: false)
        }
        #expect(unsigned.contains("known user \"4470\""), "\(unsigned)")
    }

    @Test(arguments: [
        (RefusalReason.unknownAOR, 404, "Correct what was dialled"),
        (.notOurDomain, 404, "the domain that was dialled"),
        (.methodNotAllowed, 405, "calls are off here, so INVITE goes no further"),
        (.methodNotAllowed, 405, "calls.mode: proxy"), (.noDialog, 481, "a call that is not known here"),
        (.blockedAOR(seconds: 0), 403, "blocked 4417@example.test, or the caller 4470@example.test until"),
    ])
    func adviceIsForCalls(_ refusal: RefusalReason, _ status: UInt16, _ words: String) {
        let text = text(Samples.call(1, .notAllowed, status, [], refusal: refusal))
        #expect(text.contains(words) && !text.contains("in the phone"), "\(text)")
    }

    /// A message that comes beside those of the call itself.
    private func message(
        _ at: Timestamp,
        _ leg: Int,
        _ summary: String,
        status: UInt16 = 0,
        isOutgoing: Bool = false,
    ) -> LadderMessage {
        LadderMessage(
            at: at,
            isRequest: status == 0,
            summary: summary,
            status: status,
            isRetransmission: false,
            bytes: [],
            leg: leg,
            isOutgoing: isOutgoing
        )
    }

    @Test(
        "Who hung up, and whether the other end has heard it",
        arguments: [
            (0, UInt16(200), "; it lasted 9 s, the caller hung up."),
            (2, 200, "; it lasted 9 s, desk (leg 2) hung up."),
            (0, 481, "; it lasted 9 s, the caller hung up."),
            (0, 430, "; the caller hung up and was told 430: the other end may still be in the call."),
            (0, 407, "; the caller hung up, was asked for a password and has not come back."),
            (2, 0, "; desk (leg 2) hung up, and the other end has not answered that."),
        ]
    )
    func hangingUp(_ leg: Int, _ status: UInt16, _ words: String) {
        let row = Samples.calls[0]
        let text = text(row) {
            let at = row.endedAt + .seconds(9)
            $0.messages.append(message(at, leg, "BYE 2"))
            let answer = message(at, leg, "\(status) Word (BYE)", status: status, isOutgoing: true)
            if status > 0 { $0.messages.append(answer) }
        }
        #expect(text.contains("ANSWERED by desk (leg 2) after 4.2 s\(words)"), "\(text)")
    }

    @Test(
        "An end that came in mid-call is told by what went to it, and is not called dead for an INVITE it never got"
    )
    func endsOfTheDialogOnly() {
        let row = Samples.call(
            1,
            .answered,
            200,
            [Samples.leg(9, "4417", 200), Samples.leg(10, "4417", 0, copies: 0)]
        )
        func text(_ more: [(String, UInt16)]) -> String {
            self.text(row) {
                $0.messages.removeAll { $0.leg == 2 }
                for (summary, status) in more {
                    let at = row.endedAt + .seconds(9)
                    $0.messages.append(message(at, 2, summary, status: status, isOutgoing: status == 0))
                }
            }
        }
        #expect(text([]).contains("in the dialog only"))
        #expect(text([("BYE 2", 0)]).contains("BYE in the dialog, no answer"))
        let answered = text([("BYE 2", 0), ("200 OK (BYE)", 200)])
        #expect(answered.contains("BYE in the dialog, answered 200 OK (BYE)"))
        #expect(!answered.contains("INVITE") && !answered.contains("!"), "\(answered)")
    }

    @Test func aLegAnswersTheINVITEAndNotTheBYE() {
        let row = Samples.calls[0]
        let text = text(row) {
            $0.messages.append(message(row.endedAt + .seconds(9), 2, "200 OK (BYE)", status: 200))
        }
        #expect(text.contains(": 200 OK\n") && !text.contains("(BYE)"), "\(text)")
    }

    @Test func whatIsSilentForASecondIsNotDeadYet() {
        var row = Samples.calls[3]
        row.call?.verdict = nil
        row.call?.status = 100
        for (copies, isDead) in [(2, false), (3, false), (7, true)] {
            row.call?.legs[0].copies = copies
            #expect(text(row).contains("! silent") == isDead, "\(copies)")
            #expect(text(row).contains("no answer to \(copies) copies of INVITE"))
        }
    }

    /// The INVITE is answered only when the phone has let go; the caller hung up before.
    @Test func ringingEndsWhenTheCallerHangsUp() {
        let row = Samples.calls[7]
        let text = { (milliseconds: Int) in
            self.text(row) {
                let at = row.startedAt + .milliseconds(milliseconds)
                $0.messages.append(self.message(at, 0, "CANCEL 1"))
            }
        }
        #expect(text(2_200).contains("hung up after 2 s of ringing"), "\(text(2_200))")
        #expect(text(100).contains("hung up, before it rang"))
    }

    /// Over a connection that could not be made nothing was sent.
    @Test func aConnectionThatWasRefusedIsSaidSo() {
        for (verdict, status) in [(CallVerdict.deadContact, UInt16(480)), (.failed, 500), (.cancelled, 487)] {
            let row = Samples.call(1, verdict, status, [Samples.leg(9, "4417", 0, .tcp)], took: 3)
            let text = text(row)
            #expect(
                text.contains("no connection came about, or it ended at once") == verdict.isFailure,
                "\(text)"
            )
            #expect(text.contains("no answer to 1 copy") != verdict.isFailure)
        }
        let slow = Samples.call(1, .deadContact, 408, [Samples.leg(9, "4417", 0, .tcp)], took: 32_000)
        #expect(text(slow).contains("no answer to 1 copy of INVITE in 31 s"))
        let udp = Samples.call(1, .failed, 500, [Samples.leg(9, "4417", 0)], took: 3)
        #expect(text(udp).contains("no answer to 1 copy of INVITE in 0 s"))
    }
}
