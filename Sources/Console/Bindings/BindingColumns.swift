internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// A column of the list of bindings: the one row from which head, width, sorting and text derive.
struct BindingColumns: Sendable {
    /// What sorts it; nil for the countdown's bar.
    var column: BindingColumn?
    /// Head, widths, and what drops out first on a narrow screen.
    var layout: Column
    /// What the menu of columns says of it.
    var remark: String
    /// The narrowest table that shows it, unless rows are sorted by it.
    var from: Int
    /// What stands in it.
    var field: @Sendable (BindingRow, LocalClock) -> TableField

    /// All columns, in the order of the screen.
    static let table: [BindingColumns] = [
        BindingColumns(
            .aor,
            Column("AOR", minimum: 18, ideal: 26, priority: 100, grows: true),
            "address of record"
        ) { row, _ in
            TableField(text(row.binding.texts.aor))
        },
        BindingColumns(
            .contact,
            Column("CONTACT", minimum: 20, ideal: 27, priority: 80, cut: .start, grows: true),
            "where it wants calls"
        ) {
            row,
            _ in contact(row)
        },
        BindingColumns(
            .source,
            Column("SOURCE", minimum: 20, ideal: 24, priority: 50, cut: .start),
            "where it sends from"
        ) { row, _ in
            TableField("\(row.binding.facts.path.source)")
        },
        BindingColumns(.transport, Column("TP", minimum: 3, ideal: 3, priority: 52), "transport") { row, _ in
            TableField(row.binding.facts.path.transport.name)
        },
        BindingColumns(
            .expires,
            Column("EXPIRES", minimum: 8, ideal: 8, alignment: .right, priority: 95),
            "what is left"
        ) { row, clock in
            expires(row, clock)
        },
        BindingColumns(nil, Column("", minimum: 8, ideal: 10, priority: 70), "") { row, clock in
            bar(row, clock)
        },
        BindingColumns(
            .state,
            Column("ST", minimum: 4, ideal: 4, priority: 90),
            "OK, LATE, AUTH, PING, CONN, GONE"
        ) {
            row,
            clock in clock.isPast && row.binding.facts.isEndUnknown ? unknown : state(row)
        },
        BindingColumns(
            .tries,
            Column("TRY", minimum: 3, ideal: 3, alignment: .right, priority: 55),
            "attempts of its last login"
        ) { row, clock in
            clock.isPast
                ? unknown
                : TableField(
                    row.tries > 999 ? "999+" : String(row.tries),
                    role: row.tries > 1 ? .stateWarn : .textDim
                )
        },
        BindingColumns(.agent, Column("AGENT", minimum: 12, ideal: 18, priority: 40), "User-Agent") {
            row,
            _ in
            TableField(text(row.binding.texts.userAgent))
        },
        BindingColumns(
            .age,
            Column("AGE", minimum: 5, ideal: 5, alignment: .right, priority: 35),
            "since it was made"
        ) { row, clock in
            TableField(TimeText.age(clock.since(row.binding.facts.createdAt)), role: .textDim)
        },
        BindingColumns(.badges, Column("BADGES", minimum: 8, ideal: 14, priority: 30), "what is remarkable") {
            row,
            _ in
            TableField(badges(row.binding.facts.badges), role: .stateWarn)
        },
        BindingColumns(
            .refreshed,
            Column("REFR", minimum: 5, ideal: 5, alignment: .right, priority: 20),
            "since its last refresh",
            from: 160
        ) { row, clock in
            TableField(TimeText.age(clock.since(row.binding.facts.refreshedAt)), role: .textDim)
        },
        BindingColumns(
            .granted,
            Column("GRANT", minimum: 5, ideal: 5, alignment: .right, priority: 25),
            "seconds it got",
            from: 160
        ) { row, _ in
            row.binding.facts.granted == 0
                ? unknown : TableField(String(row.binding.facts.granted), role: .textDim)
        },
        BindingColumns(
            .q,
            Column("Q", minimum: 5, ideal: 5, alignment: .right, priority: 10),
            "preference",
            from: 160
        ) { row, _ in
            TableField(q(row.binding.facts.q), role: .textDim)
        },
        BindingColumns(
            .cseq,
            Column("CSEQ", minimum: 6, ideal: 10, alignment: .right, priority: 12),
            "CSeq of its last REGISTER",
            from: 160
        ) { row, clock in
            clock.isPast ? unknown : TableField(String(row.binding.facts.cseq), role: .textDim)
        },
        BindingColumns(
            .callID,
            Column("CALL-ID", minimum: 16, ideal: 24, priority: 14),
            "Call-ID of its last REGISTER",
            from: 160
        ) { row, clock in
            clock.isPast ? unknown : TableField(text(row.binding.texts.callID), role: .textDim)
        },
        BindingColumns(
            .connection,
            Column("CONN", minimum: 4, ideal: 4, priority: 28),
            "its connection: live or gone",
            from: 160
        ) { row, _ in
            TableField(.text([ReachText.connection(row.binding.facts.reachability)]))
        },
        BindingColumns(
            .ping,
            Column("PING", minimum: 9, ideal: 9, priority: 27),
            "what pings tell, and how fast",
            from: 160
        ) { row, _ in
            TableField(.text([ReachText.ping(row.binding.facts.reachability)]))
        },
        BindingColumns(
            .flow,
            Column("FLOW", minimum: 4, ideal: 4, alignment: .right, priority: 8),
            "its reg-id (Outbound)",
            from: 200
        ) { row, _ in
            TableField(row.binding.facts.regID == 0 ? "-" : String(row.binding.facts.regID), role: .textDim)
        },
        BindingColumns(
            .hops,
            Column("PATH", minimum: 12, ideal: 20, priority: 16, cut: .start),
            "first proxy on the way to it",
            from: 200
        ) { row, _ in
            TableField(ReachText.hopsInShort(row.binding.texts.path), role: .textDim)
        },
        BindingColumns(
            .peer,
            Column("PEER", minimum: 12, ideal: 20, priority: 15),
            "name that its certificate proves",
            from: 200
        ) { row, _ in
            TableField(row.binding.texts.peer.isEmpty ? "-" : text(row.binding.texts.peer), role: .textDim)
        },
    ]

