import BindingTable
import Monitor
import SIPMessage
import Timing

/// Attempts, ladders, log and audit lines, and blocks of the golden screens.
extension Samples {
    private static func step(
        _ status: UInt16,
        digest: Bool = false,
        stale: Bool = false,
        unregister: Bool = false,
        again: Int = 0
    ) -> AttemptStep {
        AttemptStep(
            isUnregister: unregister,
            hasCredentials: digest,
            status: status,
            isStale: stale,
            retransmissions: again
        )
    }

    private static func attempt(
        _ number: Int,
        _ user: String,
        _ from: IPAddress,
        _ port: UInt16,
        _ steps: [AttemptStep],
        _ verdict: AttemptVerdict,
        _ refusal: RefusalReason? = nil,
        took: Int = 3,
        agent: String = "Yealink SIP-T46U",
        kind: TransportKind = .udp,
    ) -> AttemptRow {
        let at = ago(milliseconds: 4_200 - number * 190)
        return AttemptRow(
            id: AttemptID(rawValue: UInt64(number)),
            startedAt: at,
            endedAt: at + .milliseconds(took),
            aor: "\(user)@example.test",
            method: "REGISTER",
            path: path(from, port, kind, at: at),
            steps: steps,
            verdict: verdict,
            refusal: refusal,
            agent: agent,
            callID: "7f31c0aa\(number)@\(from)"
        )
    }

    static let guesser = ipv4(198, 51, 100, 23)

    static let attempts: [AttemptRow] = [
        attempt(1, "bob", ipv4(203, 0, 113, 77), 1_024, [step(401), step(200, digest: true)], .ok, took: 2),
        attempt(
            2,
            "9001",
            guesser,
            5_066,
            [step(401), step(401, digest: true)],
            .wrongPassword,
            .wrongPassword,
            agent: "friendly-request"
        ),
        attempt(3, "dave", v6, 5_060, [step(401), step(200, digest: true)], .ok),
        attempt(
            4,
            "9002",
            guesser,
            5_066,
            [step(401), step(401, digest: true)],
            .unknownUser,
            .unknownUser,
            agent: "friendly-request"
        ),
        attempt(
            5,
            "trunk7",
            ipv4(192, 0, 2, 99),
            5_060,
            [step(401), step(401, digest: true, stale: true), step(200, digest: true)],
            .ok,
            took: 31,
            agent: "SBC/4.1"
        ),
        attempt(6, "grace", ipv4(198, 51, 100, 82), 5_060, [step(200, digest: true)], .ok, took: 1),
        attempt(
            7,
            "4417",
            ipv4(198, 51, 100, 7),
            5_062,
            [step(401), step(401, digest: true)],
            .wrongPassword,
            .wrongPassword,
            agent: "Zoiper rv2.10.19"
        ),
        attempt(
            8,
            "judy",
            ipv4(198, 51, 100, 85),
            5_060,
            [step(401, unregister: true), step(200, digest: true, unregister: true)],
            .unregistered
        ),
        attempt(9, "x", ipv4(198, 51, 100, 9), 5_060, [step(404)], .domain, .notOurDomain, took: 0),
        attempt(
            10,
            "niaj",
            ipv4(198, 51, 100, 86),
            5_060,
            [step(423)],
            .brief,
            .intervalTooBrief(asked: 10, minimum: 60),
            took: 0
        ),
        attempt(
            11,
            "zoe",
            ipv4(198, 51, 100, 88),
            5_060,
            [step(401, again: 3)],
            .abandoned,
            .challenge,
            took: 32_000
        ),
        attempt(
            12,
            "1180",
            ipv4(203, 0, 113, 9),
            40_112,
            [step(401), step(200, digest: true, again: 1)],
            .ok,
            took: 540,
            agent: "Zoiper 5.6.4"
        ),
        attempt(
            13,
            "gw-3",
            ipv4(192, 0, 2, 10),
            5_060,
            [step(200, digest: true)],
            .ok,
            took: 1,
            agent: "Asterisk PBX 20.5",
            kind: .tcp
        ),
        attempt(
            14,
            "9004",
            ipv4(198, 51, 100, 61),
            5_060,
            [step(403, digest: true)],
            .blocked,
            .blockedAOR(seconds: 540)
        ),
        attempt(
            15,
            "replay",
            ipv4(198, 51, 100, 66),
            5_060,
            [step(401, digest: true)],
            .replay,
            .replay(nonceCount: 1)
        ),
        attempt(16, "heidi", ipv4(198, 51, 100, 83), 5_060, [step(401)], .waiting, .challenge, took: 0),
        attempt(
            17,
            "9001",
            guesser,
            5_066,
            [step(401), step(401, digest: true)],
            .wrongPassword,
            .wrongPassword,
            agent: "friendly-request"
        ),
    ]

