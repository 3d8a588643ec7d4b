internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// The words about one binding that detail and preview share.
struct BindingLines {
    let row: BindingRow
    let clock: LocalClock
    var keys = KeyMap.standard

    private var facts: BindingFacts { row.binding.facts }
    private var texts: BindingTexts { row.binding.texts }

    /// `0:03 left of 1:00` and when that is.
    var expiry: [TextRun] {
        if let gone = row.binding.gone {
            return [TextRun("gone: \(gone.cause.text) at \(clock.clock(gone.at))", role: .stateUnreg)]
        }
        if facts.isEndUnknown {
            return [TextRun("?", role: .textStrong), TextRun(" \(Self.unlisted)", role: .textDim)]
        }
        let left = clock.left(until: facts.expiresAt)
        let role = BindingColumns.countdown(row, clock).role
        return [
            TextRun(TimeText.countdown(left), role: role),
            TextRun(" left of \(TimeText.length(Int(facts.granted)))", role: .text),
        ]
    }

    private static let unlisted = "it was there; the journal lists no refreshes"

    /// `4s ago`, `just now`
    private static func ago(_ interval: Interval) -> String {
        interval.seconds <= 0 ? "just now" : "\(TimeText.ago(interval)) ago"
    }

    /// `at 12:04:34`
    var expiryClock: String { "until \(clock.clock(facts.expiresAt))" }

    /// How the phone keeps its own rhythm.
    var rhythm: [TextRun] {
        let since = clock.since(facts.refreshedAt)
        if facts.isEndUnknown {
            let known = "last known to have come \(TimeText.ago(since)) before"
            return [TextRun(known, role: .text), TextRun(", perhaps since", role: .textDim)]
        }
        let word = facts.refreshes == 0 ? "registered" : "refreshed"
        var runs = [TextRun("\(word) \(Self.ago(since))", role: .text)]
        guard let gap = facts.rhythm.map({ Int($0.seconds) }) else {
            runs.append(
                TextRun(facts.refreshes == 0 ? ", no refresh yet" : ", rhythm not known yet", role: .textDim)
            )
            return runs
        }
        let spread = facts.gapDeviation >= 1_000 ? " +/-\(facts.gapDeviation / 1_000)" : ""
        runs.append(TextRun(", usually every \(TimeText.length(gap))\(spread)", role: .text))
        guard row.state == .late else { return runs }
        let late = max(0, since.seconds - gap)
        runs.append(TextRun("  \(TimeText.length(late)) LATE: it may be gone", role: .stateLate))
        return runs
    }

    private var uri: [UInt8] { Redaction.withoutPasswords(texts.contact) }

    /// Contact side: name and value.
    var contact: [(String, String)] {
        if clock.isPast {
            let granted = facts.granted == 0 ? "not known" : "granted \(facts.granted)"
            return [
                ("uri", BindingColumns.text(uri)), ("expires", granted),
                ("", "no more is in the journal"),
            ]
        }
        return [
            ("uri", BindingColumns.text(uri)),
            ("expires", "asked \(facts.asked.map { "\($0)" } ?? "nothing"), granted \(facts.granted)"),
            ("q", "\(BindingColumns.q(facts.q))     cseq  \(facts.cseq)"),
            ("params", BindingColumns.text(texts.contactParameters)),
            ("call-id", BindingColumns.text(texts.callID)),
            ("reg-id", facts.regID == 0 ? "" : String(facts.regID)),
        ]
    }

    /// Identity and network side.
    var network: [(String, String)] {
        let count = facts.isEndUnknown ? "" : ", \(refreshes)"
        let made = ("created", "\(TimeText.ago(clock.since(facts.createdAt))) ago\(count)")
        if clock.isPast {
            let source = "\(facts.path.source) \(facts.path.transport.name)"
            return [("source", source), ("agent", BindingColumns.text(texts.userAgent)), made]
        }
        let path = facts.path
        let via = BindingColumns.text(texts.sentBy)
        let nat = facts.badges.contains(.nat) ? "yes (Via \(via))" : "no"
        return [
            ("source", "\(path.source) \(path.transport.name)"),
            ("NAT", nat),
            ("agent", BindingColumns.text(texts.userAgent)),
            ("auth", auth),
            ("badges", BindingColumns.badges(facts.badges)),
            made,
        ]
    }

    private var refreshes: String {
        TimeText.count(Int(facts.refreshes), "refresh", plural: "refreshes")
    }

    private var auth: String {
        if facts.badges.contains(.open) { return "none: open registration" }
        if facts.badges.contains(.byAddress) { return "none: let in by a rule for its address" }
        return "account \(BindingColumns.text(texts.account))\(facts.badges.contains(.md5) ? ", MD5" : "")"
    }