    private init(
        _ column: BindingColumn?,
        _ layout: Column,
        _ remark: String,
        from: Int = 0,
        field: @escaping @Sendable (BindingRow, LocalClock) -> TableField,
    ) {
        self.column = column
        self.layout = layout
        self.layout.sortNumber = column.map { Int($0.rawValue) }
        self.remark = remark
        self.from = from
        self.field = field
    }

    /// What the list can be sorted by, in the order of the screen.
    static let sortable: [BindingColumn] = table.compactMap(\.column)

    /// The name of a column in JSON and CSV: that of its field.
    static func field(_ column: BindingColumn) -> String {
        BindingFields.columns.first { $0.column == column }?.name ?? ""
    }
    /// The head of a column.
    static func title(_ column: BindingColumn) -> String {
        table.first { $0.column == column }?.layout.title ?? ""
    }
    /// What the menu says of a column.
    static func remark(_ column: BindingColumn) -> String {
        table.first { $0.column == column }?.remark ?? ""
    }

    /// The columns that a table of this width may show in an order: the one it sorts by never drops out.
    static func columns(width: Int, sortedBy column: BindingColumn) -> [BindingColumns] {
        table.compactMap { entry in
            var entry = entry
            if entry.column == column {
                entry.layout.priority = max(entry.layout.priority, 92)
                return entry
            }
            return entry.from <= width ? entry : nil
        }
    }

    /// What the journal does not tell.
    private static let unknown = TableField("?", role: .textDim)

    // MARK: Texts

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Host and port of the contact, its scheme, user and parameters left to the detail; `~nat` behind NAT,
    /// `~ghost` if its phone has left it behind.
    static func contact(_ row: BindingRow) -> TableField {
        var runs = [TextRun(hostPart(text(row.binding.texts.contact)), role: .tableRow)]
        if row.isGhost {
            runs.append(TextRun(" ~ghost", role: .stateUnreg))
        } else if row.binding.facts.badges.contains(.nat) {
            runs.append(TextRun(" ~nat", role: .stateWarn))
        }
        return TableField(.text(runs))
    }

    /// `198.51.100.7:5062` of `sip:4417@198.51.100.7:5062;ob`; the whole text where there is no host.
    static func hostPart(_ uri: String) -> String {
        var rest = uri[...]
        if let at = rest.firstIndex(of: "@") {
            rest = rest[rest.index(after: at)...]
        } else if let colon = rest.firstIndex(of: ":") {
            rest = rest[rest.index(after: colon)...]
        }
        let end = rest.firstIndex { ";?".contains($0) } ?? rest.endIndex
        return end == rest.startIndex ? uri : String(rest[..<end])
    }

    /// What is left, by the absolute expiry.
    static func expires(_ row: BindingRow, _ clock: LocalClock) -> TableField {
        if row.isGone { return TableField("-", role: .textDim) }
        if row.binding.facts.isEndUnknown { return unknown }
        let left = clock.left(until: row.binding.facts.expiresAt)
        return TableField(TimeText.countdown(left), role: countdown(row, clock).role)
    }

    static func bar(_ row: BindingRow, _ clock: LocalClock) -> TableField {
        row.isGone || row.binding.facts.isEndUnknown
            ? TableField("") : TableField(.bar(countdown(row, clock)))
    }

    static func countdown(_ row: BindingRow, _ clock: LocalClock) -> Bar {
        let left = clock.left(until: row.binding.facts.expiresAt).secondsRoundedUp
        return .countdown(left: left, of: max(1, Int(row.binding.facts.granted)))
    }

    /// The state's word; `NEW` for a second where there is nothing else to say.
    static func state(_ row: BindingRow) -> TableField {
        if row.isGone { return TableField("GONE", role: .stateUnreg) }
        if row.state == .ok, row.isFresh, row.binding.facts.refreshes == 0 {
            return TableField("NEW", role: .stateOK)
        }
        return TableField(row.state.word, role: role(row.state))
    }

    static func role(_ state: BindingState) -> Role {
        switch state {
        case .ok: .stateOK
        case .late: .stateLate
        case .auth: .stateAuth
        case .silent, .disconnected: .stateFail
        case .gone: .stateUnreg
        }
    }

    static func badges(_ badges: Badges) -> String {
        Badges.names.filter { badges.contains($0.badge) }.map(\.name).joined(separator: " ")
    }

    static func q(_ q: UInt16?) -> String {
        guard let q else { return "-" }
        let thousandths = String(q % 1_000)
        let padded = String(repeating: "0", count: 3 - thousandths.utf8.count) + thousandths
        let trimmed = padded.reversed().drop { $0 == "0" }.reversed()
        return "\(q / 1_000).\(trimmed.isEmpty ? "0" : String(trimmed))"
    }
}
