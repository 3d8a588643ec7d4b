import SIPDigest
import SIPMessage

/// A phone that writes REGISTER requests: every part can be set, and it answers challenges.
struct Phone {
    var user: String
    var domain: String
    var callID: String
    var cseq = 0
    var contact: String
    var tag = "from1"
    var userAgent = "Testphone/1"
    var via = "SIP/2.0/UDP 10.0.0.1:5060"
    var requestURI: String
    var to: String
    var digest: DigestClient

    init(
        _ user: String = "alice",
        password: String = "secret",
        domain: String = "example.com",
        callID: String = "call-1"
    ) {
        self.user = user
        self.domain = domain
        self.callID = callID
        contact = "<sip:\(user)@10.0.0.1:5060>"
        requestURI = "sip:\(domain)"
        to = "<sip:\(user)@\(domain)>"
        digest = DigestClient(user: Array(user.utf8), password: Array(password.utf8))
    }

    /// The next REGISTER: CSeq one higher, a new branch, credentials if there was a challenge.
    mutating func register(
        contacts: [String]? = nil,
        expires: Int? = nil,
        extra: [String] = [],
        body: String = "",
        method: String = "REGISTER",
        uri: String? = nil,
    ) -> String {
        cseq += 1
        return request(
            contacts: contacts,
            expires: expires,
            extra: extra,
            body: body,
            method: method,
            uri: uri
        )
    }

    /// The same request once more: CSeq and branch as they were.
    mutating func request(
        contacts: [String]? = nil,
        expires: Int? = nil,
        extra: [String] = [],
        body: String = "",
        method: String = "REGISTER",
        uri: String? = nil,
    ) -> String {
        var lines = [
            "\(method) \(requestURI) SIP/2.0",
            "Via: \(via);branch=z9hG4bK-\(callID)-\(cseq);rport",
            "Max-Forwards: 70",
            "From: \(to);tag=\(tag)",
            "To: \(to)",
            "Call-ID: \(callID)",
            "CSeq: \(cseq) \(method)",
        ]
        for contact in contacts ?? [contact] { lines.append("Contact: \(contact)") }
        if let expires { lines.append("Expires: \(expires)") }
        if digest.isChallenged, let worker = try? DigestWorker(lane: 201),
            let value = digest.authorization(
                method: Array(method.utf8),
                uri: Array((uri ?? requestURI).utf8),
                body: Array(body.utf8),
                cnonce: Array("cnonce1".utf8),
                using: worker
            )
        {
            lines.append("Authorization: \(String(decoding: value, as: UTF8.self))")
        }
        lines.append("User-Agent: \(userAgent)")
        lines += extra
        lines.append("Content-Length: \(body.utf8.count)")
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    /// Takes the challenge of a 401; false if there is none to answer.
    @discardableResult
    mutating func take(_ answer: Answer) -> Bool {
        var head = MessageHead()
        try? head.parse(answer.bytes.span)
        return digest.take(head, answer.bytes.span)
    }
}
