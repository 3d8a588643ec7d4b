internal import SIPMessage

extension LineTree {
    /// Reads a value from a node.
    func decode<Value: Decodable>(_ type: Value.Type, at node: Int) throws -> Value {
        if type == [UInt8].self, let bytes = try rawBytes(at: node) as? Value { return bytes }
        return try type.init(from: LineDecoder(tree: self, node: node))
    }

    /// What was expected and isn't there.
    func expected(_ what: String, at node: Int) -> LinkError {
        LinkError(.value, at: Self.text(of: path(to: node)), "\(what) expected")
    }

    /// The names and positions that lead to a node.
    func path(to node: Int) -> [any CodingKey] {
        var path: [LineKey] = []
        var node = node
        while node > 0 {
            let parent = nodes[node].parent
            if nodes[parent].kind == .string {
                path.append(LineKey(stringValue: string(at: parent)))
                node = nodes[parent].parent
            } else {
                var index = 0
                var other = parent + 1
                while other < node, nodes[parent].kind == .list {
                    index += 1
                    other = nodes[other].next
                }
                path.append(LineKey(intValue: index))
                node = parent
            }
        }
        return path.reversed()
    }

    /// `query.anchor.rank`, `bindings.3.state`
    static func text(of path: [any CodingKey]) -> String {
        path.map { String($0.stringValue.prefix(40)) }.joined(separator: ".")
    }

    /// The text of a string's node.
    func string(at node: Int) -> String {
        withBytes(of: node) { bytes in
            bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// A string's bytes, or those that `{"hex": "…"}` stands for.
    private func rawBytes(at node: Int) throws(LinkError) -> [UInt8] {
        if nodes[node].kind == .string { return copy(of: node) }
        guard
            nodes[node].kind == .object, nodes[node].count == 1, string(at: node + 1) == "hex",
            nodes[node + 2].kind == .string, nodes[node + 2].count % 2 == 0
        else { throw expected("string, or {\"hex\": \"DIGITS\"},", at: node) }
        let digits = copy(of: node + 2)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index].hexDigit, let low = digits[index + 1].hexDigit else {
                throw expected("hexadecimal digits", at: node + 2)
            }
            bytes.append(UInt8(high) << 4 | UInt8(low))
        }
        return bytes
    }

    private func copy(of node: Int) -> [UInt8] {
        withBytes(of: node) { span in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(span.count)
            bytes.append(span)
            return bytes
        }
    }

    /// A whole number that fits its type.
    func integer<Number: FixedWidthInteger>(_ type: Number.Type, at node: Int) throws(LinkError) -> Number {
        guard nodes[node].kind == .whole, let number = withBytes(of: node, { Number(decimal: $0) }) else {
            throw expected("whole number from \(Number.min) to \(Number.max)", at: node)
        }
        return number
    }

    /// A number; those that are none stand there as strings.
    func double(at node: Int) throws(LinkError) -> Double {
        let text = string(at: node)
        switch (nodes[node].kind, text) {
        case (.whole, _), (.fraction, _):
            if let number = Double(text), number.isFinite { return number }
        case (.string, "NaN"): return .nan
        case (.string, "Infinity"): return .infinity
        case (.string, "-Infinity"): return -.infinity
        default: break
        }
        throw expected("number", at: node)
    }

    /// The node of a member's value; nil if the object has none of this name.
    func member(_ name: String, of object: Int) -> Int? {
        var name = name
        return name.withUTF8 { wanted in
            let wanted = Span(_unsafeElements: wanted)
            if likely < nodes.count, nodes[likely].parent == object, isNamed(wanted, likely) {
                return likely + 1
            }
            var node = object + 1
            let end = nodes[object].next
            while node < end {
                if isNamed(wanted, node) { return node + 1 }
                node = nodes[node].next
            }
            return nil
        }
    }

    private func isNamed(_ wanted: Span<UInt8>, _ node: Int) -> Bool {
        guard nodes[node].count == wanted.count else { return false }
        return withBytes(of: node) { name in
            for index in name.indices where name[index] != wanted[index] { return false }
            return true
        }
    }
}

extension FixedWidthInteger {
    /// Reads an optional minus and digits; nil if the number doesn't fit.
    fileprivate init?(decimal text: Span<UInt8>) {
        let isNegative = text.count > 0 && text[0] == 0x2d
        var value: Self = 0
        for index in (isNegative ? 1 : 0)..<text.count {
            let digit = Self(truncatingIfNeeded: text[index] &- 0x30)
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, carries) =
                isNegative
                ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !tooLarge, !carries else { return nil }
            value = sum
        }
        self = value
    }
}

