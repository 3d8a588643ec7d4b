internal import BindingTable
internal import Monitor
internal import SIPMessage
internal import Timing

/// What is under the cursor, as far as it can be copied.
struct CopySubject: Sendable {
    /// Text; empty where there is none. A source is address and port, or an address.
    var aor = "", contact = "", source = "", raw = "", json = "", line = ""
    /// The address that a firewall could shut out.
    var address: IPAddress?
    /// Whom a report would be about; empty where nobody is under the cursor.
    var report = ""

    /// The lines of the menu, in the order of `CopyMenu.Thing`.
    var items: [CopyMenu.Item] {
        let firewall = address.map { FirewallLine(source: $0) }
        return CopyMenu.Thing.allCases.compactMap { thing in
            let text =
                switch thing {
                case .aor: aor
                case .contact: contact
                case .source: source
                case .raw: raw
                case .json: json
                case .line: line
                case .nftables: firewall?.nftables ?? ""
                case .iptables: firewall?.iptables ?? ""
                case .report: report
                }
            return text.isEmpty ? nil : CopyMenu.Item(thing: thing, text: text)
        }
    }

    /// A row's fields as an object.
    static func json<Row>(_ fields: [ReportField<Row>], _ row: Row, _ clock: LocalClock) -> String {
        JSONText.line(fields.map { FieldValue.NamedValue($0.name, $0.value(row, clock)) })
    }

    init() {}

    init(_ row: BindingRow, raw: [UInt8], _ clock: LocalClock) {
        let binding = row.binding
        aor = Clipboard.text(binding.texts.aor)
        contact = Clipboard.text(Redaction.withoutPasswords(binding.texts.contact))
        source = "\(binding.facts.path.source)"
        address = binding.facts.path.source.address
        self.raw = Clipboard.message(raw)
        json = Self.json(BindingFields.table, row, clock)
        report = BindingColumns.text(binding.texts.aor)
    }

    init(_ row: AttemptRow, raw: [UInt8], _ clock: LocalClock) {
        aor = Clipboard.text(row.aor)
        source = "\(row.path.source)"
        address = row.path.source.address
        self.raw = Clipboard.message(raw)
        json = Self.json(AttemptFields.table, row, clock)
        line = Clipboard.text(AttemptReport(row, nil, clock: clock).line)
        report = row.aor
    }

    init(_ row: SecurityRow, _ clock: LocalClock) {
        json = Self.json(SecurityFields.table, row, clock)
        switch row.key {
        case .source(let address):
            self.address = address
            source = "\(address)"
        case .user(let name):
            aor = Clipboard.text(name)
            report = name
        case .agent(let name): line = Clipboard.text(name)
        case .others: break
        }
    }

    init(_ row: DeviceRow, _ clock: LocalClock) {
        json = Self.json(DeviceFields.table, row, clock)
        line = Clipboard.text(row.name)
    }

    init(_ entry: HistoryEntry, _ clock: LocalClock) {
        aor = Clipboard.text(entry.binding.aor)
        contact = Clipboard.text(entry.binding.contact)
        source = "\(entry.binding.source)"
        address = entry.binding.source.address
        json = Self.json(HistoryFields.table, entry, clock)
        line = Clipboard.text(HistoryFields.line(entry, clock))
        report = BindingColumns.text(entry.binding.aor)
    }

    init(_ block: Block, _ clock: LocalClock) {
        json = Self.json(BlockFields.table, block, clock)
        switch block.subject {
        case .aor(let name):
            aor = Clipboard.text(name)
            report = BindingColumns.text(name)
        case .source(let address):
            self.address = address
            source = "\(address)"
        }
    }

    init(_ line: LogLine, _ clock: LocalClock) {
        let notice = line.notice
        let word = OperationWords.level(notice.level).text
        self.line = Clipboard.text("\(clock.dated(notice.at))  \(word)  \(notice.text)")
        json = JSONText.line([
            .init("number", .number(Int(clamping: line.number))),
            .init("at", .time(clock.now.wall(at: notice.at))),
            .init("level", .text(notice.level.codingWord)), .init("text", .text(notice.text)),
        ])
    }

    init(_ line: AuditLine, _ clock: LocalClock) {
        let record = line.record
        let parts = [
            clock.dated(record.at), record.by.short, record.action, record.object, record.result,
            record.reason,
        ]
        self.line = Clipboard.text(parts.filter { !$0.isEmpty }.joined(separator: "  "))
        json = JSONText.line([
            .init("number", .number(Int(clamping: line.number))), .init("at", .time(record.at)),
            .init("by", .text(record.by.short)), .init("terminal", .optional(record.by.terminal)),
            .init("action", .text(record.action)), .init("object", .text(record.object)),
            .init("result", .text(record.result)), .init("reason", .optional(record.reason)),
        ])
    }

    /// A row of the overview.
    init(_ state: OverviewState, _ clock: LocalClock) {
        self.init()
        guard let index = state.index else { return }
        let numbers = state.numbers
        switch state.pane {
        case .soonest: self = CopySubject(numbers.soonest[index], raw: [], clock)
        case .failing:
            let user = numbers.failingUsers[index]
            aor = Clipboard.text(user.aor)
            report = user.aor
            let what = TimeText.count(user.failures, "failure")
            line = Clipboard.text("\(user.aor)  \(what), \(VerdictWords.short(user.verdict))")
        case .sources:
            address = numbers.topSources[index].address
            source = "\(numbers.topSources[index].address)"
        case .events:
            let event = numbers.events[index]
            line = Clipboard.text(
                "\(clock.dated(event.at))  \(event.what)  \(event.subject)  \(event.detail)"
            )
            guard event.subject.contains("@") else { return }
            aor = Clipboard.text(event.subject)
            report = event.subject
        case .outages, .horizon, .agents, .transports, .head, .meters, .calls: break
        }
    }
}
