internal import BindingTable
internal import Cells
public import Monitor
internal import SIPMessage
internal import Timing

/// The fields of a binding, each with the one name that JSON, CSV and options have for it. A column of the
/// console's list is one of them (`BindingColumns` and this table say of each other which).
public enum BindingFields {
    /// All fields, in the order of an export.
    public static let table: [ReportField<BindingRow>] = identity + state + times + login + way

    /// What a list shows if nothing is asked for.
    public static let listed = ["aor", "contact", "source", "transport", "expires_in", "state", "user_agent"]
    /// What a list gives to programs if nothing is asked for.
    public static let exchanged = ["id"] + columns.map(\.name) + ["expires_at"]

    /// Field and column of each thing that a list can be sorted by, in the order of the screen.
    static let columns: [(name: String, column: BindingColumn)] = [
        ("aor", .aor), ("contact", .contact), ("source", .source), ("transport", .transport),
        ("expires_in", .expires), ("state", .state), ("tries", .tries), ("user_agent", .agent),
        ("age", .age), ("badges", .badges), ("refreshed_ago", .refreshed), ("granted", .granted), ("q", .q),
        ("cseq", .cseq), ("call_id", .callID), ("connection", .connection), ("ping", .ping),
        ("reg_id", .flow), ("path", .hops), ("peer", .peer),
    ]

    /// The field of a name; the heads of the console's columns are names as well (`tp`, `agent`, `refr`).
    public static func field(_ name: String) -> ReportField<BindingRow>? {
        let known = column(name).flatMap { column in columns.first { $0.column == column }?.name } ?? name
        return table.first { $0.name == known }
    }

    /// The column that a name sorts by.
    public static func column(_ name: String) -> BindingColumn? {
        let lowered = name.lowercased()
        if let found = columns.first(where: { $0.name == lowered }) { return found.column }
        return BindingColumns.sortable.first { BindingColumns.title($0).lowercased() == lowered }
    }

    /// Names that a list can be sorted by.
    public static var sortable: [String] { columns.map(\.name) }

    // MARK: The table

    typealias Field = ReportField<BindingRow>

    /// As the console's column says it.
    private static func cell(_ column: BindingColumn) -> @Sendable (BindingRow, LocalClock) -> String {
        { row, clock in
            guard let entry = BindingColumns.table.first(where: { $0.column == column }),
                case .text(let runs) = entry.field(row, clock).content
            else { return "" }
            return runs.map(\.text.string).joined()
        }
    }

    private static let identity: [Field] = [
        Field("id", "ID", width: 16, "names the binding while it lives; `show` takes it") { row, _ in
            .text(ReportText.hex(row.binding.facts.id.rawValue))
        },
        Field("version", isRight: true, "counts its changes") { row, _ in
            .number(Int(row.binding.facts.version))
        },
        Field("aor", "AOR", width: 26, "address of record, `user@domain`") { row, _ in
            .bytes(row.binding.texts.aor)
        },
        Field(
            "contact",
            "CONTACT",
            width: 27,
            "contact URI, as the phone wrote it (in text: its host and port)",
            text: cell(.contact)
        ) { row, _ in
            .bytes(Redaction.withoutPasswords(row.binding.texts.contact))
        },
        Field("contact_params", "contact parameters other than expires and q, as written") { row, _ in
            .optional(row.binding.texts.contactParameters)
        },
        Field("q", "Q", isRight: true, "preference, 0 to 1") { row, _ in
            row.binding.facts.q.map { .decimal(Double($0) / 1_000) } ?? .none
        },
        Field("badges", "BADGES", width: 14, "what is remarkable, as `badge:` of the filter") { row, _ in
            .list(
                Badges.names.filter { row.binding.facts.badges.contains($0.badge) }.map { .text($0.name) }
            )
        },
    ]

    private static let state: [Field] = [
        Field("state", "ST", width: 4, "OK, LATE, AUTH, PING, CONN or GONE") { row, _ in
            .text(row.binding.gone == nil ? row.state.word : BindingState.gone.word)
        },
        Field("tries", "TRY", isRight: true, "attempts of its last login") { row, _ in .number(row.tries) },
        Field("ghost", "its phone has a newer binding and has left this one behind") { row, _ in
            .flag(row.isGhost)
        },
        Field("gone_cause", "why it left") { row, _ in
            row.binding.gone.map { .text($0.cause.text) } ?? .none
        },
        Field("gone_at", "when it left") { row, clock in
            row.binding.gone.map { .time(clock.now.wall(at: $0.at)) } ?? .none
        },
    ]

