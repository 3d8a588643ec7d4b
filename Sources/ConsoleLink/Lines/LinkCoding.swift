internal import BindingTable
internal import Monitor
internal import SIPMessage
internal import Timing

extension LinkRequest: Codable {
    private enum Word: String, CodingKey, CaseIterable {
        case query, preview, previewMatching, perform, reload, history, replay, statistics, explain
        case messages, values, acts, route
    }
    private enum Rest: String, CodingKey { case serial }
    private enum Members: String, CodingKey { case filter, at }

    /// Reads `{WORD: {…}, "serial": N}`.
    public init(from decoder: any Decoder) throws {
        let words = try decoder.container(keyedBy: Word.self)
        let word = try words.onlyKey()
        let serial = try decoder.container(keyedBy: Rest.self).decode(UInt64.self, forKey: .serial)
        switch word {
        case .query: self = .query(try words.decode(WindowQuery.self, forKey: word), serial: serial)
        case .preview: self = .preview(try words.decode(OperatorCommand.self, forKey: word), serial: serial)
        case .previewMatching:
            let members = try words.nestedContainer(keyedBy: Members.self, forKey: word)
            guard let filter = try members.filter(.filter, for: .bindings) else {
                throw members.refuse(.filter, "string expected")
            }
            let command = try words.decode(OperatorCommand.self, forKey: word)
            self = .previewMatching(filter, command, serial: serial)
        case .perform: self = .perform(try words.decode(OperatorCommand.self, forKey: word), serial: serial)
        case .reload: self = .reload(serial: serial)
        case .history: self = .history(try words.decode(HistoryQuery.self, forKey: word), serial: serial)
        case .replay:
            let members = try words.nestedContainer(keyedBy: Members.self, forKey: word)
            self = .replay(at: try members.decodeIfPresent(WallTime.self, forKey: .at), serial: serial)
        case .statistics: self = .statistics(serial: serial)
        case .explain: self = .explain(try words.decode(ExplainQuery.self, forKey: word), serial: serial)
        case .messages: self = .messages(try words.decode(MessagesQuery.self, forKey: word), serial: serial)
        case .values: self = .values(try words.decode(ValuesQuery.self, forKey: word), serial: serial)
        case .acts: self = .acts(serial: serial)
        case .route: self = .route(try words.decode(RouteQuery.self, forKey: word), serial: serial)
        }
    }

    /// Writes `{WORD: {…}, "serial": N}`.
    public func encode(to encoder: any Encoder) throws {
        var words = encoder.container(keyedBy: Word.self)
        func members(_ word: Word) -> KeyedEncodingContainer<Members> {
            words.nestedContainer(keyedBy: Members.self, forKey: word)
        }
        switch self {
        case .query(let query, _): try words.encode(query, forKey: .query)
        case .preview(let command, _): try words.encode(command, forKey: .preview)
        case .previewMatching(let filter, let command, _):
            try words.encode(Matching(filter: filter, command: command), forKey: .previewMatching)
        case .perform(let command, _): try words.encode(command, forKey: .perform)
        case .reload: _ = members(.reload)
        case .history(let query, _): try words.encode(query, forKey: .history)
        case .replay(let time, _):
            var members = members(.replay)
            try members.encodeIfPresent(time, forKey: .at)
        case .statistics: _ = members(.statistics)
        case .explain(let query, _): try words.encode(query, forKey: .explain)
        case .messages(let query, _): try words.encode(query, forKey: .messages)
        case .values(let query, _): try words.encode(query, forKey: .values)
        case .acts: _ = members(.acts)
        case .route(let query, _): try words.encode(query, forKey: .route)
        }
        var rest = encoder.container(keyedBy: Rest.self)
        try rest.encode(serial, forKey: .serial)
    }

    /// A command with the filter that names its targets.
    private struct Matching: Encodable {
        var filter: Filter
        var command: OperatorCommand

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: Members.self)
            try members.encode(filter.expansion, forKey: .filter)
            try command.encode(to: encoder)
        }
    }

    /// The number that the answer will bear.
    public var serial: UInt64 {
        switch self {
        case .query(_, let serial), .preview(_, let serial), .previewMatching(_, _, let serial),
            .perform(_, let serial), .reload(let serial), .history(_, let serial), .replay(_, let serial),
            .statistics(let serial), .explain(_, let serial), .messages(_, let serial),
            .values(_, let serial), .acts(let serial), .route(_, let serial):
            serial
        }
    }
}

extension LinkUpdate: Codable {
    private enum Word: String, CodingKey, CaseIterable {
        case welcome, window, preview, outcome, reloaded, history, replay, statistics, explanation
        case messages, values, acts, progress, notice, lost, route
    }
    private enum Rest: String, CodingKey {
        case serial
        case version = "protocol"
    }

