internal import BindingTable
internal import SIPMessage

// Queries come from other programs over the control socket: what they may say is bounded here.

extension WindowQuery: Codable {
    private enum CodingKeys: String, CodingKey { case anchor, height }

    /// Most bytes of the texts of a query.
    public static let mostBytes = 1_024

    /// Reads the object of the subject with `anchor` and `height` beside it; without an anchor the window begins
    /// with the first row, and a height beyond the maximum is the maximum.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let height = try members.decode(Int.self, forKey: .height)
        self.init(
            subject: try Subject(from: decoder),
            anchor: try members.decodeIfPresent(Anchor.self, forKey: .anchor) ?? .rank(0),
            height: max(0, min(height, Self.maximumHeight))
        )
    }

    /// Writes the object of the subject with `anchor` and `height` beside it.
    public func encode(to encoder: any Encoder) throws {
        try subject.encode(to: encoder)
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(anchor, forKey: .anchor)
        try members.encode(height, forKey: .height)
    }
}

extension WindowQuery.Subject: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case bindings, binding, attempts, attempt, overview, log, audit, blocks, security, devices
    }
    private enum Members: String, CodingKey {
        case filter, order, failuresOnly, kind, containing, level, by, matching
    }

    /// Reads an object of one member, which names the subject.
    public init(from decoder: any Decoder) throws {
        let subjects = try decoder.container(keyedBy: CodingKeys.self)
        let subject = try subjects.onlyKey()
        func members() throws -> KeyedDecodingContainer<Members> {
            try subjects.nestedContainer(keyedBy: Members.self, forKey: subject)
        }
        /// The filter, or the member that took its place in earlier programs: a text, or the words of `matching`.
        func filter(_ list: Filter.Subject, or old: Members) throws -> Filter? {
            let members = try members()
            if members.contains(.filter) || !members.contains(old) {
                return try members.filter(.filter, for: list)
            }
            if old == .matching { return try members.filter(old, for: list) }
            return Filter(containing: try members.text(old, most: WindowQuery.mostBytes), for: list)
        }
        switch subject {
        case .bindings:
            let order = try members().decodeIfPresent(BindingOrder.self, forKey: .order)
            self = .bindings(
                filter: try members().filter(.filter, for: .bindings),
                order: order ?? BindingOrder()
            )
        case .binding: self = .binding(try subjects.decode(BindingID.self, forKey: .binding))
        case .attempts:
            let failuresOnly = try members().decodeIfPresent(Bool.self, forKey: .failuresOnly)
            let filter = try members().filter(.filter, for: .attempts)
            let kind = try members().decodeIfPresent(RequestKind.self, forKey: .kind)
            self = .attempts(
                filter: filter,
                failuresOnly: failuresOnly ?? false,
                kind: kind ?? .registrations
            )
        case .attempt: self = .attempt(try subjects.decode(AttemptID.self, forKey: .attempt))
        case .overview: self = .overview
        case .log:
            let level = try members().decodeIfPresent(Notice.Level.self, forKey: .level)
            self = .log(filter: try filter(.log, or: .containing), level: level ?? .debug)
        case .audit: self = .audit(filter: try filter(.audit, or: .containing))
        case .blocks: self = .blocks(filter: try members().filter(.filter, for: .blocks))
        case .security:
            let group = try members().decodeIfPresent(SecurityGroup.self, forKey: .by)
            self = .security(group ?? .source, filter: try filter(.security, or: .matching))
        case .devices:
            let group = try members().decodeIfPresent(DeviceGroup.self, forKey: .by)
            self = .devices(group ?? .agent, filter: try filter(.devices, or: .matching))
        }
    }

    /// Writes an object of one member, which names the subject.
    public func encode(to encoder: any Encoder) throws {
        var subjects = encoder.container(keyedBy: CodingKeys.self)
        func members(_ key: CodingKeys) -> KeyedEncodingContainer<Members> {
            subjects.nestedContainer(keyedBy: Members.self, forKey: key)
        }
        switch self {
        case .bindings(let filter, let order):
            var members = members(.bindings)
            try members.encodeIfPresent(filter?.expansion, forKey: .filter)
            try members.encode(order, forKey: .order)
        case .binding(let id): try subjects.encode(id, forKey: .binding)
        case .attempts(let filter, let failuresOnly, let kind):
            var members = members(.attempts)
            try members.encodeIfPresent(filter?.expansion, forKey: .filter)
            try members.encode(failuresOnly, forKey: .failuresOnly)
            if kind != .registrations { try members.encode(kind, forKey: .kind) }
        case .attempt(let id): try subjects.encode(id, forKey: .attempt)
        case .overview: _ = members(.overview)
        case .log(let filter, let level):
            var members = members(.log)
            try members.encodeIfPresent(filter?.expansion, forKey: .filter)
            try members.encode(level, forKey: .level)
        case .audit(let filter):
            var members = members(.audit)
            try members.encodeIfPresent(filter?.expansion, forKey: .filter)
        case .blocks(let filter):
            var members = members(.blocks)
            try members.encodeIfPresent(filter?.expansion, forKey: .filter)
        case .security(let group, let filter):
            var members = members(.security)
            try members.encode(group, forKey: .by)
            try members.encodeIfPresent(filter?.expansion, forKey: .filter)
        case .devices(let group, let filter):
            var members = members(.devices)
            try members.encode(group, forKey: .by)
            try members.encodeIfPresent(filter?.expansion, forKey: .filter)
        }
    }
}

