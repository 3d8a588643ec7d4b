import BindingTable
import ConsoleLink
import Monitor
import SIPMessage
import Timing

/// What the protocol's page shows: the registrar and the console that it is told with.
enum Examples {
    static let clock = ClockReading(
        timestamp: Timestamp(nanoseconds: 86_400_000_000_000),
        wall: WallTime(secondsSince1970: 1_790_000_000)
    )
    static let you = OperatorIdentity(user: "kl", from: "local", terminal: "pts/3")
    static let hello = Hello(from: "198.51.100.20", terminal: "pts/3", isConsole: true)
    static let phone = BindingID(rawValue: 0x3f00_0001_0000_002a)

    static var path: ReceivedFrom {
        ReceivedFrom(
            source: Endpoint(address: IPAddress(ipv4: 0xc633_6407), port: 49_152),
            local: Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5_060),
            transport: .udp,
            at: Timestamp(nanoseconds: 86_390_000_000_000)
        )
    }

    static var binding: Binding {
        var facts = BindingFacts(
            id: phone,
            version: 3,
            cseq: 12,
            callIDHash: 81_985_529,
            branchHash: 4_275_878_552,
            createdAt: Timestamp(nanoseconds: 79_200_000_000_000),
            refreshedAt: path.at,
            expiresAt: path.at + .seconds(3_600),
            asked: 3_600,
            granted: 3_600,
            q: nil,
            path: path,
            badges: [.nat, .open]
        )
        facts.refreshes = 2
        facts.usualGap = 3_590_000
        let texts = BindingTexts(
            aor: Array("alice@sip.example.net".utf8),
            contact: Array("sip:alice@10.0.0.5:5060".utf8),
            callID: Array("a84b4c76e66710".utf8),
            userAgent: [0x5a, 0xff],
            sentBy: Array("10.0.0.5:5060".utf8)
        )
        return Binding(facts: facts, texts: texts)
    }

    static var requests: [LinkRequest] {
        get throws {
            let filter = try Filter("ua~zoiper exp<60", for: .bindings)
            let order = BindingOrder(column: .expires, descending: true)
            func act(_ verb: OperatorVerb, _ reason: String, rate: Int? = nil) -> OperatorCommand {
                OperatorCommand(
                    verb: verb,
                    reason: reason,
                    by: OperatorIdentity(user: "", from: "", terminal: ""),
                    rate: rate
                )
            }
            let targets = [BindingTarget(id: phone, version: 3)]
            let aor = BlockSubject.aor(Array("alice@sip.example.net".utf8))
            return [
                .query(WindowQuery(subject: .bindings(filter: filter, order: order), height: 40), serial: 1),
                .query(WindowQuery(subject: .binding(phone), height: 1), serial: 2),
                .query(
                    WindowQuery(
                        subject: .attempts(filter: nil, failuresOnly: true),
                        anchor: .end,
                        height: 40
                    ),
                    serial: 3
                ),
                .query(
                    WindowQuery(
                        subject: .attempts(filter: nil, failuresOnly: false, kind: .calls),
                        anchor: .end,
                        height: 40
                    ),
                    serial: 19
                ),
                .query(
                    WindowQuery(
                        subject: .log(filter: try Filter("disk since:10m", for: .log), level: .warning),
                        anchor: .row(.line(812), offset: 0),
                        height: 40
                    ),
                    serial: 4
                ),
                .query(WindowQuery(subject: .overview, height: 1), serial: 5),
                .query(
                    WindowQuery(
                        subject: .devices(.vendor, filter: try Filter("lint:contact-user", for: .devices)),
                        height: 40
                    ),
                    serial: 18
                ),
                .preview(act(.expire(targets), ""), serial: 6),
                .previewMatching(filter, act(.evict([], refuseFor: .seconds(60)), ""), serial: 7),
                .perform(act(.evict(targets, refuseFor: .seconds(60)), "stolen phone"), serial: 8),
                .perform(act(.block(aor, for: .seconds(3_600)), "stolen phone"), serial: 9),
                .perform(act(.unblock(.source(IPAddress(ipv4: 0xc633_6407))), ""), serial: 10),
                .perform(act(.drain(true, for: nil), "new kernel"), serial: 11),
                .perform(act(.undo(CommandID(rawValue: 17)), ""), serial: 12),
                .reload(serial: 13),
                .history(HistoryQuery(aor: Array("alice@sip.example.net".utf8)), serial: 14),
                .replay(at: WallTime(secondsSince1970: 1_789_990_000), serial: 15),
                .statistics(serial: 16),
                .explain(ExplainQuery(from: "198.51.100.7", aor: "alice@sip.example.net"), serial: 17),
                .route(RouteQuery(aor: Array("4417@sip.example.net".utf8)), serial: 17),
                .values(ValuesQuery(subject: .bindings, field: "ua", prefix: "zo"), serial: 18),
                .perform(
                    act(.block([aor, .source(IPAddress(ipv4: 0xc633_6407))], for: nil), "stolen phone"),
                    serial: 18
                ),
                .perform(act(.evict(targets, refuseFor: nil), "new kernel", rate: 50), serial: 19),
                .perform(act(.abort(CommandID(rawValue: 18)), ""), serial: 20),
                .acts(serial: 21),
                .messages(
                    MessagesQuery(filter: try Filter("result:PASSWD", for: .attempts), newest: 100),
                    serial: 18
                ),
                .messages(MessagesQuery(ids: [AttemptID(rawValue: 4_711)]), serial: 19),
            ]
        }
    }

    /// A call that rings at a phone over its connection, and goes by another flow of it when that fails.
    private static var route: RouteAnswer {
        var answer = RouteAnswer(aor: Array("4417@sip.example.net".utf8), outcome: .forwarded)
        var target = RouteTarget(requestURI: Array("sip:4417@10.0.0.5:5060;transport=tcp".utf8))
        target.host = Array("198.51.100.7".utf8)
        (target.port, target.transport, target.isFlow, target.connection) = (49_152, .tcp, true, 7)
        target.binding = BindingID(rawValue: 0x3f00_0001_0000_002a)
        target.troubles = [.contactUser]
        var other = target
        (other.route, other.connection) = ([Array("<sip:edge1.example.net;lr>".utf8)], 0)
        (other.isFlow, other.port, other.isFallback) = (false, 0, true)
        (other.host, other.transport, other.troubles) = (Array("edge1.example.net".utf8), nil, [])
        answer.groups = [[target, other]]
        (answer.ringing, answer.timerC, answer.recordsRoute) = (20, 185, true)
        return answer
    }

    /// An attempt whose request was sent again, and nobody answered.
    private static var messages: MessagesPage {
        let row = AttemptRow(
            id: AttemptID(rawValue: 4_711),
            startedAt: path.at,
            endedAt: path.at,
            aor: "alice@sip.example.net",
            method: "REGISTER",
            path: path,
            steps: [AttemptStep(isUnregister: false, hasCredentials: false, status: 0, isStale: false)],
            verdict: .waiting,
            refusal: nil,
            agent: "Zoiper",
            callID: "a84b4c76e66710"
        )
        let request = AttemptMessage(
            at: path.at,
            from: path.source,
            to: path.local,
            isRequest: true,
            bytes: Array("REGISTER sip:sip.example.net SIP/2.0\r\n\r\n".utf8)
        )
        var again = request
        (again.at, again.repeats, again.bytes) = (path.at + .milliseconds(500), 0, [])
        return MessagesPage(
            attempts: [AttemptMessages(row: row, messages: [request, again])],
            left: 1,
            upTo: row.id,
            at: clock.timestamp
        )
    }

    static var updates: [LinkUpdate] {
        var welcome = Welcome(
            host: "sip1",
            listeners: ["udp:192.0.2.1:5060"],
            startedAt: .zero,
            clock: clock,
            utcOffset: .seconds(3_600),
            you: you,
            readOnlyBecause: nil,
            openDomains: []
        )
        welcome.isAttached = true
        welcome.keepsBindings = true
        let row = BindingRow(binding: binding, state: .ok, tries: 1, isFresh: false)
        let record = LifeRecord(
            id: phone,
            aor: binding.texts.aor,
            contact: binding.texts.contact,
            userAgent: [],
            source: path.source,
            transport: .udp,
            createdAt: WallTime(secondsSince1970: 1_789_992_800),
            refreshedAt: WallTime(secondsSince1970: 1_789_999_990),
            expiresAt: WallTime(secondsSince1970: 1_790_003_590),
            refreshes: 2,
            usualGap: 3_590_000,
            gapDeviation: 0
        )
        let entry = HistoryEntry(
            number: 4_711,
            at: clock.wall,
            cause: .evictedByOperator,
            by: "kl@local",
            binding: record
        )
        var progress = ActProgress(
            act: CommandID(rawValue: 18),
            verb: "evict",
            by: you,
            reason: "new kernel",
            total: 18_204,
            rate: 50,
            startedAt: clock.timestamp
        )
        var begun = CommandOutcome(id: progress.act, unreachable: 18_190)
        begun.progress = progress
        progress.counts.done = 1_200
        progress.undoUntil = binding.facts.expiresAt
        var reaching = CommandOutcome()
        reaching.reach = BlockReach(bindings: 38, aors: 36, working: 35)
        var counts = OutcomeCounts()
        (counts.done, counts.superseded) = (2, 1)
        let undoable = UndoableAct(
            act: CommandID(rawValue: 17),
            verb: "evict",
            object: "3 bindings",
            by: you,
            reason: "stolen phone",
            at: clock.timestamp,
            until: binding.facts.expiresAt,
            counts: counts,
            bindings: 3
        )
        let acts = ActList(progress: progress, undoable: [undoable], at: clock.timestamp)
        let notice = Notice(at: clock.timestamp, level: .warning, text: "the disk is full")
        return [
            .welcome(welcome),
            .window(
                Window(content: .bindings([row]), matched: 1, total: 18_204, at: clock.timestamp),
                serial: 1
            ),
            .window(Window(content: .missing, at: clock.timestamp), serial: 2),
            .window(
                Window(
                    content: .log([LogLine(number: 812, notice: notice)]),
                    matched: 1,
                    total: 812,
                    at: clock.timestamp
                ),
                serial: 4
            ),
            .preview(CommandOutcome(targets: [(binding, .done)], unreachable: 1), serial: 6),
            .outcome(
                CommandOutcome(
                    id: CommandID(rawValue: 17),
                    targets: [(binding, .done)],
                    unreachable: 1,
                    undoUntil: binding.facts.expiresAt
                ),
                serial: 8
            ),
            .outcome(CommandOutcome(refusal: "read-only: kl is not listed as an operator"), serial: 9),
            .preview(reaching, serial: 18), .outcome(begun, serial: 19), .acts(acts, serial: 21),
            .progress(progress),
            .reloaded(ReloadReport(changes: ["expires.maximum 3600 -> 7200"]), serial: 13),
            .history(
                HistoryPage(entries: [entry], oldest: WallTime(secondsSince1970: 1_780_000_000)),
                serial: 14
            ),
            .replay(
                ReplayReport(
                    at: WallTime(secondsSince1970: 1_789_990_000),
                    oldest: WallTime(secondsSince1970: 1_780_000_000)
                ),
                serial: 15
            ),
            .statistics(
                [
                    Metric(
                        "regtop_bindings",
                        .gauge,
                        help: "Bindings now, by transport.",
                        samples: [Metric.Sample(18_204, labels: [["transport", "udp"]])]
                    )
                ],
                serial: 16
            ),
            .explanation(
                ExplainAnswer(lines: ["rule 1: any may register with a password"], canRegister: true),
                serial: 17
            ),
            .route(route, serial: 17),
            .values([SeenValue("Zoiper rv2.10.19", 812), SeenValue("ZoIPer 5", 3)], serial: 18),
            .messages(messages, serial: 18),
            .notice(notice),
            .lost("the registrar is shutting down"),
        ]
    }
}
