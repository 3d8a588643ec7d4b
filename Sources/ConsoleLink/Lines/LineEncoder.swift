/// What a value sees of a `LineWriter` while it writes itself.
struct LineEncoder: Encoder {
    let writer: LineWriter
    /// Where the value's own object or list stands among those that are open.
    let level: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        writer.begin(0x7b, at: level)
        return KeyedEncodingContainer(LineMembers(writer: writer, level: level))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        writer.begin(0x5b, at: level)
        return LineElements(writer: writer, level: level)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { LineScalar(writer: writer) }
}

/// An object.
private struct LineMembers<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: LineWriter
    let level: Int

    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) throws {
        writer.member(key, at: level)
        writer.append("null")
    }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        writer.member(key, at: level)
        try writer.write(value)
    }

    func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type,
        forKey key: Key,
    ) -> KeyedEncodingContainer<Inner> {
        superEncoder(forKey: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        superEncoder(forKey: key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        writer.member(SuperKey.super, at: level)
        return LineEncoder(writer: writer, level: level + 1)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        writer.member(key, at: level)
        return LineEncoder(writer: writer, level: level + 1)
    }
}

private enum SuperKey: String, CodingKey { case `super` }

/// A list.
private struct LineElements: UnkeyedEncodingContainer {
    let writer: LineWriter
    let level: Int
    private(set) var count = 0

    var codingPath: [any CodingKey] { [] }

    init(writer: LineWriter, level: Int) {
        self.writer = writer
        self.level = level
    }

    mutating func encodeNil() throws {
        next()
        writer.append("null")
    }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        next()
        try writer.write(value)
    }

    mutating func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner>
    {
        superEncoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        superEncoder().unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        next()
        return LineEncoder(writer: writer, level: level + 1)
    }

    private mutating func next() {
        writer.element(at: level)
        count += 1
    }
}

/// A value without parts.
private struct LineScalar: SingleValueEncodingContainer {
    let writer: LineWriter

    var codingPath: [any CodingKey] { [] }

    func encodeNil() throws { writer.append("null") }
    func encode(_ value: Bool) throws { writer.append(value ? "true" : "false") }
    func encode(_ value: String) throws { writer.append(text: value) }
    func encode(_ value: Double) throws { writer.append(value) }
    func encode(_ value: Float) throws { writer.append(Double(value)) }
    func encode(_ value: Int) throws { writer.append(value) }
    func encode(_ value: Int8) throws { writer.append(value) }
    func encode(_ value: Int16) throws { writer.append(value) }
    func encode(_ value: Int32) throws { writer.append(value) }
    func encode(_ value: Int64) throws { writer.append(value) }
    func encode(_ value: UInt) throws { writer.append(value) }
    func encode(_ value: UInt8) throws { writer.append(value) }
    func encode(_ value: UInt16) throws { writer.append(value) }
    func encode(_ value: UInt32) throws { writer.append(value) }
    func encode(_ value: UInt64) throws { writer.append(value) }
    func encode<Value: Encodable>(_ value: Value) throws { try writer.write(value) }
}