    static let nonce = "c16e571b9f71e740fda5018a37c10f17"
    static let response = "15cffe04b1b3f72e0f50e4ba28a09c00"

    static func request(_ user: String, cseq: Int, digest: Bool) -> [UInt8] {
        var lines = [
            "REGISTER sip:example.test SIP/2.0",
            "Via: SIP/2.0/UDP 198.51.100.23:5066;branch=z9hG4bKcfcd20841;rport",
            "Max-Forwards: 70", "From: \"\u{1b}]0;PWNED\u{07}\" <sip:\(user)@example.test>;tag=809d45",
            "To: <sip:\(user)@example.test>", "Call-ID: 7f31c0aa@198.51.100.23", "CSeq: \(cseq) REGISTER",
            "Contact: <sip:\(user)@198.51.100.23:5066>;expires=300",
        ]
        if digest {
            lines.append(
                "Authorization: Digest username=\"\(user)\",realm=\"example.test\",nonce=\"\(nonce)\",uri=\"sip:example.test\",response=\"\(response)\",algorithm=MD5,qop=auth,nc=00000001,cnonce=\"0a4f113b77aa8812\""
            )
        }
        lines += ["User-Agent: friendly-request", "Expires: 300", "Content-Length: 0", "", ""]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    static func reply(_ status: String, cseq: Int, challenge: Bool) -> [UInt8] {
        var lines = [
            "SIP/2.0 \(status)",
            "Via: SIP/2.0/UDP 198.51.100.23:5066;branch=z9hG4bKcfcd20841;rport=5066;received=198.51.100.23",
            "From: <sip:9001@example.test>;tag=809d45", "To: <sip:9001@example.test>;tag=a1b2c3",
            "Call-ID: 7f31c0aa@198.51.100.23", "CSeq: \(cseq) REGISTER",
        ]
        if challenge {
            lines.append(
                "WWW-Authenticate: Digest realm=\"example.test\",nonce=\"\(nonce)\",algorithm=MD5,qop=\"auth\""
            )
        }
        lines += ["Content-Length: 0", "", ""]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    static func findings(_ list: [DigestFinding]) -> DigestFindings {
        var findings = DigestFindings()
        for finding in list { findings.append(finding) }
        return findings
    }

    /// What a verification finds that fails on the response.
    static let wrongPassword: [DigestFinding] = [
        DigestFinding(.credentials, .passed), DigestFinding(.algorithm, .passed),
        DigestFinding(.realm, .passed),
        DigestFinding(.nonce, .passed), DigestFinding(.age, .passed, value: 3), DigestFinding(.qop, .passed),
        DigestFinding(.uri, .tolerated), DigestFinding(.user, .passed), DigestFinding(.response, .failed),
    ]

    static func exchange(
        _ from: IPAddress,
        at: Timestamp,
        status: UInt16,
        refusal: RefusalReason?,
        findings list: [DigestFinding] = [],
    ) -> Exchange {
        var exchange = Exchange(path: path(from, 5_066, at: at))
        exchange.status = status
        exchange.refusal = refusal
        exchange.findings = findings(list)
        exchange.repliedAt = at + .microseconds(412)
        if refusal == nil {
            exchange.granted = 300
            exchange.contacts = 1
        }
        return exchange
    }

    /// The ladder of an attempt of the list: a challenge, and what came of the answer.
    static func detail(
        _ row: AttemptRow,
        refusal: RefusalReason?,
        findings list: [DigestFinding] = wrongPassword,
    ) -> AttemptDetail {
        let from = row.path.source.address
        let user = String(row.aor.prefix { $0 != "@" })
        let second = row.startedAt + .microseconds(2_630)
        var messages = [
            LadderMessage(
                at: row.startedAt,
                isRequest: true,
                summary: "REGISTER 14",
                status: 0,
                isRetransmission: false,
                bytes: request(user, cseq: 14, digest: false)
            ),
            LadderMessage(
                at: row.startedAt + .microseconds(412),
                isRequest: false,
                summary: "401 Unauthorized",
                status: 401,
                isRetransmission: false,
                bytes: reply("401 Unauthorized", cseq: 14, challenge: true)
            ),
        ]
        var exchanges = [
            exchange(
                from,
                at: row.startedAt,
                status: 401,
                refusal: .challenge,
                findings: [DigestFinding(.credentials, .failed)]
            )
        ]
        if row.steps.count > 1 {
            let status: UInt16 = refusal == nil ? 200 : 401
            let phrase = refusal == nil ? "200 OK" : "401 Unauthorized"
            messages += [
                LadderMessage(
                    at: second,
                    isRequest: true,
                    summary: "REGISTER 15 + Digest",
                    status: 0,
                    isRetransmission: false,
                    bytes: request(user, cseq: 15, digest: true)
                ),
                LadderMessage(
                    at: second + .microseconds(472),
                    isRequest: false,
                    summary: phrase,
                    status: status,
                    isRetransmission: false,
                    bytes: reply(phrase, cseq: 15, challenge: refusal != nil)
                ),
            ]
            exchanges.append(exchange(from, at: second, status: status, refusal: refusal, findings: list))
        }
        return AttemptDetail(
            row: row,
            messages: messages,
            exchanges: exchanges,
            failuresFromSource: row.verdict.isFailure ? 41 : 0,
            sourceEverSucceeded: false
        )
    }

    private static let logTexts: [(Int, Notice.Level, String)] = [
        (41, .info, "listening on udp:192.0.2.1:5060"),
        (40, .info, "listening on tcp:192.0.2.1:5060"),
        (30, .warning, "accounts: line 14: expected user:realm:HEX; the old accounts stay in use"),
        (20, .info, "accounts read again: 1,204 accounts"),
        (
            5, .error,
            "audit log: no space left on device (/var/lib/regtop/audit.log); acts are refused until it can be written"
        ),
        (2, .info, "source 198.51.100.23 sends more than its share: slowed down"),
    ]

    static let logLines: [LogLine] = logTexts.enumerated().map { index, line in
        LogLine(number: UInt64(index + 1), notice: Notice(at: ago(line.0), level: line.1, text: line.2))
    }

    private static let auditTexts: [(Int, String, String, String, String)] = [
        (9_000, "session", "", "opened, may act", ""),
        (400, "expire", "gw-3@example.test 192.0.2.10:5060", "1 of 1 done", ""),
        (396, "undo", "act 1", "1 put back", ""),
        (2, "evict", "1180@example.test 203.0.113.9:40112", "1 of 1 done", "stuck after move"),
    ]

    static let auditLines: [AuditLine] = auditTexts.enumerated().map { index, line in
        let record = AuditRecord(
            at: start.wall(at: ago(line.0)),
            by: operatorIdentity,
            action: line.1,
            object: line.2,
            result: line.3,
            reason: line.4
        )
        return AuditLine(number: UInt64(index + 1), record: record)
    }

    static let blocks: [Block] = [
        Block(
            subject: .aor(Array("9004@example.test".utf8)),
            until: start.timestamp + .seconds(540),
            reason: "loops",
            by: operatorIdentity,
            since: ago(60)
        ),
        Block(
            subject: .source(guesser),
            until: nil,
            reason: "guesses passwords",
            by: operatorIdentity,
            since: ago(3_600)
        ),
    ]
}
