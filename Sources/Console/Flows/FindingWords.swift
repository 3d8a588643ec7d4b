internal import SIPMessage

/// What the console says of a digest check: its name, what was found, and the word at the right.
enum FindingWords {
    /// How a request without a password came in, by the number of the domain's rule.
    static func admission(rule: UInt16) -> String {
        "Let in by rule \(rule) of the domain without a password: its address is enough."
    }

    /// Name of a check, at most 11 letters.
    static func label(_ check: DigestCheck) -> String {
        switch check {
        case .credentials: "credentials"
        case .algorithm: "algorithm"
        case .realm: "realm"
        case .nonce: "nonce"
        case .age: "nonce age"
        case .qop: "qop"
        case .uri: "uri"
        case .user: "user"
        case .response: "response"
        case .nonceCount: "nc"
        }
    }

    /// The word at the right: `ok`, `tolerated`, or what is wrong in capitals.
    static func outcome(_ finding: DigestFinding) -> String {
        switch finding.outcome {
        case .passed: "ok"
        case .tolerated: "tolerated"
        case .failed: failure(finding.check)
        }
    }

    private static func failure(_ check: DigestCheck) -> String {
        switch check {
        case .credentials: "INCOMPLETE"
        case .algorithm, .qop: "NOT OFFERED"
        case .realm, .uri, .response: "MISMATCH"
        case .nonce: "NOT OURS"
        case .age: "TOO OLD"
        case .user: "UNKNOWN"
        case .nonceCount: "REPLAY"
        }
    }

    /// What was found, in a few words.
    static func remark(_ finding: DigestFinding) -> String {
        switch finding.outcome {
        case .passed: passed(finding)
        case .tolerated: tolerated(finding.check)
        case .failed: failed(finding)
        }
    }

    private static func passed(_ finding: DigestFinding) -> String {
        switch finding.check {
        case .credentials: "there and complete"
        case .algorithm: "was offered"
        case .realm: "ours"
        case .nonce: "made here, for this realm"
        case .age: "\(age(finding.value)) old, fresh"
        case .qop: "was offered"
        case .uri: "is the Request-URI"
        case .user: "known"
        case .response: "is what the password gives"
        case .nonceCount: "first use of this count"
        }
    }

    private static func tolerated(_ check: DigestCheck) -> String {
        switch check {
        case .credentials: "incomplete, taken by policy"
        case .algorithm: "none named, taken as MD5"
        case .realm: "differs, taken by policy"
        case .nonce: "taken by policy"
        case .age: "old, taken by policy"
        case .qop: "left out (RFC 2069 form)"
        case .uri: "is not the Request-URI"
        case .user: "taken by policy"
        case .response: "taken by policy"
        case .nonceCount: "not counted without qop"
        }
    }

    private static func failed(_ finding: DigestFinding) -> String {
        switch finding.check {
        case .credentials: "something is missing"
        case .algorithm: "was not offered"
        case .realm: "not ours"
        case .nonce: "not made here (restart? invented?)"
        case .age: "\(age(finding.value)) old: too old"
        case .qop: "was not offered"
        case .uri: "is not the Request-URI"
        case .user: "no such account"
        case .response: "not what the password gives"
        case .nonceCount: "this count was used before"
        }
    }

    /// The name of the digest parameter that a check looked at; nil where there is no single one.
    static func parameter(_ check: DigestCheck) -> String? {
        switch check {
        case .credentials, .age: nil
        case .algorithm: "algorithm"
        case .realm: "realm"
        case .nonce: "nonce"
        case .qop: "qop"
        case .uri: "uri"
        case .user: "username"
        case .response: "response"
        case .nonceCount: "nc"
        }
    }

    private static func age(_ milliseconds: UInt32) -> String {
        if milliseconds < 1_000 { return "\(milliseconds) ms" }
        if milliseconds < 120_000 { return "\(TimeText.fixed(Double(milliseconds) / 1_000, 1)) s" }
        return "\(milliseconds / 60_000) min"
    }
}
