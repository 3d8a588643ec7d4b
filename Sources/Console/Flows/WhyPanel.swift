internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// Why an exchange came out as it did: made only of what the registrar found and decided (`Exchange.findings`
/// in their order, `Exchange.refusal`), never of the status. It never shows an expected response.
struct WhyPanel {
    let detail: AttemptDetail
    let exchange: Exchange
    /// The exchange is the attempt's last one.
    let isLast: Bool
    /// The request's bytes, for the values that were looked at.
    let request: [UInt8]
    let clock: LocalClock

    /// The sentence above the checks, and how it is shown.
    var headline: (text: String, role: Role) {
        if let refusal = exchange.refusal {
            let words = words(of: refusal)
            if refusal == .challenge {
                guard isLast, detail.row.verdict == .waiting || detail.row.verdict == .abandoned else {
                    return ("FIRST 401: \(words.why).", .verdictOK)
                }
                return (VerdictWords.sentence(detail.row.verdict) + ".", .stateWarn)
            }
            if refusal.isOrdinary { return ("CHALLENGED AGAIN: \(words.why).", .stateWarn) }
            return ("REJECTED: \(words.why).", .verdictBad)
        }
        if exchange.status == 0 {
            return ("NO REPLY: none was seen to leave; \(VerdictWords.inferred).", .stateWarn)
        }
        // Without a reason of ours there is only what was seen.
        if !(200..<300).contains(exchange.status) {
            return ("ANSWERED with \(exchange.status): \(VerdictWords.inferred).", .text)
        }
        if detail.row.method != "REGISTER" { return (VerdictWords.sentence(.other) + ".", .text) }
        if exchange.isUnregister { return (VerdictWords.sentence(.unregistered) + ".", .verdictOK) }
        if exchange.granted == 0 { return (VerdictWords.sentence(.query) + ".", .verdictOK) }
        let bindings = TimeText.count(Int(exchange.contacts), "binding")
        let length = TimeText.length(Int(exchange.granted))
        return ("GRANTED: registered for \(length); \(detail.row.aor) then had \(bindings).", .verdictOK)
    }

    /// What became of the binding since; empty while it is there, or where that is not known.
    var end: String {
        guard let end = detail.bindingEnd, exchange.granted > 0, exchange.refusal == nil else { return "" }
        let who = end.by.isEmpty ? "an operator" : end.by
        let (what, by) =
            switch end.cause {
            case .evictedByOperator: ("evicted", " by \(who)")
            case .expiredByOperator: ("expired", " by \(who)")
            default: (end.cause.text, "")
            }
        return "Its binding has ended since: \(what) \(clock.clock(end.at))\(by)."
    }

    /// What to do about it; empty where nothing is.
    var advice: String {
        let ofRefusal = exchange.refusal.map { words(of: $0).advice } ?? ""
        return ofRefusal.isEmpty && isLast ? VerdictWords.advice(detail.row.verdict) : ofRefusal
    }

    /// That nobody came back is only known by waiting.
    private var inference: String {
        guard exchange.refusal == .challenge, isLast, detail.row.verdict == .abandoned else { return "" }
        return "This is inferred: no answer was seen in time; it may have been lost on the way to us."
    }

    private func words(of refusal: RefusalReason) -> RefusalWords {
        let until: String =
            switch refusal {
            case .blockedAOR(let seconds), .blockedSource(let seconds):
                clock.clock(exchange.repliedAt + .seconds(Int(seconds)))
            default: ""
            }
        return RefusalWords(
            refusal,
            user: DigestText.credentials(of: request)["username"] ?? "",
            aor: detail.row.aor,
            domain: RawMessage.requestDomain(of: request),
            until: until
        )
    }

    /// What is known of the source besides: the how manieth failure this was, or how many there are now.
    var history: String {
        let count = detail.failuresFromSource
        guard count > 0 else { return "" }
        guard detail.row.verdict.isFailure else {
            return "\(TimeText.count(count, "failure")) from this source in the last 10 min."
        }
        let ever = detail.sourceEverSucceeded ? "it has logged in, too" : "it never logged in"
        let which = count == 1 ? "First" : TimeText.ordinal(count)
        return "\(which) failure from this source in 10 min; \(ever)."
    }

    private var badges: String {
        // MD5 is what nearly every phone does.
        let names = BindingColumns.badges(exchange.badges.subtracting(.md5))
        return names.isEmpty ? "" : "Remarkable: \(names)."
    }

