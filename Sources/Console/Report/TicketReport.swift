internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// Everything that somebody else must know of one address of record, as a text for a ticket: plain ASCII, at most 78
/// columns, the conclusion first. No response, nonce or password is in it.
public struct TicketReport: Hashable, Sendable {
    /// Columns of a line at most.
    public static let width = 78

    /// Whom it is about.
    public let aor: String
    /// The lines.
    public let lines: [String]

    /// Nothing is known of it.
    public let isEmpty: Bool

    /// The lines as one text, each ended.
    public var text: String { lines.map { $0 + "\n" }.joined() }

    /// Writes what the facts say at a moment.
    public init(_ facts: ReportFacts, clock: LocalClock) {
        let name = SafeText(bytes: facts.aor, ascii: true).string
        var writer = ReportLines()
        writer.add("REGISTRATION OF \(name)")
        writer.add("registrar \(facts.host), \(clock.dated(clock.now.wall)) \(clock.zone)")
        if !facts.namesakes.isEmpty {
            writer.add("also called so: \(facts.namesakes.joined(separator: ", "))")
        }
        writer.add("")
        writer.add(ReportConclusion(facts: facts, clock: clock).text)
        if let trouble = facts.storeTrouble { writer.add("NOT DURABLE: \(trouble)") }
        Self.call(facts, &writer)
        Self.bindings(facts, clock, &writer)
        Self.attempts(facts, clock, &writer)
        Self.calls(facts, clock, &writer)
        Self.history(facts, clock, &writer)
        Self.rules(facts, clock, &writer)
        aor = name
        isEmpty =
            facts.live.isEmpty && facts.attempts.isEmpty && facts.calls.isEmpty
            && facts.history.entries.isEmpty
        lines = writer.lines
    }

    // MARK: A call

    private static func call(_ facts: ReportFacts, _ writer: inout ReportLines) {
        guard let call = facts.call else { return }
        writer.head("A CALL TO IT NOW")
        for line in RouteReport(call).lines { writer.add("", line) }
    }

    // MARK: Bindings

    private static func bindings(_ facts: ReportFacts, _ clock: LocalClock, _ writer: inout ReportLines) {
        let count = facts.live.isEmpty ? "none" : TimeText.count(facts.bindingCount)
        writer.head("BINDINGS: \(count)")
        for (index, detail) in facts.live.enumerated() {
            if index > 0 { writer.add("") }
            binding(detail, isCallTold: facts.call != nil, clock, &writer)
        }
        let rest = facts.bindingCount - facts.live.count
        if rest > 0, !facts.live.isEmpty { writer.add("and \(TimeText.count(rest)) more") }
    }

    private static func binding(
        _ detail: BindingDetail,
        isCallTold: Bool,
        _ clock: LocalClock,
        _ writer: inout ReportLines
    ) {
        let row = detail.row
        let words = BindingLines(row: row, clock: clock)
        let binding = row.binding
        func text(_ runs: [TextRun]) -> String { runs.map(\.text.string).joined() }
        func field(_ name: String, _ text: String) {
            if !text.isEmpty { writer.add("  \(name.padded(10))", text) }
        }
        writer.add("", ReportText.text(Redaction.withoutPasswords(binding.texts.contact)))
        let path = binding.facts.path
        field("source", "\(path.source) \(path.transport.name), to \(path.local)")
        let fields = Dictionary(words.contact + words.network) { first, _ in first }
        field("NAT", fields["NAT"] ?? "")
        field("ends", "\(clock.dated(binding.facts.expiresAt)), \(text(words.expiry))")
        field("state", row.state.word + (row.isGhost ? ", a ghost: its phone has a newer binding" : ""))
        field("rhythm", text(words.rhythm))
        if !detail.gaps.isEmpty {
            let gaps = detail.gaps.suffix(12).map { "\($0)" }.joined(separator: " ")
            field("gaps", "\(gaps) s, the newest last")
        }
        for (name, runs) in isCallTold ? words.ways(shown: []) : words.reach(shown: []) {
            field(name, text(runs))
        }
        field("agent", fields["agent"] ?? "")
        field("auth", fields["auth"] ?? "")
        field("created", fields["created"] ?? "")
        for remark in words.remarks(phones: 0, ghosts: 0) where remark.role != .text {
            field("!", remark.text.string)
        }
    }

    // MARK: Attempts

    private static func attempts(_ facts: ReportFacts, _ clock: LocalClock, _ writer: inout ReportLines) {
        let told = facts.attempts.prefix(ReportInquiry.attemptsTold)
        let count =
            told.isEmpty
            ? "none is kept"
            : told.count == facts.attempts.count
                ? "\(told.count), newest first"
                : "the newest \(told.count) of \(TimeText.count(facts.attempts.count)) looked at"
        writer.head("LAST ATTEMPTS: \(count)")
        tell(Array(told), facts, clock, &writer)
    }

    private static func calls(_ facts: ReportFacts, _ clock: LocalClock, _ writer: inout ReportLines) {
        guard !facts.calls.isEmpty else { return }
        writer.head("LAST CALLS: \(facts.calls.count), newest first")
        tell(facts.calls, facts, clock, &writer)
    }

