import BindingTable
import SIPMessage
import Timing

@testable import Monitor

/// Says to a monitor what a proxy would of a call.
struct CallDriver {
    var number: UInt64 = 1
    var callID = "call-1@caller"
    var caller = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 5_060)
    var method = SIPMessage.Method.invite
    var word = "INVITE"
    var cseq = 1
    var toTag = ""
    var target = "sip:4417@example.test"
    /// The caller, and whose password it claims to have; nil: it sends no credentials.
    var from = "4470", user: String?

    /// The peer of each leg from 1 on.
    static func phone(_ leg: Int) -> Endpoint {
        Endpoint(address: IPAddress(ipv4: 0xc633_6400 + UInt32(leg)), port: 5_062)
    }

    /// One message as the proxy tells it.
    func message(
        _ leg: Int,
        out isOutgoing: Bool,
        _ status: Int = 0,
        at milliseconds: Int,
        verdict: CallVerdict? = nil,
        refusal: RefusalReason? = nil,
        binding: BindingID? = nil,
        again: Bool = false,
    ) -> MonitorEvent {
        let at = Timestamp.zero + .milliseconds(milliseconds)
        var note = CallMessage(
            call: number,
            leg: UInt8(leg),
            isOutgoing: isOutgoing,
            path: ReceivedFrom(
                source: leg == 0 ? caller : Self.phone(leg),
                local: Wire.local,
                transport: leg == 2 ? .tcp : .udp,
                at: at
            ),
            method: method,
            status: UInt16(status)
        )
        (note.verdict, note.refusal, note.binding, note.isRetransmission) = (verdict, refusal, binding, again)
        return .call(note, bytes: bytes(leg, status))
    }

    private func bytes(_ leg: Int, _ status: Int) -> [UInt8] {
        let uri = leg == 0 ? target : "sip:phone\(leg)@10.0.0.\(leg)"
        let start = status == 0 ? "\(word) \(uri) SIP/2.0" : "SIP/2.0 \(status) Phrase"
        let lines = [
            start, "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK\(number)", "Max-Forwards: 70",
            "From: <sip:\(from)@example.test>;tag=a", "To: <sip:4417@example.test>\(toTag)",
            "Call-ID: \(callID)", "CSeq: \(cseq) \(word)", "User-Agent: Softphone",
        ]
        let credentials = user.map {
            "Proxy-Authorization: Digest username=\"\($0)\",realm=\"example.test\",nonce=\"n\","
                + "uri=\"sip:4417@example.test\",response=\"15cffe04b1b3f72e0f50e4ba28a09c00\""
        }
        let all = lines + [status == 0 ? credentials : nil].compactMap { $0 } + ["Content-Length: 0", "", ""]
        return Array(all.joined(separator: "\r\n").utf8)
    }

    /// A call that forks to two phones: one is busy, the other answers.
    var answered: [MonitorEvent] {
        [
            message(0, out: false, at: 0), message(0, out: true, 100, at: 1),
            message(1, out: true, at: 2), message(2, out: true, at: 3),
            message(1, out: true, at: 502, again: true),
            message(1, out: false, 486, at: 600), message(2, out: false, 180, at: 700),
            message(0, out: true, 180, at: 701), message(2, out: false, 200, at: 4_000),
            message(0, out: true, 200, at: 4_001, verdict: .answered),
        ]
    }

    /// One that is refused at once.
    func refused(_ verdict: CallVerdict, _ refusal: RefusalReason, status: Int, at milliseconds: Int = 0)
        -> [MonitorEvent]
    {
        [
            message(0, out: false, at: milliseconds),
            message(0, out: true, status, at: milliseconds + 1, verdict: verdict, refusal: refusal),
        ]
    }
}

extension Monitor {
    /// Takes in what a proxy says of calls, each message at its moment.
    func receiveCalls(_ events: [MonitorEvent]) {
        for event in events {
            if case .call(let message, _) = event { receive(event, at: message.path.at) }
        }
    }

    /// Rows of a list of attempts.
    func rows(_ kind: RequestKind, _ filter: String = "", failuresOnly: Bool = false) throws -> [AttemptRow] {
        let query = WindowQuery(
            subject: .attempts(
                filter: filter.isEmpty ? nil : try Filter(filter, for: .attempts),
                failuresOnly: failuresOnly,
                kind: kind
            ),
            height: 400
        )
        guard case .attempts(let rows) = answer(query, at: .zero).content else { return [] }
        return rows
    }

    /// The page of the first call.
    func firstCall(at now: Timestamp = .zero + .seconds(10)) throws -> AttemptDetail? {
        guard let id = try rows(.calls).first?.id,
            case .attempt(let detail) = answer(WindowQuery(subject: .attempt(id), height: 1), at: now).content
        else { return nil }
        return detail
    }
}
