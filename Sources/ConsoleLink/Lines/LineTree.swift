internal import SIPMessage

/// A line of JSON taken apart: its values in one flat list, each knowing where it ends, so that a value is found and
/// skipped without looking into it.
///
/// Strictly by RFC 8259, and stricter where that leaves room: UTF-8 only, no lone surrogates, no name twice in one
/// object. A class, so that the containers of `Decoder` share it; nobody else sees it.
final class LineTree {
    /// What a value is.
    enum Kind: UInt8 {
        case null, yes, no, whole, fraction, string, list, object
    }

    /// A value, or the name of a member, which stands before its value.
    struct Node {
        var kind: Kind
        /// Its bytes stand in `texts`, for there were escapes in them, else in `bytes`.
        var isUnescaped = false
        /// Where its bytes are; of a list or object the number of its elements or members is `count`.
        var start = 0, count = 0
        /// The node after its last part.
        var next: Int
        /// The list or object, or the member's name, that it belongs to.
        var parent: Int
    }

    /// Most lists and objects within each other, and members of an object.
    static let mostDepth = 32, mostMembers = 256

    private(set) var nodes: [Node] = []
    private let bytes: [UInt8]
    private var texts: [UInt8] = []
    private var position = 0
    private let mostValues: Int
    /// The member after the one that was read last: mostly the next that is asked for.
    var likely = 0

    init(_ line: Span<UInt8>, mostValues: Int) throws(LinkError) {
        var copy: [UInt8] = []
        copy.reserveCapacity(line.count)
        copy.append(line)
        bytes = copy
        self.mostValues = mostValues
        nodes.reserveCapacity(min(mostValues, 16 + line.count / 12))
        skipSpace()
        try value(parent: -1, depth: 0)
        skipSpace()
        guard position == bytes.count else { throw error("the line's end expected") }
    }

    /// The bytes of a string or number.
    func withBytes<R, E: Error>(of node: Int, _ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        let range = nodes[node].start..<nodes[node].start + nodes[node].count
        let source = nodes[node].isUnescaped ? texts : bytes
        return try body(source.span.extracting(range))
    }

    // MARK: Reading

    private func error(_ sentence: String) -> LinkError {
        LinkError(.syntax, at: "byte \(position + 1)", sentence)
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a { position += 1 }
    }

    private func add(_ kind: Kind, parent: Int) throws(LinkError) -> Int {
        guard nodes.count < mostValues else {
            throw LinkError(.limit, "the line holds too much: at most \(mostValues) values are read")
        }
        nodes.append(Node(kind: kind, next: nodes.count + 1, parent: parent))
        return nodes.count - 1
    }

    private func value(parent: Int, depth: Int) throws(LinkError) {
        switch next {
        case 0x7b: try object(parent: parent, depth: depth + 1)
        case 0x5b: try list(parent: parent, depth: depth + 1)
        case 0x22: _ = try string(parent: parent)
        case 0x74: try word("true", .yes, parent: parent)
        case 0x66: try word("false", .no, parent: parent)
        case 0x6e: try word("null", .null, parent: parent)
        case let byte? where byte == 0x2d || byte.isDigit: try number(parent: parent)
        default: throw error("value expected")
        }
    }

    private func requireDepth(_ depth: Int) throws(LinkError) {
        guard depth <= Self.mostDepth else {
            throw LinkError(.limit, at: "byte \(position + 1)", "at most \(Self.mostDepth) levels are read")
        }
    }

    private func list(parent: Int, depth: Int) throws(LinkError) {
        try requireDepth(depth)
        let node = try add(.list, parent: parent)
        position += 1
        skipSpace()
        var count = 0
        if next == 0x5d {
            position += 1
        } else {
            repeat {
                skipSpace()
                try value(parent: node, depth: depth)
                count += 1
            } while try isContinued(0x5d)
        }
        nodes[node].count = count
        nodes[node].next = nodes.count
    }

    private func object(parent: Int, depth: Int) throws(LinkError) {
        try requireDepth(depth)
        let node = try add(.object, parent: parent)
        position += 1
        skipSpace()
        var count = 0
        if next == 0x7d {
            position += 1
        } else {
            repeat {
                skipSpace()
                guard count < Self.mostMembers else {
                    throw LinkError(
                        .limit,
                        at: "byte \(position + 1)",
                        "at most \(Self.mostMembers) members are read"
                    )
                }
                guard next == 0x22 else { throw error("name of a member expected") }
                let name = try string(parent: node)
                guard !isRepeated(name, in: node) else { throw error("this member stands there twice") }
                skipSpace()
                guard next == 0x3a else { throw error("colon expected") }
                position += 1
                skipSpace()
                try value(parent: name, depth: depth)
                nodes[name].next = nodes.count
                count += 1
            } while try isContinued(0x7d)
        }
        nodes[node].count = count
        nodes[node].next = nodes.count
    }

