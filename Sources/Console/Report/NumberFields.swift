internal import BindingTable
public import Monitor
internal import SIPMessage
internal import Timing

/// The numbers of the overview as fields of one row.
public enum OverviewFields {
    typealias Field = ReportField<Overview>

    /// All, in their order.
    public static let table: [ReportField<Overview>] = counts + rates + parts

    private static let counts: [Field] = [
        Field("bindings", isRight: true, "bindings now") { row, _ in .number(row.bindings) },
        Field("aors", isRight: true, "addresses of record that have one") { row, _ in .number(row.aors) },
        Field("peak", isRight: true, "most bindings since the start") { row, _ in .number(row.peak) },
        Field("peak_at", "when that was") { row, clock in .time(clock.now.wall(at: row.peakAt)) },
        Field("dying_soon", isRight: true, "bindings that end within 60 seconds unless refreshed") { row, _ in
            .number(row.dyingSoon)
        },
        Field("ipv6", isRight: true, "bindings over IPv6") { row, _ in .number(row.ipv6) },
        Field("natted", isRight: true, "bindings behind NAT") { row, _ in .number(row.natted) },
        Field("missed_beats", isRight: true, "bindings whose phone has missed its own rhythm") { row, _ in
            .number(row.missedBeats)
        },
        Field("flawed", isRight: true, "bindings whose device shows a warning") { row, _ in
            .number(row.flawed)
        },
        Field("ring_losses", isRight: true, "messages that nobody had time to look at, since the start") {
            row,
            _ in .number(row.ringLosses)
        },
    ]

    private static let rates: [Field] = [
        Field("register_rate", isRight: true, "REGISTERs a second, over 10 s") { row, _ in
            .decimal(row.registerRate)
        },
        Field("ok_rate", isRight: true, "replies a second: 200") { row, _ in .decimal(row.okRate) },
        Field("challenge_rate", isRight: true, "401") { row, _ in .decimal(row.challengeRate) },
        Field("forbidden_rate", isRight: true, "403") { row, _ in .decimal(row.forbiddenRate) },
        Field("brief_rate", isRight: true, "423") { row, _ in .decimal(row.briefRate) },
        Field("client_error_rate", isRight: true, "other 4xx") { row, _ in
            .decimal(row.otherClientErrorRate)
        },
        Field("server_error_rate", isRight: true, "5xx") { row, _ in .decimal(row.serverErrorRate) },
        Field("delay_p50", isRight: true, "milliseconds from request to reply, the median") { row, _ in
            .decimal(Double(row.delayP50) / 1_000)
        },
        Field("delay_p99", isRight: true, "that of one in a hundred") { row, _ in
            .decimal(Double(row.delayP99) / 1_000)
        },
        Field("delay_max", isRight: true, "the longest") { row, _ in
            .decimal(Double(row.delayMaximum) / 1_000)
        },
    ]

    private static let parts: [Field] = [
        Field("transports", "bindings by transport") { row, _ in
            .object(row.transports.map { FieldValue.NamedValue($0.transport.name, .number($0.count)) })
        },
        Field("results", "ended attempts of the last 5 minutes, by result") { row, _ in
            .object(row.verdicts.map { FieldValue.NamedValue($0.verdict.word, .number($0.count)) })
        },
        Field("calls", "calls that have ended within the last 5 minutes, by outcome") { row, _ in
            .object(row.calls.map { FieldValue.NamedValue($0.verdict.codingWord, .number($0.count)) })
        },
        Field("horizon", "bindings that end in each of the next 20 half minutes") { row, _ in
            .list(row.horizon.map { .number($0) })
        },
        Field("outages", "phones that fell silent together: what they have in common, and how many") {
            row,
            _ in
            .list(row.outages.map { .text($0.text) })
        },
        Field("expected", "refreshes a second that are expected in each of the next 30 times 10 s") {
            row,
            _ in
            .list(row.forecast.rates.map { .decimal($0) })
        },
        Field("restart_rate", isRight: true, "REGISTERs a second if the registrar were restarted now") {
            row,
            _ in
            .decimal(row.forecast.restartPeak)
        },
    ]
}

/// The fields of what is wrong with devices.
public enum DeviceFields {
    typealias Field = ReportField<DeviceRow>

