import BindingTable
import Monitor
import SIPMessage
import Timing

/// Calls of the golden screens.
extension Samples {
    private static let caller = path(ipv4(198, 51, 100, 80), 5_060, at: ago(60))

    /// A leg to a phone.
    static func leg(
        _ number: UInt32,
        _ user: String,
        _ status: UInt16,
        copies: Int = 1,
        _ kind: TransportKind = .udp,
        called: CalledBinding? = nil,
    ) -> CallLeg {
        CallLeg(
            path: path(ipv4(203, 0, 113, number), 5_062, kind, at: ago(60)),
            target: "sip:\(user)@192.168.1.\(number):5062",
            binding: BindingID(partition: 0, generation: 1, slot: number),
            status: status,
            copies: copies,
            called: called
        )
    }

    /// A row of a call.
    static func call(
        _ number: Int,
        _ verdict: CallVerdict?,
        _ status: UInt16,
        _ legs: [CallLeg],
        to aor: String = "4417",
        refusal: RefusalReason? = nil,
        took: Int = 4_200,
    ) -> AttemptRow {
        let at = ago(milliseconds: 60_000 - number * 1_000)
        return AttemptRow(
            id: AttemptID(rawValue: UInt64(100 + number)),
            startedAt: at,
            endedAt: at + .milliseconds(took),
            aor: "\(aor)@example.test",
            method: "INVITE",
            path: caller,
            steps: [],
            verdict: verdict == nil ? .waiting : .other,
            refusal: refusal,
            agent: "Softphone 2.1",
            callID: "call\(number)@198.51.100.80",
            call: CallRow(verdict: verdict, caller: "4470@example.test", status: status, legs: legs)
        )
    }

    private static func bound(_ troubles: [CallTrouble], end: BindingEnd? = nil) -> CalledBinding {
        CalledBinding(aor: "4417@example.test", agent: "Zoiper", troubles: troubles, end: end)
    }

    static let calls: [AttemptRow] = [
        call(1, .answered, 200, [leg(9, "4417", 486), leg(10, "desk", 200, .tcp), leg(11, "mobile", 487)]),
        call(2, .busy, 486, [leg(9, "4417", 486)], took: 300),
        call(3, .noBinding, 480, [], to: "9001", refusal: .noBinding, took: 1),
        call(
            4,
            .deadContact,
            408,
            [leg(9, "4417", 0, copies: 7, called: bound([.forgottenByNAT]))],
            took: 32_000
        ),
        call(5, .failed, 404, [leg(9, "phone7", 404, called: bound([.contactUser]))], took: 80),
        call(6, .notAllowed, 403, [], to: "x", refusal: .notARelay, took: 0),
        call(7, .noAnswer, 408, [leg(9, "4417", 180), leg(10, "desk", 180, .tls)], took: 30_000),
        call(8, .cancelled, 487, [leg(9, "4417", 487)], took: 6_000),
        call(9, nil, 180, [leg(9, "4417", 180)], took: 900),
    ]

    /// The messages of a call as they would have come: the request to each leg, what it said, and what the caller heard.
    static func callDetail(_ row: AttemptRow) -> AttemptDetail {
        guard let call = row.call else { return detail(row, refusal: row.refusal) }
        var messages: [LadderMessage] = []
        func add(_ after: Int, _ leg: Int, out isOutgoing: Bool, _ status: UInt16, again: Bool = false) {
            let phrase = StatusCode(rawValue: status).phrase
            messages.append(
                LadderMessage(
                    at: row.startedAt + .milliseconds(after),
                    isRequest: status == 0,
                    summary: status == 0 ? "INVITE 1\(leg == 0 ? " + Digest" : "")" : "\(status) \(phrase)",
                    status: status,
                    isRetransmission: again,
                    bytes: request("4470", cseq: 1, digest: leg == 0 && status == 0),
                    leg: leg,
                    isOutgoing: isOutgoing
                )
            )
        }
        let end = Int((row.endedAt - row.startedAt).milliseconds)
        add(0, 0, out: false, 0)
        if end > 100 { add(1, 0, out: true, 100) }
        for (place, leg) in call.legs.enumerated() {
            add(2 + place, place + 1, out: true, 0)
            for copy in 1..<max(2, leg.copies) where leg.copies > 1 {
                add(500 << (copy - 1), place + 1, out: true, 0, again: true)
            }
            if leg.status >= 180, end > 500 { add(120 + place * 10, place + 1, out: false, 180) }
            if leg.status > 180 { add(end - 2 + place % 2, place + 1, out: false, leg.status) }
        }
        if call.verdict != nil { add(end, 0, out: true, call.status) }
        messages.sort { $0.at < $1.at }
        return AttemptDetail(
            row: row,
            messages: messages,
            exchanges: [],
            failuresFromSource: 0,
            sourceEverSucceeded: true,
            bindingEnd: call.verdict == .noBinding
                ? BindingEnd(cause: .expired, at: ago(3_600), by: "") : nil
        )
    }
}
