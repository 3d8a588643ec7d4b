/// A small enum that travels as a word: what another program reads must not hang on a case's number.
public protocol WordCodable: Codable, CaseIterable, RawRepresentable {
    /// The word of the case: another one for each, and the same for ever.
    var codingWord: String { get }
}

extension WordCodable where RawValue == UInt8 {
    /// Reads the word; throws with the words that there are.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let word = try container.decode(String.self)
        guard let value = Self.allCases.first(where: { $0.codingWord == word }) else {
            let words = Self.allCases.map(\.codingWord).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "one of these expected: \(words)"
            )
        }
        self = value
    }

    /// Writes the word.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(codingWord)
    }
}

extension KeyedDecodingContainer where Key: CaseIterable {
    /// The one member that is there and whose name says which case of an enum is meant; throws if there is none of
    /// those that are known, or more than one.
    public func onlyKey() throws -> Key {
        let keys = allKeys
        if let key = keys.first, keys.count == 1 { return key }
        let words = Key.allCases.map(\.stringValue).joined(separator: ", ")
        throw DecodingError.dataCorrupted(
            DecodingError.Context(
                codingPath: codingPath,
                debugDescription: "exactly one of these expected: \(words)"
            )
        )
    }
}

extension KeyedDecodingContainer {
    /// Throws that a member is not as it must be; the sentence says what was expected.
    public func refuse(_ key: Key, _ sentence: String) -> DecodingError {
        DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: sentence)
    }

    /// A text of at most so many bytes.
    public func text(_ key: Key, most: Int) throws -> String {
        let text = try decode(String.self, forKey: key)
        guard text.utf8.count <= most else { throw refuse(key, "at most \(most) bytes expected") }
        return text
    }

    /// Bytes, at most so many.
    public func bytes(_ key: Key, most: Int) throws -> [UInt8] {
        let bytes = try decode([UInt8].self, forKey: key)
        guard bytes.count <= most else { throw refuse(key, "at most \(most) bytes expected") }
        return bytes
    }
}
