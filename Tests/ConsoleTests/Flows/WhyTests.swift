import BindingTable
import Cells
import Monitor
import SIPMessage
import Support
import Testing
import Timing

@testable import Console

/// WHY is made of what the registrar found, in its order; words for every reason and verdict.
@Suite struct WhyTests {
    private func panel(
        _ refusal: RefusalReason?,
        _ findings: [DigestFinding],
        isLast: Bool = true,
        verdict: AttemptVerdict = .wrongPassword,
        end: BindingEnd? = nil,
        failures: Int? = nil,
        badges: Badges = [],
    ) -> WhyPanel {
        var row = Samples.attempts[1]
        row.verdict = verdict
        var exchange = Samples.exchange(
            row.path.source.address,
            at: row.startedAt,
            status: refusal == nil ? 200 : 401,
            refusal: refusal,
            findings: findings
        )
        exchange.badges = badges
        var detail = Samples.detail(row, refusal: refusal)
        detail.bindingEnd = end
        detail.failuresFromSource = failures ?? detail.failuresFromSource
        return WhyPanel(
            detail: detail,
            exchange: exchange,
            isLast: isLast,
            request: Samples.request("9001", cseq: 15, digest: true),
            clock: LocalClock(now: Samples.start, utcOffset: .zero)
        )
    }

    private func text(_ panel: WhyPanel, width: Int = 100) -> [String] {
        panel.lines(width: width).map { $0.runs.map(\.text.string).joined() }
    }

    @Test func checksStandInTheOrderInWhichTheyWereMade() {
        var findings = Samples.wrongPassword
        let before = text(panel(.wrongPassword, findings))
        findings.swapAt(2, 3)
        let after = text(panel(.wrongPassword, findings))
        #expect(before != after)
        let (realm, nonce) = (
            after.firstIndex { $0.hasPrefix("  realm") } ?? 0,
            after.firstIndex { $0.hasPrefix("  nonce  ") } ?? 0
        )
        #expect(nonce < realm)
    }

    @Test func whoWasLetInByItsAddressIsSaidToBe() {
        var panel = panel(nil, [], badges: .byAddress)
        #expect(!text(panel).contains { $0.contains("Let in by rule") })
        panel = WhyPanel(
            detail: panel.detail,
            exchange: {
                var exchange = panel.exchange
                exchange.accessRule = 3
                return exchange
            }(),
            isLast: true,
            request: panel.request,
            clock: panel.clock
        )
        #expect(text(panel).contains { $0.hasPrefix("Let in by rule 3 of the domain without a password") })
        let denied = self.panel(.sourceDenied(rule: 4), [])
        #expect(denied.headline.text == "REJECTED: rule 4 of the domain denies this source.")
    }

    @Test func theVerdictComesFromTheRefusalNotFromTheStatus() {
        #expect(panel(.wrongPassword, []).headline.text.hasPrefix("REJECTED: wrong password"))
        #expect(panel(.unknownUser, []).headline.text.contains("no account \"9001\""))
        #expect(panel(.staleNonce, []).headline.text.contains("not a failure"))
        #expect(panel(nil, []).headline.text.hasPrefix("GRANTED"))
    }

    /// What was granted is told as it was then, and what became of it as it is now.
    @Test func aGrantIsToldInThePast() {
        func lines(_ cause: Cause, _ by: String) -> [String] {
            text(panel(nil, [], end: BindingEnd(cause: cause, at: Samples.ago(2), by: by)))
        }
        #expect(panel(nil, []).headline.text.hasSuffix("9001@example.test then had 1 binding."))
        #expect(lines(.expired, "")[1] == "Its binding has ended since: expired 12:04:29.")
        #expect(lines(.evictedByOperator, "root")[1].hasSuffix(": evicted 12:04:29 by root."))
        #expect(lines(.expiredByOperator, "")[1].hasSuffix(": expired 12:04:29 by an operator."))
        #expect(!text(panel(nil, [])).contains { $0.contains("ended since") })
    }