    /// Reads `{WORD: {…}, "serial": N}`, or the first line, whose protocol is looked at before anything else of it.
    public init(from decoder: any Decoder) throws {
        let rest = try decoder.container(keyedBy: Rest.self)
        if let version = try rest.decodeIfPresent(Int.self, forKey: .version) {
            guard version == LinkCodec.protocolVersion else {
                let ours = LinkCodec.protocolVersion
                throw LinkError(
                    .version,
                    "the registrar speaks protocol \(version) and this program \(ours): use the same version of both"
                )
            }
        }
        let words = try decoder.container(keyedBy: Word.self)
        let word = try words.onlyKey()
        func serial() throws -> UInt64 { try rest.decode(UInt64.self, forKey: .serial) }
        switch word {
        case .welcome:
            guard rest.contains(.version) else {
                throw rest.refuse(.version, "number of the protocol expected")
            }
            self = .welcome(try words.decode(Welcome.self, forKey: word))
        case .window: self = .window(try words.decode(Window.self, forKey: word), serial: try serial())
        case .preview:
            self = .preview(try words.decode(CommandOutcome.self, forKey: word), serial: try serial())
        case .outcome:
            self = .outcome(try words.decode(CommandOutcome.self, forKey: word), serial: try serial())
        case .reloaded:
            self = .reloaded(try words.decode(ReloadReport.self, forKey: word), serial: try serial())
        case .history: self = .history(try words.decode(HistoryPage.self, forKey: word), serial: try serial())
        case .replay: self = .replay(try words.decode(ReplayReport.self, forKey: word), serial: try serial())
        case .statistics:
            self = .statistics(try words.decode([Metric].self, forKey: word), serial: try serial())
        case .explanation:
            self = .explanation(try words.decode(ExplainAnswer.self, forKey: word), serial: try serial())
        case .messages:
            self = .messages(try words.decode(MessagesPage.self, forKey: word), serial: try serial())
        case .values:
            self = .values(try words.decode([SeenValue].self, forKey: word), serial: try serial())
        case .acts: self = .acts(try words.decode(ActList.self, forKey: word), serial: try serial())
        case .route: self = .route(try words.decode(RouteAnswer.self, forKey: word), serial: try serial())
        case .progress: self = .progress(try words.decode(ActProgress.self, forKey: word))
        case .notice: self = .notice(try words.decode(Notice.self, forKey: word))
        case .lost: self = .lost(try words.decode(String.self, forKey: word))
        }
    }

    /// Writes `{WORD: {…}, "serial": N}`; of the first line `{"protocol": N, "welcome": {…}}`.
    public func encode(to encoder: any Encoder) throws {
        var words = encoder.container(keyedBy: Word.self)
        var rest = encoder.container(keyedBy: Rest.self)
        switch self {
        case .welcome(let welcome):
            try rest.encode(LinkCodec.protocolVersion, forKey: .version)
            try words.encode(welcome, forKey: .welcome)
        case .window(let window, _): try words.encode(window, forKey: .window)
        case .preview(let outcome, _): try words.encode(outcome, forKey: .preview)
        case .outcome(let outcome, _): try words.encode(outcome, forKey: .outcome)
        case .reloaded(let report, _): try words.encode(report, forKey: .reloaded)
        case .history(let page, _): try words.encode(page, forKey: .history)
        case .replay(let report, _): try words.encode(report, forKey: .replay)
        case .statistics(let metrics, _): try words.encode(metrics, forKey: .statistics)
        case .explanation(let answer, _): try words.encode(answer, forKey: .explanation)
        case .messages(let page, _): try words.encode(page, forKey: .messages)
        case .values(let values, _): try words.encode(values, forKey: .values)
        case .acts(let list, _): try words.encode(list, forKey: .acts)
        case .route(let answer, _): try words.encode(answer, forKey: .route)
        case .progress(let progress): try words.encode(progress, forKey: .progress)
        case .notice(let notice): try words.encode(notice, forKey: .notice)
        case .lost(let reason): try words.encode(reason, forKey: .lost)
        }
        if let serial { try rest.encode(serial, forKey: .serial) }
    }

    /// The number of the request that it answers; nil if nobody asked.
    public var serial: UInt64? {
        switch self {
        case .window(_, let serial), .preview(_, let serial), .outcome(_, let serial),
            .reloaded(_, let serial),
            .history(_, let serial), .replay(_, let serial), .statistics(_, let serial),
            .explanation(_, let serial), .messages(_, let serial), .values(_, let serial),
            .acts(_, let serial), .route(_, let serial):
            serial
        case .welcome, .progress, .notice, .lost: nil
        }
    }
}

extension ExplainQuery: Codable {
    private enum CodingKeys: String, CodingKey { case from, aor, transport }

    /// Reads source and address of record, and the transport, `udp` if it is left out.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            from: try members.text(.from, most: WindowQuery.mostBytes),
            aor: try members.text(.aor, most: WindowQuery.mostBytes),
            transport: members.contains(.transport) ? try members.text(.transport, most: 16) : "udp"
        )
    }

    /// Writes all three.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(from, forKey: .from)
        try members.encode(aor, forKey: .aor)
        try members.encode(transport, forKey: .transport)
    }
}