extension WindowQuery.Anchor: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case rank, end, row }
    private enum Members: String, CodingKey { case offset }
    private enum Nothing: CodingKey {}

    /// Positions beyond this are taken as this: no list is so long.
    private static let most = Int(Int32.max)

    /// Reads `{"rank": N}`, `{"end": {}}` or `{"row": ROW, "offset": N}`.
    public init(from decoder: any Decoder) throws {
        let anchors = try decoder.container(keyedBy: CodingKeys.self)
        switch try anchors.onlyKey() {
        case .rank: self = .rank(max(0, min(try anchors.decode(Int.self, forKey: .rank), Self.most)))
        case .end: self = .end
        case .row:
            let members = try decoder.container(keyedBy: Members.self)
            let offset = try members.decodeIfPresent(Int.self, forKey: .offset) ?? 0
            let row = try anchors.decode(RowID.self, forKey: .row)
            self = .row(row, offset: max(-Self.most, min(offset, Self.most)))
        }
    }

    /// Writes an object whose first member names the case.
    public func encode(to encoder: any Encoder) throws {
        var anchors = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .rank(let rank): try anchors.encode(rank, forKey: .rank)
        case .end: _ = anchors.nestedContainer(keyedBy: Nothing.self, forKey: .end)
        case .row(let row, let offset):
            try anchors.encode(row, forKey: .row)
            var members = encoder.container(keyedBy: Members.self)
            try members.encode(offset, forKey: .offset)
        }
    }
}

extension RowID: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case binding, attempt, line }

    /// Reads an object of one member, which names the list.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        switch try members.onlyKey() {
        case .binding: self = .binding(try members.decode(BindingID.self, forKey: .binding))
        case .attempt: self = .attempt(try members.decode(AttemptID.self, forKey: .attempt))
        case .line: self = .line(try members.decode(UInt64.self, forKey: .line))
        }
    }

    /// Writes an object of one member, which names the list.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .binding(let id): try members.encode(id, forKey: .binding)
        case .attempt(let id): try members.encode(id, forKey: .attempt)
        case .line(let number): try members.encode(number, forKey: .line)
        }
    }
}

extension AttemptID: Codable {
    /// Reads the number.
    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(UInt64.self))
    }

    /// Writes the number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

extension BindingOrder: Codable {
    private enum CodingKeys: String, CodingKey { case column, descending }

    /// Reads column and direction; what is left out is as in `init`.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            column: try members.decodeIfPresent(BindingColumn.self, forKey: .column) ?? .aor,
            descending: try members.decodeIfPresent(Bool.self, forKey: .descending) ?? false
        )
    }

    /// Writes both.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(column, forKey: .column)
        try members.encode(descending, forKey: .descending)
    }
}

extension Window.Content: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case bindings, binding, attempts, attempt, overview, log, audit, blocks, security, devices, missing
    }
    private enum Nothing: CodingKey {}

    /// Reads an object of one member, which names the subject.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let key = try members.onlyKey()
        switch key {
        case .bindings: self = .bindings(try members.decode([BindingRow].self, forKey: key))
        case .binding: self = .binding(try members.decode(BindingDetail.self, forKey: key))
        case .attempts: self = .attempts(try members.decode([AttemptRow].self, forKey: key))
        case .attempt: self = .attempt(try members.decode(AttemptDetail.self, forKey: key))
        case .overview: self = .overview(try members.decode(Overview.self, forKey: key))
        case .log: self = .log(try members.decode([LogLine].self, forKey: key))
        case .audit: self = .audit(try members.decode([AuditLine].self, forKey: key))
        case .blocks: self = .blocks(try members.decode([Block].self, forKey: key))
        case .security: self = .security(try members.decode(SecurityPicture.self, forKey: key))
        case .devices: self = .devices(try members.decode(DevicePicture.self, forKey: key))
        case .missing: self = .missing
        }
    }

    /// Writes an object of one member, which names the subject.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .bindings(let rows): try members.encode(rows, forKey: .bindings)
        case .binding(let detail): try members.encode(detail, forKey: .binding)
        case .attempts(let rows): try members.encode(rows, forKey: .attempts)
        case .attempt(let detail): try members.encode(detail, forKey: .attempt)
        case .overview(let numbers): try members.encode(numbers, forKey: .overview)
        case .log(let lines): try members.encode(lines, forKey: .log)
        case .audit(let lines): try members.encode(lines, forKey: .audit)
        case .blocks(let blocks): try members.encode(blocks, forKey: .blocks)
        case .security(let picture): try members.encode(picture, forKey: .security)
        case .devices(let picture): try members.encode(picture, forKey: .devices)
        case .missing: _ = members.nestedContainer(keyedBy: Nothing.self, forKey: .missing)
        }
    }
}