    /// An ordinary first request has no credentials, and nothing is wrong with it.
    @Test func aFirstRequestMissesNothing() {
        for (user, word) in [("heidi", "WAIT"), ("zoe", "NOREPLY"), ("9001", "PASSWD")] {
            var driver = Driver(view: .attempts)
            driver.press("/\(user)⏎⏎g")
            #expect(driver.lines[1].contains(word))
            let line = driver.lines.first { $0.contains("  credentials  ") } ?? ""
            #expect(line.contains("none yet") && line.trimmed.hasSuffix("-"), "\(word): \(line)")
        }
        let foreign = text(panel(.badCredentials(.credentials), [DigestFinding(.credentials, .failed)]))
        #expect(foreign.contains { $0.contains("something is missing") && $0.contains("INCOMPLETE") })
    }

    @Test func theHeadlineNamesDomainAndEnd() {
        #expect(
            panel(.notOurDomain, []).headline.text
                == "REJECTED: the domain of the Request-URI, \"example.test\", is not served here."
        )
        // The attempt was answered at 12:04:27.
        #expect(panel(.blockedAOR(seconds: 540), []).headline.text.hasSuffix("until 12:13:27."))
        #expect(panel(.blockedSource(seconds: 0), []).headline.text.hasSuffix("until it is lifted."))
        #expect(
            panel(.badCredentials(.credentials), []).headline.text
                == "REJECTED: the credentials are incomplete."
        )
        #expect(
            panel(.badCredentials(.realm), []).headline.text
                == "REJECTED: the phone signed for a realm that is not ours."
        )
        let domains = [
            ("REGISTER sip:[2001:db8::1]:5070 SIP/2.0", "[2001:db8::1]"),
            ("REGISTER sip:b.example:5070;x=y SIP/2.0", "b.example"),
            ("SIP/2.0 200 OK", ""), ("REGISTER", ""), ("", ""),
        ]
        for (line, domain) in domains {
            #expect(RawMessage.requestDomain(of: Array("\(line)\r\n\r\n".utf8)) == domain, "\(line)")
        }
    }

    /// Prose is broken between words and keeps its roles; a word that is too long is broken anywhere.
    @Test func proseIsBrokenBetweenWords() {
        let line = RunLine([TextRun("name  ", role: .textDim), TextRun("one two \u{1b}three", role: .text)])
        let lines = line.wordWrapped(columns: 12)
        #expect(lines.map { $0.runs.map(\.text.string).joined() } == ["name  one", "  two", "  \\x1bthree"])
        #expect(lines[0].runs.map(\.role) == [.textDim, .text])
        #expect(lines.allSatisfy { $0.width <= 12 })
        let long = RunLine(String(repeating: "x", count: 30)).wordWrapped(columns: 12)
        #expect(long.map(\.width) == [12, 12, 10])
    }

    /// What nearly every phone does is nothing to remark.
    @Test func md5IsNotRemarkable() {
        func lines(_ badges: Badges) -> String {
            text(panel(nil, [], badges: badges)).joined()
        }
        #expect(!lines(.md5).contains("Remarkable"))
        #expect(lines([.md5, .nat]).contains("Remarkable: nat."))
    }

    @Test func onlyAFailureIsTheHowManieth() {
        func history(_ verdict: AttemptVerdict, _ failures: Int) -> String {
            panel(nil, [], verdict: verdict, failures: failures).history
        }
        #expect(history(.wrongPassword, 41) == "41st failure from this source in 10 min; it never logged in.")
        #expect(history(.wrongPassword, 1).hasPrefix("First failure"))
        #expect(history(.ok, 41) == "41 failures from this source in the last 10 min.")
        #expect(history(.waiting, 1) == "1 failure from this source in the last 10 min.")
        #expect(history(.ok, 0).isEmpty)
    }

    @Test func aFirst401IsAnOrdinaryChallenge() {
        let words = panel(.challenge, [], isLast: false).headline
        #expect(words.text.hasPrefix("FIRST 401") && words.text.utf8.count < 77, "one line at 80 columns")
        #expect(words.text.contains("not a failure"))
        #expect(words.role == .verdictOK)
        #expect(panel(.challenge, [], verdict: .waiting).headline.text.hasPrefix("WAITING"))
        #expect(panel(.challenge, [], verdict: .abandoned).headline.text.hasPrefix("NO ANSWER"))
    }

    @Test func secretsAreShortenedEverywhere() {
        var driver = Driver(Size(width: 140, height: 40), view: .attempts)
        for keys in ["⏎", "k", "k", "r", "d"] {
            driver.press(keys)
            #expect(!driver.screen.contains(Samples.response))
            #expect(!driver.screen.contains(Samples.nonce))
        }
        driver.press("⎋⎋")
        var detail = Driver(Size(width: 140, height: 40))
        detail.press("jj⏎")
        #expect(detail.screen.contains("15cffe..9c00"))
        #expect(!detail.screen.contains(Samples.response))
    }

    @Test func everyReasonHasWords() {
        let reasons: [RefusalReason] = [
            .malformed(.via, offset: 57), .missing(.contact), .methodMismatch, .version,
            .bodyTooLarge(limit: 1),
            .messageTooLarge(limit: 2), .uriTooLong(limit: 3), .unknownMethod, .methodNotAllowed, .noDialog,
            .badEvent,
            .unsupportedScheme, .merged, .tooManyHops, .notOurDomain, .registrationNotOffered, .badExtension,
            .unsupportedBody, .challenge, .nonceUnknown, .staleNonce, .replay(nonceCount: 26), .unknownUser,
            .wrongPassword, .badCredentials(.qop), .notAllowedForAOR, .blockedAOR(seconds: 540),
            .blockedSource(seconds: 0),
            .unknownAOR, .wildcardMisused, .badContact(position: 2, offset: 9),
            .intervalTooBrief(asked: 10, minimum: 60),
            .cseqNotHigher(got: 4, have: 5), .tooManyContacts(limit: 10), .storeFailed,
            .overloaded(retryAfter: 5),
        ]
        var seen: Set<String> = []
        for reason in reasons {
            let words = RefusalWords(reason, user: "9001", aor: "9001@example.test")
            #expect(!words.why.isEmpty && !words.why.hasPrefix("refused ("), "\(reason.word)")
            #expect(seen.insert(words.why).inserted, "\(reason.word)")
            #expect(!words.why.hasSuffix("."), "\(reason.word)")
            if !reason.isOrdinary { #expect(!words.advice.isEmpty, "\(reason.word)") }
        }
        #expect(RefusalWords(.replay(nonceCount: 26), user: "", aor: "").why.contains("0000001a"))
        #expect(RefusalWords(.blockedAOR(seconds: 540), user: "", aor: "x").why.hasSuffix("for another 9 m"))
    }

    @Test func everyVerdictAndCheckHasWords() {
        #expect(
            Set(AttemptVerdict.allCases.map(VerdictWords.sentence)).count == AttemptVerdict.allCases.count
        )
        #expect(Set(AttemptVerdict.allCases.map(VerdictWords.short)).count == AttemptVerdict.allCases.count)
        for check in DigestCheck.allCases {
            #expect(FindingWords.label(check).count <= 11)
            for outcome in [DigestFinding.Outcome.passed, .tolerated, .failed] {
                let finding = DigestFinding(check, outcome, value: 45_000)
                #expect(!FindingWords.remark(finding).isEmpty)
            }
            #expect(FindingWords.outcome(DigestFinding(check, .passed)) == "ok")
            #expect(FindingWords.outcome(DigestFinding(check, .tolerated)) == "tolerated")
            let bad = FindingWords.outcome(DigestFinding(check, .failed))
            #expect(bad == bad.uppercased() && bad.count <= 11)
        }
    }

    @Test func digestParametersAreFoundInAnyBytes() {
        func names(_ line: String) -> [String] { DigestText.parameters(of: Array(line.utf8)).map(\.name) }
        #expect(
            names(" Digest username=\"a,b=c\", nonce=\"x\\\"y\",nc=00000001") == ["username", "nonce", "nc"]
        )
        #expect(names("realm=\"open") == ["realm"])
        #expect(names("=,=\"\"\"") == [])
        let seed: UInt64 = 4_417
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let line = (0..<random.below(41)).map { _ in random.pick(Array("ab=\"\\, ;\u{1}".utf8)) }
            for parameter in DigestText.parameters(of: line) {
                #expect(parameter.value.upperBound <= line.count, "seed \(seed): \(line)")
            }
        }
    }
}
