/// The lines of the control socket: each is one JSON object, in UTF-8 and without a line break in it.
///
/// The page <doc:Protocol> says what stands in them. Reading is total: whatever the bytes are, it ends with a value or
/// a sentence, within memory that the limits bound.
public enum LinkCodec {
    /// The protocol that is spoken here; the first line of a server names its own.
    public static let protocolVersion = 1

    /// Most bytes of a request and of an update, without the line break.
    public static let mostRequestBytes = 4 << 20, mostUpdateBytes = 64 << 20

    /// Most values, names of members counted too, of a request and of an update.
    private static let mostRequestValues = 250_000, mostUpdateValues = 8_000_000

    /// Any value as one line of JSON, without the line break; what can't be said in JSON is `null`.
    ///
    /// Members that are nil are left out. Whatever might disturb a terminal stands as `\u001b`. Bytes (`[UInt8]`) are
    /// a string where they are UTF-8, else `{"hex": "…"}`.
    public static func encode(_ value: some Encodable) -> [UInt8] {
        let writer = LineWriter()
        do {
            try writer.write(value)
            return writer.finished()
        } catch {
            return Array("null".utf8)
        }
    }

    /// Reads a line from a console.
    public static func request(_ line: Span<UInt8>) throws(LinkError) -> LinkRequest {
        try read(LinkRequest.self, line, mostBytes: mostRequestBytes, mostValues: mostRequestValues)
    }

    /// Reads a line from a registrar; a newer protocol than ours is an error that says so.
    public static func update(_ line: Span<UInt8>) throws(LinkError) -> LinkUpdate {
        try read(LinkUpdate.self, line, mostBytes: mostUpdateBytes, mostValues: mostUpdateValues)
    }

    /// Reads a line that `encode` has written, as an update's limits allow.
    public static func decode<Value: Decodable>(
        _ type: Value.Type,
        _ line: Span<UInt8>,
    ) throws(LinkError) -> Value {
        try read(type, line, mostBytes: mostUpdateBytes, mostValues: mostUpdateValues)
    }

    private static func read<Value: Decodable>(
        _ type: Value.Type,
        _ line: Span<UInt8>,
        mostBytes: Int,
        mostValues: Int,
    ) throws(LinkError) -> Value {
        guard line.count <= mostBytes else {
            throw LinkError(.limit, "the line is too long: at most \(mostBytes) bytes are read")
        }
        let tree = try LineTree(line, mostValues: mostValues)
        do {
            return try tree.decode(type, at: 0)
        } catch let error as LinkError {
            throw error
        } catch {
            throw LinkError(reading: error)
        }
    }
}

extension LinkError {
    /// The sentence of an error that a type has thrown while it was read.
    fileprivate init(reading error: any Error) {
        guard let error = error as? DecodingError else {
            self.init(.value, "a value is not as it must be")
            return
        }
        switch error {
        case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context):
            self.init(.value, at: LineTree.text(of: context.codingPath), context.debugDescription)
        case .keyNotFound(let key, let context):
            self.init(.value, at: LineTree.text(of: context.codingPath), "\(key.stringValue) is missing")
        @unknown default:
            self.init(.value, "a value is not as it must be")
        }
    }
}
