internal import SIPMessage
internal import Timing

// Acts come from other programs over the control socket: what they may say is bounded here.

extension BindingID: Codable {
    /// Reads 16 hexadecimal digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = BindingID(hexadecimal: try container.decode(String.self).utf8) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "binding expected, 16 hexadecimal digits"
            )
        }
        self = id
    }

    /// Writes `hexadecimal`: a number of 64 bits is more than many readers of JSON can hold.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hexadecimal)
    }

    /// The 16 lower-case hexadecimal digits by which other programs name the binding.
    public var hexadecimal: String {
        var digits: [UInt8] = []
        digits.reserveCapacity(16)
        digits.appendHexadecimal(rawValue, digits: 16)
        return String(decoding: digits, as: UTF8.self)
    }

    /// Reads exactly 16 hexadecimal digits; `nil` if the text is anything else.
    public init?(hexadecimal text: some Sequence<UInt8>) {
        var number: UInt64 = 0
        var count = 0
        for byte in text {
            guard let digit = byte.hexDigit, count < 16 else { return nil }
            number = number << 4 | UInt64(digit)
            count += 1
        }
        guard count == 16 else { return nil }
        self.init(rawValue: number)
    }
}

extension BindingTarget: Codable {
    /// Reads `ID/VERSION`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        let parts = text.utf8.split(separator: 0x2f, maxSplits: 1, omittingEmptySubsequences: false)
        guard
            parts.count == 2, let id = BindingID(hexadecimal: parts[0]),
            parts[1].allSatisfy(\.isDigit), let version = UInt32(String(parts[1]) ?? "")
        else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "binding and version expected, as 00000000000000a7/3"
            )
        }
        self.init(id: id, version: version)
    }

    /// Writes `ID/VERSION`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode("\(id.hexadecimal)/\(version)")
    }
}

extension CommandID: Codable {
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

extension BlockSubject: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case aor, source }

    /// Reads `{"aor": …}` or `{"source": …}`; an address of record has 1,024 bytes at most.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        switch try members.onlyKey() {
        case .aor: self = .aor(try members.bytes(.aor, most: OperatorCommand.mostBytes))
        case .source: self = .source(try members.decode(IPAddress.self, forKey: .source))
        }
    }

    /// Writes an object of one member, which names the case.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .aor(let aor): try members.encode(aor, forKey: .aor)
        case .source(let address): try members.encode(address, forKey: .source)
        }
    }
}

extension OperatorVerb: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case expire, evict, block, unblock, drain, undo, abort
    }
    private enum Members: String, CodingKey {
        case targets, subject, subjects, on, act
        case length = "for", refuseFor
    }

    /// Reads an object of one member, which names the verb; lengths of time are above zero.
    public init(from decoder: any Decoder) throws {
        let verbs = try decoder.container(keyedBy: CodingKeys.self)
        let verb = try verbs.onlyKey()
        let members = try verbs.nestedContainer(keyedBy: Members.self, forKey: verb)
        func length(_ key: Members) throws -> Interval? {
            let length = try members.decodeIfPresent(Interval.self, forKey: key)
            if let length, length <= .zero { throw members.refuse(key, "nanoseconds above zero expected") }
            return length
        }
        func targets() throws -> [BindingTarget] {
            try members.decodeIfPresent([BindingTarget].self, forKey: .targets) ?? []
        }
        func subject() throws -> BlockSubject { try members.decode(BlockSubject.self, forKey: .subject) }
        func subjects() throws -> [BlockSubject] {
            guard members.contains(.subjects) else { return [try subject()] }
            let subjects = try members.decode([BlockSubject].self, forKey: .subjects)
            guard !subjects.isEmpty else { throw members.refuse(.subjects, "at least one expected") }
            return subjects
        }
        switch verb {
        case .expire: self = .expire(try targets())
        case .evict: self = .evict(try targets(), refuseFor: try length(.refuseFor))
        case .block: self = .block(try subjects(), for: try length(.length))
        case .unblock: self = .unblock(try subject())
        case .drain: self = .drain(try members.decode(Bool.self, forKey: .on), for: try length(.length))
        case .undo: self = .undo(try members.decode(CommandID.self, forKey: .act))
        case .abort: self = .abort(try members.decode(CommandID.self, forKey: .act))
        }
    }

    /// Writes an object of one member, which names the verb.
    public func encode(to encoder: any Encoder) throws {
        var verbs = encoder.container(keyedBy: CodingKeys.self)
        func members(_ key: CodingKeys) -> KeyedEncodingContainer<Members> {
            verbs.nestedContainer(keyedBy: Members.self, forKey: key)
        }
        switch self {
        case .expire(let targets):
            var members = members(.expire)
            try members.encode(targets, forKey: .targets)
        case .evict(let targets, let refuseFor):
            var members = members(.evict)
            try members.encode(targets, forKey: .targets)
            try members.encodeIfPresent(refuseFor, forKey: .refuseFor)
        case .block(let subjects, let length):
            var members = members(.block)
            if let subject = subjects.first, subjects.count == 1 {
                try members.encode(subject, forKey: .subject)
            } else {
                try members.encode(subjects, forKey: .subjects)
            }
            try members.encodeIfPresent(length, forKey: .length)
        case .unblock(let subject):
            var members = members(.unblock)
            try members.encode(subject, forKey: .subject)
        case .drain(let on, let length):
            var members = members(.drain)
            try members.encode(on, forKey: .on)
            try members.encodeIfPresent(length, forKey: .length)
        case .undo(let act):
            var members = members(.undo)
            try members.encode(act, forKey: .act)
        case .abort(let act):
            var members = members(.abort)
            try members.encode(act, forKey: .act)
        }
    }
}

