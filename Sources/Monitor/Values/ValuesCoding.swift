internal import SIPMessage

extension ValuesQuery: Codable {
    private enum CodingKeys: String, CodingKey { case of, field, prefix }

    /// Reads the list, the field and what is typed; without the last, all values count.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let list = try members.text(.of, most: 16)
        guard let subject = Filter.Subject(rawValue: list) else {
            let known = Filter.Subject.allCases.map(\.rawValue).joined(separator: ", ")
            throw members.refuse(.of, "one of \(known) expected")
        }
        self.init(
            subject: subject,
            field: try members.text(.field, most: 32),
            prefix: members.contains(.prefix) ? try members.text(.prefix, most: WindowQuery.mostBytes) : ""
        )
    }

    /// Writes all three.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(subject.rawValue, forKey: .of)
        try members.encode(field, forKey: .field)
        try members.encode(prefix, forKey: .prefix)
    }
}