    private static func tell(
        _ rows: [AttemptRow],
        _ facts: ReportFacts,
        _ clock: LocalClock,
        _ writer: inout ReportLines
    ) {
        var before: [String] = []
        for row in rows {
            let report = AttemptReport(row, facts.details[row.id], clock: clock)
            writer.add("", report.line)
            // The same once more says nothing new.
            if report.why == before {
                writer.add("    ", "as the one above")
            } else {
                for line in report.why { writer.add("    ", line) }
            }
            before = report.why
        }
    }

    // MARK: History

    private static func history(_ facts: ReportFacts, _ clock: LocalClock, _ writer: inout ReportLines) {
        let page = facts.history
        if let refusal = page.refusal {
            writer.head("HISTORY: none")
            return writer.add("", "\(refusal)")
        }
        let reach = page.oldest.map { "the journal begins \(clock.dated($0))" } ?? "the journal is empty"
        writer.head("HISTORY: \(page.entries.isEmpty ? "none, " : "newest first, ")\(reach)")
        for entry in page.entries { writer.add("", HistoryFields.line(entry, clock)) }
    }

    // MARK: Blocks and rules

    private static func rules(_ facts: ReportFacts, _ clock: LocalClock, _ writer: inout ReportLines) {
        let blocks = facts.blocksOfIt
        writer.head("BLOCKS AND RULES")
        if blocks.isEmpty { writer.add("", "No block touches it.") }
        for block in blocks {
            let until = block.until.map { "until \(clock.dated($0))" } ?? "until it is lifted"
            let reason = block.reason.isEmpty ? "" : ": \(block.reason)"
            writer.add("", "\(block.subject.text) is refused \(until), by \(block.by.short)\(reason)")
        }
        if let drain = facts.drain {
            let until = drain.until.map { "until \(clock.dated($0))" } ?? "until that is lifted"
            writer.add("", "Newcomers are turned away \(until), by \(drain.by.short).")
        }
        guard !facts.rules.isEmpty else { return }
        writer.add("", "A REGISTER of it from \(facts.ruledFor):")
        for line in facts.rules { writer.add("  ", line) }
    }
}

/// Lines of a report as they grow: ASCII, broken at blanks, what goes on is indented.
private struct ReportLines {
    private(set) var lines: [String] = []

    mutating func head(_ text: String) {
        add("")
        add(text)
    }

    /// A text behind a lead that its further lines leave blank.
    mutating func add(_ lead: String, _ text: String) {
        let room = max(20, TicketReport.width - lead.utf8.count)
        let rest = String(repeating: " ", count: lead.isEmpty ? 4 : lead.utf8.count)
        let safe = SafeText(text, ascii: true).string
        var line = ""
        var isFirst = true
        func put(_ line: String, into lines: inout [String]) {
            lines.append((isFirst ? lead : rest) + line)
        }
        for word in Self.words(safe, room: lead.isEmpty ? room - 4 : room) {
            let width = isFirst || !lead.isEmpty ? room : room - 4
            if !line.isEmpty, line.utf8.count + word.utf8.count > width {
                put(line.trimmedAtEnd, into: &lines)
                isFirst = false
                line = ""
            }
            line += line.isEmpty ? String(word.drop { $0 == " " && !isFirst }) : word
        }
        put(line.trimmedAtEnd, into: &lines)
    }

    /// A text from the first column on, and no further in where it goes on.
    mutating func add(_ text: String) {
        let safe = SafeText(text, ascii: true).string
        var line = ""
        for word in Self.words(safe, room: TicketReport.width) {
            if !line.isEmpty, line.utf8.count + word.utf8.count > TicketReport.width {
                lines.append(line.trimmedAtEnd)
                line = ""
            }
            line += line.isEmpty ? String(word.drop { $0 == " " }) : word
        }
        lines.append(line.trimmedAtEnd)
    }

    /// The words, each with the blanks before it; one that fits no line is cut.
    private static func words(_ text: String, room: Int) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        func end() {
            var rest = word[...]
            while rest.count > room {
                words.append(String(decoding: rest.prefix(room), as: UTF8.self))
                rest = rest.dropFirst(room)
            }
            if !rest.isEmpty { words.append(String(decoding: rest, as: UTF8.self)) }
            word = []
        }
        for byte in text.utf8 {
            if byte == 0x20, let last = word.last, last != 0x20 { end() }
            word.append(byte)
        }
        end()
        return words
    }
}

extension String {
    /// Without blanks at its end.
    fileprivate var trimmedAtEnd: String {
        guard let last = lastIndex(where: { $0 != " " }) else { return "" }
        return String(self[...last])
    }
}

extension LocalClock {
    /// The operator's zone: `UTC`, `+01:00`.
    var zone: String {
        let minutes = utcOffset.seconds / 60
        guard minutes != 0 else { return "UTC" }
        func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let size = abs(minutes)
        return "\(minutes < 0 ? "-" : "+")\(pad(size / 60)):\(pad(size % 60))"
    }
}