    /// Takes the comma before another element, or the closing bracket.
    private func isContinued(_ closing: UInt8) throws(LinkError) -> Bool {
        skipSpace()
        guard let byte = next, byte == 0x2c || byte == closing else {
            throw error(closing == 0x5d ? "comma or ] expected" : "comma or } expected")
        }
        position += 1
        return byte == 0x2c
    }

    private func isRepeated(_ name: Int, in object: Int) -> Bool {
        var other = object + 1
        while other < name {
            if nodes[other].count == nodes[name].count, areEqual(other, name) { return true }
            other = nodes[other].next
        }
        return false
    }

    private func areEqual(_ a: Int, _ b: Int) -> Bool {
        withBytes(of: a) { one in
            withBytes(of: b) { other in
                for index in one.indices where one[index] != other[index] { return false }
                return true
            }
        }
    }

    private func word(_ word: StaticString, _ kind: Kind, parent: Int) throws(LinkError) {
        let end = position + word.utf8CodeUnitCount
        let isThere =
            end <= bytes.count
            && word.withUTF8Buffer { wanted in
                for offset in 0..<wanted.count where bytes[position + offset] != wanted[offset] {
                    return false
                }
                return true
            }
        guard isThere else { throw error("value expected") }
        _ = try add(kind, parent: parent)
        position = end
    }

    private func number(parent: Int) throws(LinkError) {
        let start = position
        var isWhole = true
        if next == 0x2d { position += 1 }
        if next == 0x30 { position += 1 } else { try digits() }
        if next == 0x2e {
            isWhole = false
            position += 1
            try digits()
        }
        if next == 0x65 || next == 0x45 {
            isWhole = false
            position += 1
            if next == 0x2b || next == 0x2d { position += 1 }
            try digits()
        }
        guard position - start <= 64 else { throw error("the number is too long") }
        let node = try add(isWhole ? .whole : .fraction, parent: parent)
        nodes[node].start = start
        nodes[node].count = position - start
    }

    private func digits() throws(LinkError) {
        guard let byte = next, byte.isDigit else { throw error("digit expected") }
        while let byte = next, byte.isDigit { position += 1 }
    }
}

// MARK: Strings

extension LineTree {
    private func string(parent: Int) throws(LinkError) -> Int {
        position += 1
        let start = position
        var isASCII = true
        while let byte = next, byte != 0x22, byte != 0x5c {
            guard byte >= 0x20 else { throw error("control characters must be escaped") }
            if byte >= 0x80 { isASCII = false }
            position += 1
        }
        let node = try add(.string, parent: parent)
        if next == 0x5c {
            let first = texts.count
            try unescape(from: start)
            nodes[node].isUnescaped = true
            nodes[node].start = first
            nodes[node].count = texts.count - first
            try requireUTF8(node)
        } else {
            nodes[node].start = start
            nodes[node].count = position - start
            if !isASCII { try requireUTF8(node) }
        }
        guard next == 0x22 else { throw error("the string is not closed") }
        position += 1
        return node
    }

    private func requireUTF8(_ node: Int) throws(LinkError) {
        let isUTF8 = withBytes(of: node) { (try? UTF8Span(validating: $0)) != nil }
        guard isUTF8 else { throw error("the string is not UTF-8") }
    }

    /// Copies a string to `texts` up to its closing mark, escapes resolved.
    private func unescape(from start: Int) throws(LinkError) {
        texts.append(contentsOf: bytes[start..<position])
        while let byte = next, byte != 0x22 {
            guard byte >= 0x20 else { throw error("control characters must be escaped") }
            position += 1
            guard byte == 0x5c else {
                texts.append(byte)
                continue
            }
            guard let escaped = next else { break }
            position += 1
            switch escaped {
            case 0x22, 0x5c, 0x2f: texts.append(escaped)
            case 0x62: texts.append(0x08)
            case 0x66: texts.append(0x0c)
            case 0x6e: texts.append(0x0a)
            case 0x72: texts.append(0x0d)
            case 0x74: texts.append(0x09)
            case 0x75: try appendScalar()
            default: throw error("no such escape")
            }
        }
    }

    private func appendScalar() throws(LinkError) {
        var value = try hexadecimal()
        if (0xd800..<0xdc00).contains(value), next == 0x5c, position + 1 < bytes.count,
            bytes[position + 1] == 0x75
        {
            position += 2
            let low = try hexadecimal()
            guard (0xdc00..<0xe000).contains(low) else { throw error("half of a surrogate pair") }
            value = 0x1_0000 + (value - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw error("half of a surrogate pair") }
        texts.append(contentsOf: String(Character(scalar)).utf8)
    }

    private func hexadecimal() throws(LinkError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = next?.hexDigit else { throw error("four hexadecimal digits expected") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
