// A filter travels as its text and is parsed anew at the other end.

extension Filter {
    /// Most bytes of a filter that comes from another program.
    public static let mostBytes = 4_096
}

extension KeyedDecodingContainer {
    /// Reads a filter from its text; nil if the member isn't there, or is blank. Throws the sentence of `FilterError`.
    public func filter(_ key: Key, for subject: Filter.Subject) throws -> Filter? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        let text = try decode(String.self, forKey: key)
        guard text.utf8.count <= Filter.mostBytes else {
            throw DecodingError.dataCorruptedError(
                forKey: key,
                in: self,
                debugDescription: "at most \(Filter.mostBytes) bytes expected"
            )
        }
        guard text.contains(where: { $0 != " " }) else { return nil }
        do throws(FilterError) {
            return try Filter(text, for: subject)
        } catch {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: error.description)
        }
    }
}