    /// Draws names and values under each other.
    static func draw(_ fields: [(String, String)], on grid: inout CellGrid, in rect: Rect, nameWidth: Int = 8)
    {
        for (index, field) in fields.prefix(rect.height).enumerated() {
            let row = rect.row(index)
            grid.put(
                field.0,
                at: Point(x: row.x + 1, y: row.y),
                role: .textDim,
                maxWidth: max(0, row.width - 1)
            )
            let value = row.inset(left: nameWidth + 2)
            let text = SafeText(field.1.isEmpty ? "-" : field.1, ascii: grid.glyphs == .ascii).fitted(
                to: value.width
            )
            grid.put(text, at: value.origin, role: .text)
        }
    }

    /// Draws the countdown with its bar: `EXPIRES 0:03 left of 1:00  |||.....  until 12:04:34`.
    func drawExpiry(on grid: inout CellGrid, in rect: Rect) {
        guard !rect.isEmpty else { return }
        var x = rect.x + 1
        x += grid.put("EXPIRES ", at: Point(x: x, y: rect.y), role: .textDim, maxWidth: max(0, rect.maxX - x))
        let line = RunLine(expiry)
        line.draw(on: &grid, at: Point(x: x, y: rect.y), maxWidth: max(0, rect.maxX - x))
        x += line.width + 3
        guard row.binding.gone == nil, !row.isGone, !facts.isEndUnknown else { return }
        let until = expiryClock
        let steps = min(30, rect.maxX - x - until.utf8.count - 3)
        guard steps >= 8 else { return }
        BindingColumns.countdown(row, clock).draw(
            on: &grid,
            in: Rect(x: x, y: rect.y, width: steps, height: 1)
        )
        grid.put(until, at: Point(x: x + steps + 2, y: rect.y), role: .text)
    }

    /// Draws the phone's rhythm.
    func drawRhythm(on grid: inout CellGrid, in rect: Rect) {
        guard !rect.isEmpty else { return }
        RunLine(rhythm).fitted(to: rect.width - 1).draw(on: &grid, at: Point(x: rect.x + 1, y: rect.y))
    }

    /// The gaps as numbers, the newest at the right: ` 48 48 49 >57`.
    func gaps(_ gaps: [Int], width: Int) -> RunLine {
        var texts = gaps.map { TextRun(" \($0)", role: .text) }
        if row.binding.gone == nil, !row.isGone, !facts.isEndUnknown {
            let since = clock.since(facts.refreshedAt).seconds
            texts.append(TextRun(" >\(since)", role: row.state == .late ? .stateLate : .textDim))
        }
        var line: [TextRun] = []
        var used = 0
        for text in texts.reversed() {
            used += text.text.width
            if used > width { break }
            line.insert(text, at: 0)
        }
        return RunLine(line)
    }
}

/// One attempt in a line: when, how long, what came of it, from where, which messages.
struct AttemptLine {
    let row: AttemptRow
    /// The binding beside which it stands: what came from its address is not said to.
    let binding: Binding
    let clock: LocalClock

    /// The line for so many columns.
    func runs(width: Int) -> [TextRun] {
        let isNarrow = width < 48
        let verdict = TextRun(row.word.padded(7) + " ", role: VerdictWords.role(row))
        let time = isNarrow ? clock.clock(row.startedAt) : clock.milliseconds(row.startedAt)
        let took = TimeText.delay(microseconds: Int((row.endedAt - row.startedAt).nanoseconds / 1_000))
        var runs = [TextRun("\(time) ", role: .flowTime)]
        if !isNarrow, stranger.isEmpty || width >= 70 {
            let blanks = String(repeating: " ", count: max(0, 9 - took.utf8.count))
            runs.append(TextRun("\(blanks)\(took)  ", role: .textDim))
        }
        runs.append(verdict)
        if let call = row.call {
            runs.append(TextRun("\(Self.other(row, call, of: aor))  ", role: .text))
        } else if !stranger.isEmpty {
            runs.append(TextRun("from \(stranger)  ", role: .stateWarn))
        }
        return runs + VerdictWords.steps(row)
    }

    /// The other end of a call: `< 4470` calls it, `> 4470` is called by it.
    private static func other(_ row: AttemptRow, _ call: CallRow, of aor: String) -> String {
        let isCaller = call.caller == aor && row.aor != aor
        return isCaller ? "> \(row.aor.prefix { $0 != "@" })" : "< \(call.caller.prefix { $0 != "@" })"
    }

    private var aor: String { String(decoding: binding.texts.aor, as: UTF8.self) }

    /// The address that it came from, if that is not the binding's.
    private var stranger: String {
        let address = row.path.source.address
        return address == binding.facts.path.source.address ? "" : "\(address)"
    }
}
