import SIPDigest
import SIPMessage
import SIPTransaction
import Support
import Timing

/// Somebody who watches a registration: writes SUBSCRIBE requests and reads NOTIFYs.
struct Subscriber {
    var callID = "watch-1"
    var tag = "watcher"
    var cseq = 0
    var target: String
    var to: String
    var from: String
    var requestURI: String
    var toTag: String?
    var contact: String? = "<sip:watcher@10.0.0.1:5060>"
    var digest: DigestClient

    init(
        _ user: String = "alice",
        watching aor: String? = nil,
        password: String = "secret",
        domain: String = "example.com",
    ) {
        target = "sip:\(aor ?? "\(user)@\(domain)")"
        to = "<\(target)>"
        from = "<sip:\(user)@\(domain)>"
        requestURI = target
        digest = DigestClient(user: Array(user.utf8), password: Array(password.utf8))
    }

    /// The next SUBSCRIBE.
    mutating func subscribe(
        expires: Int? = nil,
        event: String? = "reg",
        extra: [String] = [],
    ) -> String {
        cseq += 1
        var lines = [
            "SUBSCRIBE \(requestURI) SIP/2.0",
            "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-\(callID)-\(cseq);rport",
            "Max-Forwards: 70",
            "From: \(from);tag=\(tag)",
            "To: \(to)\(toTag.map { ";tag=\($0)" } ?? "")",
            "Call-ID: \(callID)",
            "CSeq: \(cseq) SUBSCRIBE",
        ]
        if let contact { lines.append("Contact: \(contact)") }
        if let event { lines.append("Event: \(event)") }
        if let expires { lines.append("Expires: \(expires)") }
        if digest.isChallenged, let worker = try? DigestWorker(lane: 202),
            let value = digest.authorization(
                method: Array("SUBSCRIBE".utf8),
                uri: Array(requestURI.utf8),
                body: [],
                cnonce: Array("cnonce2".utf8),
                using: worker
            )
        {
            lines.append("Authorization: \(String(decoding: value, as: UTF8.self))")
        }
        lines += extra
        lines.append("Content-Length: 0")
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// Takes a challenge, or the dialog of a 200 (RFC 3261 §12.1.2).
    @discardableResult
    mutating func take(_ answer: Answer) -> Answer {
        if answer.status == 401 {
            var head = MessageHead()
            try? head.parse(answer.bytes.span)
            _ = digest.take(head, answer.bytes.span)
        }
        guard answer.status == 200 else { return answer }
        toTag = answer.value("To")?.split(separator: ";tag=").last.map(String.init)
        requestURI = answer.value("Contact").map { String($0.dropFirst().dropLast()) } ?? requestURI
        return answer
    }
}

extension Stage {
    /// Subscribes, shows that somebody is there if it is asked, and lets the registrar say the first NOTIFY.
    @discardableResult
    func open(_ subscriber: inout Subscriber, expires: Int? = nil) -> Answer {
        let answer = subscriber.take(send(subscriber.subscribe(expires: expires)))
        advance(.zero)
        if waitingState?.hasPrefix("pending") == true { _ = notified() }
        return answer
    }

    /// The Subscription-State of the first request that waits to be taken.
    private var waitingState: String? {
        var state: String?
        if requests.count > 0 {
            requests.withRequest(at: 0) { bytes, _, _ in
                state = Answer(bytes.withUnsafeBufferPointer { Array($0) }).value("Subscription-State")
            }
        }
        return state
    }

    /// Takes the one NOTIFY that has been sent, and answers it; nil if it was not one.
    func notified(_ status: Int? = 200, extra: [String] = []) -> Sent? {
        let sent = takeRequests()
        guard sent.count == 1, let notify = sent.first else { return nil }
        if let status { send(notify.response(status, extra: extra)) }
        if status != nil, notify.state?.hasPrefix("pending") == true { advance(.zero) }
        return notify
    }
}

extension Sent {
    /// The document that it carries.
    func reginfo() throws -> Reginfo { try Reginfo(Array(body.utf8)) }
    var state: String? { message.value("Subscription-State") }
}