extension OperatorCommand: Codable {
    /// Most bytes of an address of record or a reason that comes from another program.
    public static let mostBytes = 1_024

    private enum CodingKeys: String, CodingKey { case reason, rate, by }
    private static let nobody = OperatorIdentity(user: "", from: "", terminal: "")

    /// Reads the verb's object with `reason`, `rate` and `by` beside the verb; all may be left out.
    ///
    /// Who sits at the other end of a socket is what the socket says, never what stands in `by`.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let rate = try members.decodeIfPresent(Int.self, forKey: .rate)
        if let rate, !(1...Self.mostPerSecond).contains(rate) {
            throw members.refuse(.rate, "bindings a second expected, from 1 to \(Self.mostPerSecond)")
        }
        self.init(
            verb: try OperatorVerb(from: decoder),
            reason: members.contains(.reason) ? try members.text(.reason, most: Self.mostBytes) : "",
            by: try members.decodeIfPresent(OperatorIdentity.self, forKey: .by) ?? Self.nobody,
            rate: rate
        )
    }

    /// Writes the verb's object with `reason` and, if there are any, `rate` and `by` beside the verb.
    public func encode(to encoder: any Encoder) throws {
        try verb.encode(to: encoder)
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(reason, forKey: .reason)
        try members.encodeIfPresent(rate, forKey: .rate)
        if by != Self.nobody { try members.encode(by, forKey: .by) }
    }
}

extension CommandOutcome: Codable {
    private enum CodingKeys: String, CodingKey {
        case act, refusal, targets, unlisted, unreachable, undoUntil, takenBy, progress, reach
    }
    private struct Target: Codable {
        var outcome: TargetOutcome
        var binding: Binding
    }

    /// Reads what `encode` writes.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try members.decodeIfPresent(CommandID.self, forKey: .act),
            refusal: try members.decodeIfPresent(String.self, forKey: .refusal),
            targets: try members.decode([Target].self, forKey: .targets).map { ($0.binding, $0.outcome) },
            unreachable: try members.decode(Int.self, forKey: .unreachable),
            undoUntil: try members.decodeIfPresent(Timestamp.self, forKey: .undoUntil)
        )
        unlisted = try members.decodeIfPresent(OutcomeCounts.self, forKey: .unlisted) ?? OutcomeCounts()
        takenBy = try members.decodeIfPresent([TakenBy].self, forKey: .takenBy) ?? []
        progress = try members.decodeIfPresent(ActProgress.self, forKey: .progress)
        reach = try members.decodeIfPresent(BlockReach.self, forKey: .reach)
    }

    /// Writes the number of the act as `act`, and each target with its outcome.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encodeIfPresent(id, forKey: .act)
        try members.encodeIfPresent(refusal, forKey: .refusal)
        try members.encode(targets.map { Target(outcome: $0.outcome, binding: $0.binding) }, forKey: .targets)
        try members.encode(unreachable, forKey: .unreachable)
        try members.encodeIfPresent(undoUntil, forKey: .undoUntil)
        if unlisted != OutcomeCounts() { try members.encode(unlisted, forKey: .unlisted) }
        if !takenBy.isEmpty { try members.encode(takenBy, forKey: .takenBy) }
        try members.encodeIfPresent(progress, forKey: .progress)
        try members.encodeIfPresent(reach, forKey: .reach)
    }
}

extension Badges: Codable {
    /// Reads a list of names; one that isn't known, of a newer version, is left out.
    public init(from decoder: any Decoder) throws {
        self = []
        for word in try decoder.singleValueContainer().decode([String].self) {
            if let entry = Self.names.first(where: { $0.name == word }) { insert(entry.badge) }
        }
    }

    /// Writes a list of names.
    public func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for (badge, name) in Self.names where contains(badge) { try list.encode(name) }
    }
}

extension HistoryQuery: Codable {
    private enum CodingKeys: String, CodingKey { case aor, since, before, limit }

    /// Reads what is wanted; what is left out is as in `init`, and a limit beyond the maximum is the maximum.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let aor = members.contains(.aor) ? try members.bytes(.aor, most: OperatorCommand.mostBytes) : nil
        let limit = try members.decodeIfPresent(Int.self, forKey: .limit)
        self.init(
            aor: aor,
            since: try members.decodeIfPresent(WallTime.self, forKey: .since),
            before: try members.decodeIfPresent(WallTime.self, forKey: .before)
        )
        if let limit { self.limit = max(0, min(limit, Self.maximum)) }
    }

    /// Writes all of it.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encodeIfPresent(aor, forKey: .aor)
        try members.encodeIfPresent(since, forKey: .since)
        try members.encodeIfPresent(before, forKey: .before)
        try members.encode(limit, forKey: .limit)
    }
}
