internal import SIPMessage

extension SecurityKey: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case source, user, agent, others }
    private enum Nothing: CodingKey {}

    /// Reads an object of one member, which names the case.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        switch try members.onlyKey() {
        case .source: self = .source(try members.decode(IPAddress.self, forKey: .source))
        case .user: self = .user(try members.decode(String.self, forKey: .user))
        case .agent: self = .agent(try members.decode(String.self, forKey: .agent))
        case .others: self = .others
        }
    }

    /// Writes an object of one member, which names the case.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .source(let address): try members.encode(address, forKey: .source)
        case .user(let user): try members.encode(user, forKey: .user)
        case .agent(let agent): try members.encode(agent, forKey: .agent)
        case .others: _ = members.nestedContainer(keyedBy: Nothing.self, forKey: .others)
        }
    }
}

/// Thresholds travel as an object with a member for each class.
extension AbuseClass: CodingKeyRepresentable {
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Its word.
    public var codingKey: any CodingKey { Key(stringValue: word) }

    /// The class of a word.
    public init?(codingKey: some CodingKey) {
        let word = codingKey.stringValue
        guard let value = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = value
    }
}
