import SIPMessage
import Testing
import Timing

@testable import SIPDigest

/// A registrar's digest side with one account, `1001` in `example.test`, and a phone's messages to it.
struct Scene {
    static let realm = "example.test"

    let worker: DigestWorker
    var verifier: DigestVerifier
    var policy: DigestPolicy
    var accounts: Accounts

    init(
        algorithms: [DigestAlgorithm] = [.sha256, .sha512t256, .md5],
        qop: QualityOfProtection = [.auth, .authInt],
        legacy: Bool = false,
        capacity: Int = 512,
    ) throws {
        worker = try DigestWorker(lane: 3)
        verifier = DigestVerifier(
            mint: NonceMint(secret: (0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210), epoch: 77),
            window: NonceCountWindow(capacity: capacity),
        )
        policy = DigestPolicy(
            realm: Array(Self.realm.utf8),
            algorithms: algorithms,
            qop: qop,
            allowsLegacy: legacy
        )
        var text: [UInt8] = []
        for algorithm in DigestAlgorithm.allCases {
            let user = Array("1001".utf8)
            let password = Array("secret".utf8)
            let ha1 = worker.ha1(algorithm, user, policy.realm, password)
            text += AccountsText.line(user: user, realm: policy.realm, try #require(ha1))
        }
        accounts = try Accounts(parsing: text.span)
    }

    /// A whole 401 at this time.
    func challenge(stale: Bool = false, now: Timestamp = .zero) -> [UInt8] {
        var text = Array("SIP/2.0 401 Unauthorized\r\n".utf8)
        let isDone = policy.appendChallenge(
            to: &text,
            stale: stale,
            mint: verifier.mint,
            now: now,
            using: worker
        )
        #expect(isDone)
        return text + Array("Content-Length: 0\r\n\r\n".utf8)
    }

    /// A phone that has read such a 401.
    func challenged(_ phone: DigestClient, now: Timestamp = .zero) throws -> DigestClient {
        var phone = phone
        let isTaken = try phone.takes(challenge(now: now))
        #expect(isTaken)
        return phone
    }

    static func phone(
        user: String = "1001",
        password: String = "secret",
        algorithms: [DigestAlgorithm] = DigestAlgorithm.allCases,
        legacy: Bool = false,
        authInt: Bool = false,
    ) -> DigestClient {
        DigestClient(
            user: Array(user.utf8),
            password: Array(password.utf8),
            algorithms: algorithms,
            isLegacy: legacy,
            prefersAuthInt: authInt
        )
    }

    /// The phone's next REGISTER.
    func register(
        _ phone: inout DigestClient,
        uri: String = "sip:example.test",
        digestURI: String? = nil,
        body: String = "",
    ) throws -> [UInt8] {
        let value = phone.authorization(
            method: Array("REGISTER".utf8),
            uri: Array((digestURI ?? uri).utf8),
            body: Array(body.utf8),
            cnonce: Array("0a4f113b".utf8),
            using: worker
        )
        return Self.message(
            uri: uri,
            authorization: [String(decoding: try #require(value), as: UTF8.self)],
            body: body
        )
    }

    /// A REGISTER with these Authorization headers.
    static func message(uri: String = "sip:example.test", authorization: [String], body: String = "")
        -> [UInt8]
    {
        var text = "REGISTER \(uri) SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n"
        for value in authorization { text += "Authorization: \(value)\r\n" }
        return Array("\(text)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
    }

    func verify(_ message: [UInt8], now: Timestamp = .zero) throws -> Verification {
        var head = MessageHead()
        try head.parse(message.span)
        return verifier.verify(
            head,
            message.span,
            policy: policy,
            accounts: accounts,
            now: now,
            using: worker
        )
    }
}

/// Findings in a short form: `+nonce` passed, `~uri` tolerated, `-age` failed.
func words(_ verification: Verification) -> String {
    verification.findings.all.map { finding in
        let sign =
            switch finding.outcome {
            case .passed: "+"
            case .tolerated: "~"
            case .failed: "-"
            }
        return "\(sign)\(finding.check)"
    }.joined(separator: " ")
}

// Expectation macros take no spans and no inout values: the same calls with arrays.

extension DigestValue {
    init?(digits: [UInt8], algorithm: DigestAlgorithm) { self.init(hex: digits.span, algorithm: algorithm) }

    func equals(digits: [UInt8]) -> Bool { equals(hex: digits.span) }
}

extension NonceMint {
    func read(array: [UInt8], realm: [UInt8], now: Timestamp, using worker: DigestWorker) -> Nonce? {
        read(array.span, realm: realm.span, now: now, using: worker)
    }
}

extension DigestWorker {
    func ha1(_ algorithm: DigestAlgorithm, _ user: [UInt8], _ realm: [UInt8], _ password: [UInt8])
        -> DigestValue?
    {
        ha1(algorithm, user: user.span, realm: realm.span, password: password.span)
    }

    /// The response that the credentials of a message should have, and the one that they have.
    func responses(
        _ message: [UInt8],
        _ ha1: (_ realm: [UInt8]) -> DigestValue?,
    ) throws -> (expected: DigestValue?, given: [UInt8]) {
        var head = MessageHead()
        try head.parse(message.span)
        guard let range = head.first(.authorization),
            let read = try DigestCredentials(message.span, in: range, header: .authorization),
            let ha1 = ha1(Array(message[read.realm.bounds]))
        else { return (nil, []) }
        return (response(to: read, ha1: ha1, head, message.span), Array(message[read.response.bounds]))
    }
}

extension DigestClient {
    mutating func takes(_ response: [UInt8]) throws -> Bool {
        var head = MessageHead()
        try head.parse(response.span)
        return take(head, response.span)
    }
}