    /// All, in their order.
    public static let table: [ReportField<DeviceRow>] = [
        Field("user_agent", "USER-AGENT", width: 34, "User-Agent; empty for all that gave none") { row, _ in
            .text(row.isRest ? "others" : row.name)
        },
        Field("bindings", "BINDINGS", isRight: true, "bindings now") { row, _ in .number(row.bindings) },
        Field("flawed", "FLAWED", isRight: true, "those of them with a warning") { row, _ in
            .number(row.flawed)
        },
        Field("ghosts", "GHOSTS", isRight: true, "those that their phone has left behind") { row, _ in
            .number(row.ghosts)
        },
        Field("missed_beats", "MISSED", isRight: true, "those that have missed their beat") { row, _ in
            .number(row.silent)
        },
        Field("failures", "FAIL/10m", isRight: true, "logins that failed within ten minutes") { row, _ in
            .number(row.failures)
        },
        Field("cseq_failures", "CSEQ", isRight: true, "of them: CSeq order") { row, _ in
            .number(row.cseqFailures)
        },
        Field("lints", "WHAT", "what they show, and how many bindings do") { row, _ in
            .object(row.lints.map { FieldValue.NamedValue($0.lint.word, .number($0.count)) })
        },
    ]

    /// What text shows.
    public static let listed = [
        "user_agent", "bindings", "flawed", "ghosts", "missed_beats", "failures", "lints",
    ]
}

/// The fields of who fails and who attacks.
public enum SecurityFields {
    typealias Field = ReportField<SecurityRow>

    private static func verdict(_ name: String, _ title: String, _ verdict: AttemptVerdict) -> Field {
        Field(name, title, width: 6, isRight: true, "of them: \(VerdictWords.short(verdict))") { row, _ in
            .number(row.count(verdict))
        }
    }

    /// All, in their order.
    public static let table: [ReportField<SecurityRow>] = [
        Field("source", "SOURCE", width: 24, "source address; `others` for all that are no longer kept") {
            row,
            _ in
            switch row.key {
            case .source(let address): .text("\(address)")
            case .user(let name), .agent(let name): .text(name)
            case .others: .text("others")
            }
        },
        Field("failures", "FAIL/10m", isRight: true, "failures within ten minutes") { row, _ in
            .number(row.failures)
        },
        Field("failures_hour", "1h", width: 6, isRight: true, "within an hour") { row, _ in
            .number(row.failuresHour)
        },
        Field("failures_day", "24h", width: 7, isRight: true, "within a day") { row, _ in
            .number(row.failuresDay)
        },
        verdict("wrong_password", "PASSWD", .wrongPassword),
        verdict("unknown_user", "NOUSER", .unknownUser),
        verdict("stale", "STALE", .stale),
        verdict("replay", "REPLAY", .replay),
        Field("granted", "OK", width: 4, isRight: true, "logins that were granted") { row, _ in
            .number(row.granted)
        },
        Field("names", "NAMES", isRight: true, "different user names") { row, _ in .number(row.names) },
        Field("users", "USERS", isRight: true, "users known to have registered from it") { row, _ in
            .number(row.users)
        },
        Field("probes", "PROBES", isRight: true, "requests that are no REGISTER") { row, _ in
            .number(row.probes)
        },
        Field("attack", "it looks like an attack") { row, _ in .flag(row.isAttack) },
        Field("looks_like", "LOOKS LIKE", width: 22, "what it looks like, what matters most first") {
            row,
            _ in
            .list(row.findings.map { .text($0.kind.word) })
        },
        Field("blocked", "it is blocked") { row, _ in .flag(row.isBlocked) },
        Field("first_at", width: 19, "when it began") { row, clock in .time(clock.now.wall(at: row.first)) },
        Field("last_at", "LAST", width: 19, "when the last thing happened") { row, clock in
            .time(clock.now.wall(at: row.last))
        },
        Field("user_agent", "AGENT", "the last User-Agent") { row, _ in .optional(row.agent) },
    ]

    /// What text shows.
    public static let listed = [
        "source", "failures", "wrong_password", "unknown_user", "stale", "granted", "looks_like", "last_at",
    ]
}
