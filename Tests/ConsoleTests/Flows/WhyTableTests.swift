import BindingTable
import Cells
import Monitor
import SIPMessage
import Testing
import Timing

@testable import Console

/// WHY is said of everything that can be decided: each row of the digest's decision table, each refusal, each verdict.
@Suite struct WhyTableTests {
    /// A row of the decision table of digest authentication, in its order.
    struct Row: CustomTestStringConvertible, Sendable {
        var name: String
        var refusal: RefusalReason?
        var findings: [DigestFinding]
        var verdict: AttemptVerdict
        /// What the headline must say, and which check must say it was the one that failed.
        var says: String
        var failed: String?
        var testDescription: String { name }
    }

    private static func found(_ checks: [DigestCheck], failed: DigestCheck? = nil) -> [DigestFinding] {
        checks.map { DigestFinding($0, .passed) }
            + [failed.map { DigestFinding($0, .failed, value: 310_000) }]
            .compactMap { $0 }
    }

    private static let early: [DigestCheck] = [.credentials, .realm, .algorithm]

    static let rows: [Row] = [
        Row(
            name: "no credentials for our realm",
            refusal: .challenge,
            findings: found([], failed: .credentials),
            verdict: .abandoned,
            says: "NO ANSWER"
        ),
        Row(
            name: "credentials for another realm",
            refusal: .badCredentials(.realm),
            findings: found([.credentials], failed: .realm),
            verdict: .credentials,
            says: "realm that is not ours",
            failed: "MISMATCH"
        ),
        Row(
            name: "nonce not ours",
            refusal: .nonceUnknown,
            findings: found(early, failed: .nonce),
            verdict: .credentials,
            says: "nonce is not ours",
            failed: "NOT OURS"
        ),
        Row(
            name: "unknown user",
            refusal: .unknownUser,
            findings: found(early + [.nonce], failed: .user),
            verdict: .unknownUser,
            says: "no account",
            failed: "UNKNOWN"
        ),
        Row(
            name: "digest wrong",
            refusal: .wrongPassword,
            findings: found(early + [.nonce, .user], failed: .response),
            verdict: .wrongPassword,
            says: "wrong password",
            failed: "MISMATCH"
        ),
        Row(
            name: "digest right, nonce expired",
            refusal: .staleNonce,
            findings: found(early + [.nonce, .user, .response], failed: .age),
            verdict: .stale,
            says: "not a failure",
            failed: "TOO OLD"
        ),
        Row(
            name: "digest right, nc seen",
            refusal: .replay(nonceCount: 26),
            findings: found(early + [.nonce, .user, .response, .age], failed: .nonceCount),
            verdict: .replay,
            says: "0000001a was used before",
            failed: "REPLAY"
        ),
        Row(
            name: "nc or cnonce missing",
            refusal: .badCredentials(.credentials),
            findings: found([], failed: .credentials),
            verdict: .credentials,
            says: "incomplete",
            failed: "INCOMPLETE"
        ),
        Row(
            name: "algorithm not offered",
            refusal: .badCredentials(.algorithm),
            findings: found([.credentials], failed: .algorithm),
            verdict: .credentials,
            says: "(algorithm)",
            failed: "NOT OFFERED"
        ),
        Row(
            name: "qop not offered",
            refusal: .badCredentials(.qop),
            findings: found(early, failed: .qop),
            verdict: .credentials,
            says: "(qop)",
            failed: "NOT OFFERED"
        ),
        Row(
            name: "uri is another",
            refusal: .badCredentials(.uri),
            findings: found(early, failed: .uri),
            verdict: .credentials,
            says: "(uri)",
            failed: "MISMATCH"
        ),
        Row(
            name: "uri differs, tolerated",
            refusal: nil,
            findings: found(early) + [DigestFinding(.uri, .tolerated)],
            verdict: .ok,
            says: "GRANTED"
        ),
        Row(
            name: "all right",
            refusal: nil,
            findings: found(DigestCheck.allCases),
            verdict: .ok,
            says: "GRANTED"
        ),
    ]

    private func panel(
        _ refusal: RefusalReason?,
        _ findings: [DigestFinding],
        _ verdict: AttemptVerdict,
        status: UInt16
    )
        -> WhyPanel
    {
        var row = Samples.attempts[1]
        row.verdict = verdict
        let exchange = Samples.exchange(
            row.path.source.address,
            at: row.startedAt,
            status: status,
            refusal: refusal,
            findings: findings
        )
        return WhyPanel(
            detail: Samples.detail(row, refusal: refusal),
            exchange: exchange,
            isLast: true,
            request: Samples.request("9001", cseq: 15, digest: true),
            clock: LocalClock(now: Samples.start, utcOffset: .zero)
        )
    }

    private func text(_ panel: WhyPanel) -> [String] {
        panel.lines(width: 100).map { $0.runs.map(\.text.string).joined() }
    }

