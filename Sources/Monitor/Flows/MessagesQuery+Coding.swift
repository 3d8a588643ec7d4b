internal import SIPMessage

// Asked by other programs over the control socket: what they may say is bounded here.

extension MessagesQuery: Codable {
    private enum CodingKeys: String, CodingKey { case filter, failuresOnly, kind, ids, newest, after, upTo }

    /// Reads which attempts are wanted; all that is left out is as in `init`.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let ids = try members.decodeIfPresent([AttemptID].self, forKey: .ids) ?? []
        guard ids.count <= Self.mostIDs else {
            throw DecodingError.dataCorruptedError(
                forKey: .ids,
                in: members,
                debugDescription: "at most \(Self.mostIDs) attempts expected"
            )
        }
        self.init(
            filter: try members.filter(.filter, for: .attempts),
            failuresOnly: try members.decodeIfPresent(Bool.self, forKey: .failuresOnly) ?? false,
            kind: try members.decodeIfPresent(RequestKind.self, forKey: .kind) ?? .registrations,
            ids: ids,
            newest: try members.decodeIfPresent(Int.self, forKey: .newest),
            after: try members.decodeIfPresent(AttemptID.self, forKey: .after),
            upTo: try members.decodeIfPresent(AttemptID.self, forKey: .upTo)
        )
    }

    /// Writes what is not as usual.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encodeIfPresent(filter?.text, forKey: .filter)
        if failuresOnly { try members.encode(true, forKey: .failuresOnly) }
        if kind != .registrations { try members.encode(kind, forKey: .kind) }
        if !ids.isEmpty { try members.encode(ids, forKey: .ids) }
        try members.encodeIfPresent(newest, forKey: .newest)
        try members.encodeIfPresent(after, forKey: .after)
        try members.encodeIfPresent(upTo, forKey: .upTo)
    }
}