    private static let times: [Field] = [
        Field(
            "expires_in",
            "EXPIRES",
            width: 8,
            isRight: true,
            "seconds that are left",
            text: cell(.expires)
        ) { row, clock in
            row.binding.gone != nil
                ? .none : .number(max(0, clock.left(until: row.binding.facts.expiresAt).secondsRoundedUp))
        },
        Field("expires_at", width: 19, "when it ends") { row, clock in
            .time(clock.now.wall(at: row.binding.facts.expiresAt))
        },
        Field("asked", isRight: true, "seconds that the phone asked for") { row, _ in
            row.binding.facts.asked.map { .number(Int($0)) } ?? .none
        },
        Field("granted", "GRANT", isRight: true, "seconds that it got") { row, _ in
            .number(Int(row.binding.facts.granted))
        },
        Field("age", "AGE", width: 5, isRight: true, "seconds since it was made", text: cell(.age)) {
            row,
            clock in
            .number(max(0, clock.since(row.binding.facts.createdAt).seconds))
        },
        Field("created_at", width: 19, "when it was made") { row, clock in
            .time(clock.now.wall(at: row.binding.facts.createdAt))
        },
        Field(
            "refreshed_ago",
            "REFR",
            width: 5,
            isRight: true,
            "seconds since it was made or refreshed",
            text: cell(.refreshed)
        ) { row, clock in
            .number(max(0, clock.since(row.binding.facts.refreshedAt).seconds))
        },
        Field("refreshed_at", width: 19, "when it was last made or refreshed") { row, clock in
            .time(clock.now.wall(at: row.binding.facts.refreshedAt))
        },
        Field("refreshes", isRight: true, "how often it was refreshed") { row, _ in
            .number(Int(row.binding.facts.refreshes))
        },
        Field("usual_gap", isRight: true, "the phone's own rhythm: seconds between refreshes") { row, _ in
            row.binding.facts.usualGap == 0
                ? .none : .decimal(Double(row.binding.facts.usualGap) / 1_000)
        },
        Field("gap_deviation", isRight: true, "and how exact it is, in seconds") { row, _ in
            row.binding.facts.usualGap == 0
                ? .none : .decimal(Double(row.binding.facts.gapDeviation) / 1_000)
        },
    ]

    private static let login: [Field] = [
        Field("user_agent", "AGENT", width: 18, "User-Agent") { row, _ in
            .optional(row.binding.texts.userAgent)
        },
        Field("account", "account that proved it; null under open registration") { row, _ in
            .optional(row.binding.texts.account)
        },
        Field("call_id", "CALL-ID", width: 24, "Call-ID of its last REGISTER") { row, _ in
            .bytes(row.binding.texts.callID)
        },
        Field("cseq", "CSEQ", isRight: true, "CSeq of its last REGISTER") { row, _ in
            .number(Int(row.binding.facts.cseq))
        },
        Field("numbers", "numbers that it stands for (RFC 6140)") { row, _ in
            .optional(row.binding.texts.numbers)
        },
    ]

    private static let way: [Field] = [
        Field("source", "SOURCE", width: 24, "address and port that its last REGISTER came from") { row, _ in
            .text("\(row.binding.facts.path.source)")
        },
        Field("local", width: 24, "our address and port that it reached") { row, _ in
            .text("\(row.binding.facts.path.local)")
        },
        Field("transport", "TP", width: 3, "udp, tcp, tls, ws or wss") { row, _ in
            .text(row.binding.facts.path.transport.name)
        },
        Field("tls", "version of TLS") { row, _ in .optional(row.binding.facts.path.tls.name) },
        Field("peer", "PEER", width: 20, "name that its certificate proves") { row, _ in
            .optional(row.binding.texts.peer)
        },
        Field("sent_by", "sent-by of its Via") { row, _ in .optional(row.binding.texts.sentBy) },
        Field("path", "PATH", width: 20, "proxies of its Path header, the nearest first", text: cell(.hops)) {
            row,
            _ in
            .optional(row.binding.texts.path)
        },
        Field("reg_id", "FLOW", isRight: true, "its reg-id (RFC 5626)") { row, _ in
            row.binding.facts.regID == 0 ? .none : .number(Int(row.binding.facts.regID))
        },
        Field("connection", "CONN", "live or gone; null over UDP") { row, _ in
            let connection = row.binding.facts.reachability.connection
            return connection == .none ? .none : .text(connection.word)
        },
        Field("ping", "PING", width: 9, "up, never or stopped; null where none was sent", text: cell(.ping)) {
            row,
            _ in
            let ping = row.binding.facts.reachability.ping
            return ping == .unknown ? .none : .text(ping.word)
        },
        Field("round_trip", isRight: true, "milliseconds of the last ping that was answered") { row, _ in
            let microseconds = row.binding.facts.reachability.roundTrip
            return microseconds == 0 ? .none : .decimal(Double(microseconds) / 1_000)
        },
        Field("silent_pings", isRight: true, "pings without an answer since, at most 255") { row, _ in
            .number(Int(row.binding.facts.reachability.silentPings))
        },
    ]
}