/// A name or position on the way to a value.
private struct LineKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}

/// What a value sees of a `LineTree` while it reads itself.
private struct LineDecoder: Decoder {
    let tree: LineTree
    let node: Int

    var codingPath: [any CodingKey] { tree.path(to: node) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard tree.nodes[node].kind == .object else { throw tree.expected("object", at: node) }
        return KeyedDecodingContainer(LineMembers(tree: tree, node: node))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard tree.nodes[node].kind == .list else { throw tree.expected("list", at: node) }
        return LineElements(tree: tree, node: node, next: node + 1)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        LineScalar(tree: tree, node: node)
    }
}

/// An object.
private struct LineMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let tree: LineTree
    let node: Int

    var codingPath: [any CodingKey] { tree.path(to: node) }

    var allKeys: [Key] {
        var keys: [Key] = []
        var name = node + 1
        while name < tree.nodes[node].next {
            if let key = Key(stringValue: tree.string(at: name)) { keys.append(key) }
            name = tree.nodes[name].next
        }
        return keys
    }

    func contains(_ key: Key) -> Bool { tree.member(key.stringValue, of: node) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { tree.nodes[try value(key)].kind == .null }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let member = try value(key)
        let result = try tree.decode(type, at: member)
        tree.likely = tree.nodes[member].next
        return result
    }

    private func value(_ key: Key) throws(LinkError) -> Int {
        if let member = tree.member(key.stringValue, of: node) { return member }
        throw LinkError(.value, at: LineTree.text(of: codingPath), "\(key.stringValue) is missing")
    }

    func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type,
        forKey key: Key,
    ) throws -> KeyedDecodingContainer<Inner> {
        try superDecoder(forKey: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try superDecoder(forKey: key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        guard let member = tree.member("super", of: node) else { throw tree.expected("super", at: node) }
        return LineDecoder(tree: tree, node: member)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { LineDecoder(tree: tree, node: try value(key)) }
}

/// A list.
private struct LineElements: UnkeyedDecodingContainer {
    let tree: LineTree
    let node: Int
    var next: Int
    var currentIndex = 0

    var codingPath: [any CodingKey] { tree.path(to: node) }
    var count: Int? { tree.nodes[node].count }
    var isAtEnd: Bool { next >= tree.nodes[node].next }

    private mutating func take() throws(LinkError) -> Int {
        guard !isAtEnd else { throw tree.expected("another element", at: node) }
        let element = next
        next = tree.nodes[element].next
        currentIndex += 1
        return element
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, tree.nodes[next].kind == .null else { return false }
        _ = try take()
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try tree.decode(type, at: take())
    }

    mutating func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type,
    ) throws -> KeyedDecodingContainer<Inner> {
        try superDecoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try superDecoder().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { LineDecoder(tree: tree, node: try take()) }
}

/// A value without parts.
private struct LineScalar: SingleValueDecodingContainer {
    let tree: LineTree
    let node: Int

    var codingPath: [any CodingKey] { tree.path(to: node) }

    func decodeNil() -> Bool { tree.nodes[node].kind == .null }

    func decode(_ type: Bool.Type) throws -> Bool {
        switch tree.nodes[node].kind {
        case .yes: true
        case .no: false
        default: throw tree.expected("true or false", at: node)
        }
    }

    func decode(_ type: String.Type) throws -> String {
        guard tree.nodes[node].kind == .string else { throw tree.expected("string", at: node) }
        return tree.string(at: node)
    }

    func decode(_ type: Double.Type) throws -> Double { try tree.double(at: node) }
    func decode(_ type: Float.Type) throws -> Float { Float(try tree.double(at: node)) }
    func decode(_ type: Int.Type) throws -> Int { try tree.integer(type, at: node) }
    func decode(_ type: Int8.Type) throws -> Int8 { try tree.integer(type, at: node) }
    func decode(_ type: Int16.Type) throws -> Int16 { try tree.integer(type, at: node) }
    func decode(_ type: Int32.Type) throws -> Int32 { try tree.integer(type, at: node) }
    func decode(_ type: Int64.Type) throws -> Int64 { try tree.integer(type, at: node) }
    func decode(_ type: UInt.Type) throws -> UInt { try tree.integer(type, at: node) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try tree.integer(type, at: node) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try tree.integer(type, at: node) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try tree.integer(type, at: node) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try tree.integer(type, at: node) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try tree.decode(type, at: node) }
}