    /// All lines, for a panel of this width.
    func lines(width: Int) -> [RunLine] {
        let (text, role) = headline
        var lines = RunLine(text, role: role).wordWrapped(columns: max(10, width - 1))
        if !end.isEmpty { lines += RunLine(end, role: .stateWarn).wordWrapped(columns: max(10, width - 1)) }
        if exchange.accessRule > 0 {
            let admission = FindingWords.admission(rule: exchange.accessRule)
            lines += RunLine(admission, role: .stateWarn).wordWrapped(columns: max(10, width - 1))
        }
        let findings = exchange.findings.all
        let values = DigestText.credentials(of: request)
        lines += findings.map {
            // Nothing is wrong with a first request that has no credentials.
            let isFirst = exchange.refusal == .challenge && $0.check == .credentials && values.isEmpty
            return Self.line($0, values, isFirst: isFirst, width: width)
        }
        let afterwards = [inference, history, badges].filter { !$0.isEmpty }.joined(separator: " ")
        for text in [afterwards, advice.isEmpty ? "" : "-> \(advice)"] where !text.isEmpty {
            let role: Role = text.hasPrefix("->") ? .textStrong : .text
            lines += RunLine(text, role: role).wordWrapped(columns: max(10, width - 1))
        }
        return lines
    }

    /// ` user        "9001"        known                ok`
    ///
    /// - Parameter isFirst: there are no credentials yet, which is no fault.
    static func line(
        _ finding: DigestFinding,
        _ values: [String: String],
        isFirst: Bool = false,
        width: Int,
    ) -> RunLine {
        let word = isFirst ? "-" : FindingWords.outcome(finding)
        let role: Role =
            switch finding.outcome {
            case .passed: .verdictOK
            case .tolerated: .stateWarn
            case .failed: isFirst ? .textDim : .verdictBad
            }
        let label = FindingWords.label(finding.check).padded(12)
        let value = FindingWords.parameter(finding.check).flatMap { values[$0] } ?? ""
        let room = max(0, width - 16 - 12)
        let valueWidth = room >= 60 ? 28 : room >= 44 ? 20 : room >= 34 ? 12 : 0
        let shown = SafeText(value).fitted(to: valueWidth, cut: .end)
        let remark = SafeText(isFirst ? "none yet" : FindingWords.remark(finding)).fitted(
            to: max(0, room - valueWidth - (valueWidth > 0 ? 2 : 0))
        )
        var runs = [TextRun("  \(label)  ", role: .textDim)]
        if valueWidth > 0 {
            let isSecret = finding.check == .nonce || finding.check == .response
            runs.append(TextRun(shown, role: isSecret ? .sipSecret : .text))
            runs.append(TextRun(String(repeating: " ", count: valueWidth + 2 - shown.width), role: .text))
        }
        runs.append(TextRun(remark, role: .text))
        let used = 16 + (valueWidth > 0 ? valueWidth + 2 : 0) + remark.width
        runs.append(TextRun(String(repeating: " ", count: max(1, width - used - 12)), role: .text))
        runs.append(TextRun(String(repeating: " ", count: max(0, 11 - word.utf8.count)) + word, role: role))
        return RunLine(runs)
    }
}

extension RunLine {
    /// The line broken behind commas, semicolons and blanks where possible; what follows is indented.
    func softWrapped(columns: Int) -> [RunLine] {
        guard columns > 12 else { return wrapped(columns: columns) }
        var lines: [RunLine] = []
        var rest = self
        while rest.width > (lines.isEmpty ? columns : columns - 4) {
            let room = lines.isEmpty ? columns : columns - 4
            let head = rest.wrapped(columns: room).first ?? rest
            let text = SafeText(head.runs.map(\.text.string).joined())
            var at = head.width
            if let last = text.string.lastIndex(where: { ",; ".contains($0) }) {
                let column = SafeText(String(text.string[...last])).width
                if column > room / 2 { at = column }
            }
            let part = rest.wrapped(columns: max(1, at)).first ?? head
            lines.append(lines.isEmpty ? part : part.indented)
            rest = rest.dropping(columns: part.width)
        }
        return lines + [lines.isEmpty ? rest : rest.indented]
    }

    private var indented: RunLine { RunLine([TextRun("    ", role: .text)] + runs) }

    /// The line broken between words where possible; what follows is indented.
    func wordWrapped(columns: Int) -> [RunLine] {
        guard width > columns, columns > 4 else { return wrapped(columns: columns) }
        let head = wrapped(columns: columns, atWords: true)[0]
        let rest = dropping(columns: head.width)
        let blanks = rest.runs.map(\.text.string).joined().prefix { $0 == " " }.count
        return [head]
            + rest.dropping(columns: blanks).wrapped(columns: columns - 2, atWords: true).map {
                RunLine([TextRun("  ", role: $0.runs.first?.role ?? .text)] + $0.runs)
            }
    }
}
