import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// Exchanges become attempts with the right verdict: the rows of the attempts screen.
struct RegistrationFlowsTests {
    /// A conversation and the attempts that it must become.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var events: @Sendable (Wire) -> [MonitorEvent]
        var attempts: [String]
        /// Lets time pass before it looks, in seconds.
        var after = 1
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "challenge and answer are one attempt",
            events: { [$0.exchange(14, at: 0, .challenge), $0.exchange(15, at: 3, credentials: true)] },
            attempts: ["R 401 R+ 200 OK"]
        ),
        Case(
            name: "nonce reused",
            events: { [$0.exchange(14, at: 0, credentials: true)] },
            attempts: ["R+ 200 OK"]
        ),
        Case(
            name: "wrong password",
            events: {
                [
                    $0.exchange(14, at: 0, .challenge),
                    $0.exchange(15, at: 3, .wrongPassword, credentials: true),
                ]
            },
            attempts: ["R 401 R+ 401 PASSWD"]
        ),
        Case(
            name: "stale, then granted",
            events: {
                [
                    $0.exchange(1, at: 0, .staleNonce, credentials: true),
                    $0.exchange(2, at: 5, credentials: true),
                ]
            },
            attempts: ["R+ 401s R+ 200 OK"]
        ),
        Case(
            name: "stale, and nothing more",
            events: { [$0.exchange(1, at: 0, .staleNonce, credentials: true)] },
            attempts: ["R+ 401s STALE"],
            after: 40
        ),
        Case(
            name: "nonce of another run, then granted",
            events: {
                [
                    $0.exchange(1, at: 0, .nonceUnknown, credentials: true),
                    $0.exchange(2, at: 5, credentials: true),
                ]
            },
            attempts: ["R+ 401 R+ 200 OK"]
        ),
        Case(
            name: "nonce of another run, given up",
            events: { [$0.exchange(1, at: 0, .nonceUnknown, credentials: true)] },
            attempts: ["R+ 401 CREDS"],
            after: 40
        ),
        Case(
            name: "too brief, then granted",
            events: {
                [
                    $0.exchange(1, at: 0, .intervalTooBrief(asked: 10, minimum: 60), credentials: true),
                    $0.exchange(2, at: 5, credentials: true),
                ]
            },
            attempts: ["R+ 423 R+ 200 OK"]
        ),
        Case(
            name: "too brief, challenged anew, granted",
            events: {
                [
                    $0.exchange(1, at: 0, .intervalTooBrief(asked: 10, minimum: 60)),
                    $0.exchange(2, at: 5, .challenge),
                    $0.exchange(3, at: 9, credentials: true),
                ]
            },
            attempts: ["R 423 R 401 R+ 200 OK"]
        ),
        Case(
            name: "too brief, and nothing more",
            events: { [$0.exchange(1, at: 0, .intervalTooBrief(asked: 10, minimum: 60))] },
            attempts: ["R 423 SHORT"],
            after: 1
        ),
        Case(
            name: "passwords tried on one Call-ID: an attempt for each",
            events: { wire in
                [wire.exchange(1, at: 0, .challenge)]
                    + (2...5).map { wire.exchange($0, at: $0 * 2, .wrongPassword, credentials: true) }
            },
            attempts: ["R 401 R+ 401 PASSWD", "R+ 401 PASSWD", "R+ 401 PASSWD", "R+ 401 PASSWD"]
        ),
        Case(
            name: "unknown user",
            events: {
                [$0.exchange(1, at: 0, .challenge), $0.exchange(2, at: 2, .unknownUser, credentials: true)]
            },
            attempts: ["R 401 R+ 401 NOUSER"]
        ),
        Case(
            name: "replay",
            events: { [$0.exchange(1, at: 0, .replay(nonceCount: 1), credentials: true)] },
            attempts: ["R+ 401 REPLAY"]
        ),
        Case(
            name: "other domain",
            events: { [$0.exchange(1, at: 0, .notOurDomain)] },
            attempts: ["R 404 DOMAIN"]
        ),
        Case(name: "waiting", events: { [$0.exchange(1, at: 0, .challenge)] }, attempts: ["R 401 WAIT"]),
        Case(
            name: "given up",
            events: { [$0.exchange(1, at: 0, .challenge)] },
            attempts: ["R 401 NOREPLY"],
            after: 40
        ),
        Case(
            name: "begun anew without credentials",
            events: { [$0.exchange(1, at: 0, .challenge), $0.exchange(2, at: 900, .challenge)] },
            attempts: ["R 401 NOREPLY", "R 401 WAIT"]
        ),
        Case(
            name: "answered too late: another attempt",
            events: { [$0.exchange(1, at: 0, .challenge), $0.exchange(2, at: 33_000, credentials: true)] },
            attempts: ["R 401 NOREPLY", "R+ 200 OK"],
            after: 34
        ),
        Case(
            name: "retransmissions are folded",
            events: {
                [
                    $0.exchange(1, at: 0, .challenge), $0.exchange(1, at: 500, .challenge, repeated: true),
                    $0.exchange(1, at: 1_500, .challenge), $0.exchange(2, at: 1_600, credentials: true),
                    $0.exchange(2, at: 2_100, credentials: true, repeated: true),
                ]
            },
            attempts: ["Rx3 401 R+x2 200 OK"],
            after: 3
        ),
        Case(
            name: "same CSeq after the challenge, another branch",
            events: {
                [
                    $0.exchange(1, at: 0, .challenge),
                    $0.exchange(1, at: 5, credentials: true, branch: "other"),
                ]
            },
            attempts: ["R 401 R+ 200 OK"]
        ),
        Case(
            name: "unregister",
            events: { wire in
                var wire = wire
                wire.expires = 0
                return [
                    wire.exchange(1, at: 0, .challenge),
                    wire.exchange(2, at: 5, credentials: true, unregister: true),
                ]
            },
            attempts: ["R0 401 R0+ 200 UNREG"]
        ),
        Case(
            name: "query",
            events: { wire in
                var wire = wire
                wire.contact = nil
                wire.expires = nil
                return [wire.exchange(1, at: 0, granted: 0)]
            },
            attempts: ["R 200 QUERY"]
        ),
        Case(
            name: "another method",
            events: { [$0.exchange(1, at: 0, method: "OPTIONS")] },
            attempts: ["R 200 OTHER"]
        ),
        Case(
            name: "not answered at all",
            events: { [$0.exchange(1, at: 0, .malformed(.via, offset: 4), status: 0)] },
            attempts: ["R . BADMSG"]
        ),
        Case(
            name: "store failed",
            events: { [$0.exchange(1, at: 0, .storeFailed, credentials: true)] },
            attempts: ["R+ 500 SERVER"]
        ),
        Case(
            name: "turned away by a drain",
            events: { [$0.exchange(1, at: 0, .draining(retryAfter: 30), credentials: true)] },
            attempts: ["R+ 503 DRAINED"]
        ),
        Case(
            name: "Call-ID kept over refreshes",
            events: {
                [
                    $0.exchange(1, at: 0, .challenge), $0.exchange(2, at: 5, credentials: true),
                    $0.exchange(3, at: 60_000, credentials: true),
                ]
            },
            attempts: ["R 401 R+ 200 OK", "R+ 200 OK"],
            after: 61
        ),
    ]

    @Test(arguments: cases)
    func conversation(_ it: Case) {
        let monitor = Monitor.watchingNothing()
        monitor.receive(it.events(Wire()))
        monitor.advance(to: .zero + .seconds(it.after))
        let seen = monitor.allAttempts(at: .zero + .seconds(it.after)).map {
            "\($0.short) \($0.verdict.word)"
        }
        #expect(seen == it.attempts)
    }

    @Test func rowsTellWhoAndWhere() throws {
        let monitor = Monitor.watchingNothing()
        let wire = Wire()
        monitor.receive([
            wire.exchange(14, at: 10, .challenge),
            wire.exchange(15, at: 13, .wrongPassword, credentials: true),
        ])
        let row = try #require(monitor.allAttempts().first)
        #expect(row.aor == "9001@example.test")
        #expect(row.method == "REGISTER")
        #expect(row.agent == "Zoiper rv2.10.19")
        #expect(row.callID == "call-1@phone")
        #expect(row.path.source == wire.source)
        #expect(row.startedAt == .zero + .milliseconds(10))
        #expect(row.endedAt == .zero + .milliseconds(13) + .microseconds(400))
        #expect(row.refusal == .wrongPassword)
        #expect(row.id == AttemptID(rawValue: 1))
    }

    @Test func anotherSourceIsAnotherFlow() {
        let monitor = Monitor.watchingNothing()
        var other = Wire()
        other.source.address = IPAddress(ipv4: 0x0a00_0001)
        monitor.receive([Wire().exchange(1, at: 0, .challenge), other.exchange(2, at: 5, credentials: true)])
        #expect(
            monitor.allAttempts().map { "\($0.short) \($0.verdict.word)" } == ["R 401 WAIT", "R+ 200 OK"]
        )
        // A phone behind NAT may answer from another port.
        var port = Wire()
        port.source.port = 40_000
        monitor.receive([port.exchange(2, at: 8, credentials: true)])
        #expect(
            monitor.allAttempts().map { "\($0.short) \($0.verdict.word)" } == [
                "R 401 R+ 200 OK", "R+ 200 OK",
            ]
        )
    }

    @Test func brokenRequestsAreToldAsFarAsTheyCanBeRead() throws {
        let monitor = Monitor.watchingNothing()
        var exchange = Exchange(
            path: ReceivedFrom(source: Wire().source, local: Wire.local, transport: .udp, at: .zero)
        )
        exchange.refusal = .malformed(.to, offset: 30)
        exchange.status = 400
        for text in [
            "REGISTER sip:a SIP/2.0\r\nTo: <<broken\r\nCall-ID: x\r\n\r\n", "", "\u{0}\u{1}", "GARBAGE",
        ] {
            monitor.receive(.exchange(exchange, request: Array(text.utf8), reply: []), at: .zero)
        }
        let rows = monitor.allAttempts()
        #expect(rows.count == 4)
        #expect(rows.allSatisfy { $0.verdict == .malformed })
        #expect(rows.first?.aor == "<<broken")
    }

    @Test func detailHasMessagesExchangesAndTheSourcesRecord() throws {
        let monitor = Monitor.watchingNothing()
        let wire = Wire()
        monitor.receive([
            wire.exchange(14, at: 0, .challenge), wire.exchange(14, at: 100, .challenge, repeated: true),
            wire.exchange(15, at: 200, .wrongPassword, credentials: true),
            wire.exchange(16, at: 300, .wrongPassword, credentials: true),
        ])
        let now = Timestamp.zero + .seconds(1)
        let query = WindowQuery(subject: .attempt(AttemptID(rawValue: 1)), height: 20)
        guard case .attempt(let detail) = monitor.answer(query, at: now).content else {
            Issue.record("no detail")
            return
        }
        #expect(
            detail.messages.map(\.summary) == [
                "REGISTER 14", "401 Unauthorized (challenge)", "REGISTER 14", "401 Unauthorized (challenge)",
                "REGISTER 15 + Digest", "401 Unauthorized (rejected)",
            ]
        )
        #expect(detail.messages.map(\.isRetransmission) == [false, false, true, true, false, false])
        #expect(detail.messages[0].bytes == wire.request(14))
        #expect(detail.messages[5].bytes == wire.reply(401, "Unauthorized", 15))
        #expect(detail.exchanges.count == 2)
        #expect(detail.failuresFromSource == 1)
        #expect(!detail.sourceEverSucceeded)
        monitor.receive([wire.exchange(17, at: 400, credentials: true)])
        guard case .attempt(let later) = monitor.answer(query, at: now).content else { return }
        #expect(later.sourceEverSucceeded)
        let missing = WindowQuery(subject: .attempt(AttemptID(rawValue: 99)), height: 20)
        guard case .missing = monitor.answer(missing, at: now).content else {
            Issue.record("an attempt that is not kept is missing")
            return
        }
    }
}
