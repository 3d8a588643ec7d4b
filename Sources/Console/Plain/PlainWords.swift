internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// Rows in a line, in the order in which one wants to hear them. Not sanitised.
enum PlainWords {
    /// `4417@example.test, 198.51.100.7:5062 udp, 0:03 left, LATE, Zoiper rv2.10.19`
    static func binding(_ row: BindingRow, _ clock: LocalClock) -> String {
        let facts = row.binding.facts
        let agent = BindingColumns.text(row.binding.texts.userAgent)
        let left =
            row.isGone || row.binding.gone != nil
            ? "gone" : "\(TimeText.countdown(clock.left(until: facts.expiresAt))) left"
        let parts = [
            row.aor, "\(facts.path.source) \(facts.path.transport.name)", left, row.state.word, agent,
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: ", ")
    }

    /// `number 123, 9001@example.test from 198.51.100.23:5066 udp: wrong password for the known user "9001"`
    static func failure(_ row: AttemptRow) -> String {
        "number \(row.id.rawValue), \(subject(row)) from \(row.path.source) \(row.path.transport.name): \(why(row))"
    }

    /// Whose attempt it is: of a call the method, the caller and the called.
    private static func subject(_ row: AttemptRow) -> String {
        guard let call = row.call else { return row.aor }
        return "\(row.method) of \(call.caller) to \(row.aor)"
    }

    /// Verdict and reason, as far as a row alone tells them.
    static func why(_ row: AttemptRow) -> String {
        guard let refusal = row.refusal, !refusal.isOrdinary else {
            return VerdictWords.sentence(row)
        }
        let user = String(row.aor.prefix { $0 != "@" })
        let domain = row.aor.lastIndex(of: "@").map { String(row.aor[row.aor.index(after: $0)...]) } ?? ""
        let words = RefusalWords(refusal, user: user, aor: row.aor, domain: domain)
        return "\(row.word), \(words.why)"
    }

    /// An attempt of a view.
    static func attempt(_ row: AttemptRow, _ clock: LocalClock) -> String {
        guard !row.isFailure else { return "\(clock.clock(row.startedAt)), \(failure(row))" }
        return
            "\(clock.clock(row.startedAt)), number \(row.id.rawValue), \(subject(row)) from \(row.path.source) "
            + "\(row.path.transport.name): \(VerdictWords.sentence(row))"
    }

    /// The fields of a row that have something to say, each behind its name.
    static func fields<Row>(
        _ table: [ReportField<Row>],
        _ names: [String],
        _ row: Row,
        _ clock: LocalClock
    ) -> String {
        names.compactMap { name in table.first { $0.name == name } }.compactMap { field in
            let text = field.text(row, clock)
            return text == "-" || text == "0" || text.isEmpty ? nil : "\(words(field.name)) \(text)"
        }
        .joined(separator: ", ")
    }

    /// `failures_hour` as one says it.
    static func words(_ name: String) -> String { name.replacing("_", with: " ") }
}

extension String {
    /// With each of a character made another text.
    fileprivate func replacing(_ character: Character, with text: String) -> String {
        split(separator: character, omittingEmptySubsequences: false).joined(separator: text)
    }
}