    @Test(arguments: rows)
    func eachRowOfTheDecisionTableIsExplained(_ row: Row) {
        let panel = panel(row.refusal, row.findings, row.verdict, status: row.refusal == nil ? 200 : 401)
        let lines = text(panel)
        #expect(panel.headline.text.contains(row.says), "\(lines)")
        #expect(!lines.joined().contains("seen, not decided by us"))
        if let failed = row.failed { #expect(lines.contains { $0.trimmed.hasSuffix(failed) }, "\(lines)") }
        if let refusal = row.refusal, refusal != .challenge {
            #expect(AttemptVerdict.ofRefusal(refusal) == row.verdict)
            #expect(!panel.advice.isEmpty)
        }
        for finding in row.findings {
            #expect(lines.contains { $0.hasPrefix("  \(FindingWords.label(finding.check))") }, "\(finding)")
        }
    }

    @Test func theRowsDifferInWords() {
        let lines = Self.rows.filter { $0.refusal != nil }.map { row in
            panel(row.refusal, row.findings, row.verdict, status: 401).headline.text
        }
        #expect(Set(lines).count == lines.count)
    }

    /// All reasons: a new one does not compile without a word in the filter, and fails here without its sentence.
    static let reasons: [RefusalReason] =
        [
            .malformed(.via, offset: 57), .missing(.contact), .methodMismatch, .version,
            .bodyTooLarge(limit: 1),
            .messageTooLarge(limit: 2), .uriTooLong(limit: 3), .unknownMethod, .methodNotAllowed, .noDialog,
            .badEvent, .unsupportedScheme, .merged, .tooManyHops, .notOurDomain, .registrationNotOffered,
            .badExtension, .unsupportedBody, .challenge, .nonceUnknown, .staleNonce, .replay(nonceCount: 26),
            .unknownUser, .wrongPassword, .notAllowedForAOR, .blockedAOR(seconds: 540),
            .blockedSource(seconds: 0),
            .unknownAOR, .wildcardMisused, .badContact(position: 2, offset: 9),
            .intervalTooBrief(asked: 10, minimum: 60), .cseqNotHigher(got: 4, have: 5),
            .tooManyContacts(limit: 10),
            .storeFailed, .overloaded(retryAfter: 5), .draining(retryAfter: 5), .tooFast(retryAfter: 5),
            .sourceDenied(rule: 3), .accountDisabled, .accountNotFromHere, .pathNotSupported,
            .firstHopLacksOutbound, .outboundRequired, .severalFlows, .contactLoops(position: 1),
            .bulkMisused,
            .bulkNotAllowed, .notAcceptable, .tooManySubscriptions(limit: 4),
            .noBinding, .notARelay, .requestLoops, .breadthExceeded, .unreachable, .flowFailed,
            .hostNotFound,
        ] + DigestCheck.allCases.map { .badCredentials($0) }

    @Test func everyRefusalHasAWhyAndAdvice() {
        #expect(Set(Self.reasons.map(\.word)).count == 57, "\(Set(Self.reasons.map(\.word)).count) reasons")
        var seen: Set<String> = []
        for reason in Self.reasons {
            let words = RefusalWords(reason, user: "9001", aor: "9001@example.test")
            #expect(!words.why.hasPrefix("refused (") && !words.why.isEmpty, "\(reason.word)")
            #expect(seen.insert(words.why).inserted, "\(reason.word): \(words.why)")
            if reason != .challenge { #expect(!words.advice.isEmpty, "\(reason.word)") }
            let verdict = AttemptVerdict.ofRefusal(reason)
            #expect(!VerdictWords.short(verdict).isEmpty && !verdict.word.isEmpty)
            let headline = panel(reason, [], verdict, status: 400).headline.text
            #expect(headline.hasSuffix(".") && headline.count > 12, "\(reason.word): \(headline)")
        }
    }

    @Test func everyFailedCheckIsToldInItsOwnWords() {
        let remarks = DigestCheck.allCases.map { FindingWords.remark(DigestFinding($0, .failed, value: 9)) }
        #expect(remarks.allSatisfy { !$0.isEmpty })
        for check in DigestCheck.allCases {
            let outcomes = [DigestFinding.Outcome.passed, .tolerated, .failed].map {
                FindingWords.remark(DigestFinding(check, $0, value: 9))
            }
            #expect(Set(outcomes).count >= 2, "\(check)")
        }
        #expect(Set(DigestCheck.allCases.map(FindingWords.label)).count == DigestCheck.allCases.count)
    }

    @Test func everyVerdictHasAWordASentenceAndAnAdviceWhereSomebodyCanDoSomething() {
        for verdict in AttemptVerdict.allCases {
            #expect(verdict.word.count <= 7 && !VerdictWords.sentence(verdict).isEmpty)
            #expect(
                VerdictWords.advice(verdict).isEmpty
                    != (verdict.isFailure || verdict == .waiting || verdict == .drained),
                "\(verdict)"
            )
        }
        let advices = AttemptVerdict.allCases.map(VerdictWords.advice).filter { !$0.isEmpty }
        #expect(Set(advices).count == advices.count)
    }

    /// What only the status tells, or the silence, was not decided here.
    @Test func whatIsInferredIsSaidToBe() {
        let inferred = "seen, not decided by us"
        #expect(panel(nil, [], .other, status: 404).headline.text == "ANSWERED with 404: \(inferred).")
        #expect(
            panel(nil, [], .waiting, status: 0).headline.text
                == "NO REPLY: none was seen to leave; \(inferred)."
        )
        #expect(
            text(panel(.challenge, [], .abandoned, status: 401)).contains {
                $0.contains("inferred: no answer was seen")
            }
        )
        #expect(!text(panel(.challenge, [], .waiting, status: 401)).contains { $0.contains("inferred") })
        #expect(!panel(nil, [], .ok, status: 200).headline.text.contains(inferred))
    }
}

extension AttemptVerdict {
    /// The verdict by which lists show a refusal, as the monitor's table has it.
    static func ofRefusal(_ refusal: RefusalReason) -> AttemptVerdict { AttemptVerdict(refusal) }
}
