/// Reads the text of a regular expression.
struct PatternParser {
    let source: [UInt8]
    let ignoringCase: Bool
    private var position = 0
    private var depth = 0

    /// The most groups within each other.
    private static let maximumDepth = 32
    /// The largest number in `{n,m}`.
    private static let maximumCount = 64

    init(source: [UInt8], ignoringCase: Bool) {
        self.source = source
        self.ignoringCase = ignoringCase
    }

    /// Reads it all.
    mutating func parse() throws(Pattern.Fault) -> PatternTree {
        let tree = try choice()
        guard position == source.count else { throw fault("this ) closes nothing") }
        return tree
    }

    private func fault(_ message: String) -> Pattern.Fault {
        Pattern.Fault(offset: position, message: message)
    }

    private var next: UInt8? { position < source.count ? source[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func choice() throws(Pattern.Fault) -> PatternTree {
        var branches = [try sequence()]
        while take(0x7c) { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(Pattern.Fault) -> PatternTree {
        var parts: [PatternTree] = []
        while let byte = next, byte != 0x7c, byte != 0x29 {
            let atom = try atom()
            parts.append(try repetition(of: atom))
        }
        return parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func repetition(of atom: PatternTree) throws(Pattern.Fault) -> PatternTree {
        var tree = atom
        while let byte = next {
            switch byte {
            case 0x2a: tree = .repeated(tree, least: 0, most: nil)
            case 0x2b: tree = .repeated(tree, least: 1, most: nil)
            case 0x3f: tree = .repeated(tree, least: 0, most: 1)
            case 0x7b:
                tree = try counted(tree)
                continue
            default: return tree
            }
            position += 1
            if next == 0x3f || next == 0x2b { throw fault("only greedy repetition is known") }
        }
        return tree
    }

    /// `{n}`, `{n,}` or `{n,m}`.
    private mutating func counted(_ tree: PatternTree) throws(Pattern.Fault) -> PatternTree {
        position += 1
        let least = try count()
        var most: Int? = least
        if take(0x2c) { most = next == 0x7d ? nil : try count() }
        guard take(0x7d) else { throw fault("} expected, as in {2,5}") }
        if let most, most < least { throw fault("the second number must not be smaller") }
        return .repeated(tree, least: least, most: most)
    }

    private mutating func count() throws(Pattern.Fault) -> Int {
        var value = 0
        var digits = 0
        while let byte = next, byte >= 0x30, byte <= 0x39, digits < 3 {
            value = value * 10 + Int(byte - 0x30)
            digits += 1
            position += 1
        }
        guard digits > 0 else { throw fault("number expected, as in {2,5}; write \\{ for the character") }
        guard value <= Self.maximumCount else { throw fault("at most \(Self.maximumCount) repetitions") }
        return value
    }

    private mutating func atom() throws(Pattern.Fault) -> PatternTree {
        guard let byte = next else { return .empty }
        switch byte {
        case 0x28: return try group()
        case 0x5b: return .byte(try bracket())
        case 0x2a, 0x2b, 0x3f: throw fault("nothing to repeat; write \\ before the character")
        default: position += 1
        }
        switch byte {
        case 0x2e: return .byte(.any)
        case 0x5e: return .atStart
        case 0x24: return .atEnd
        case 0x5c: return .byte(try escape())
        default: return .byte(ByteClass(byte, ignoringCase: ignoringCase))
        }
    }

    private mutating func group() throws(Pattern.Fault) -> PatternTree {
        let opening = position
        position += 1
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw fault("too many groups within each other") }
        if take(0x3f), !take(0x3a) { throw fault("only (?: is known") }
        let tree = try choice()
        guard take(0x29) else {
            position = opening
            throw fault("this ( is not closed")
        }
        return tree
    }

    private mutating func escape() throws(Pattern.Fault) -> ByteClass {
        guard let byte = next else { throw fault("a character must follow \\") }
        position += 1
        switch byte {
        case 0x64: return .digits
        case 0x44: return ByteClass.digits.inverted
        case 0x77: return .word
        case 0x57: return ByteClass.word.inverted
        case 0x73: return .space
        case 0x53: return ByteClass.space.inverted
        case 0x74: return ByteClass(0x09, ignoringCase: false)
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a:
            position -= 1
            throw fault("\\\(Character(UnicodeScalar(byte))) is not known")
        default: return ByteClass(byte, ignoringCase: ignoringCase)
        }
    }

    /// `[a-z_]`, `[^…]`.
    private mutating func bracket() throws(Pattern.Fault) -> ByteClass {
        let opening = position
        position += 1
        let isInverted = take(0x5e)
        var result = ByteClass()
        var isFirst = true
        while let byte = next, byte != 0x5d || isFirst {
            isFirst = false
            guard byte < 0x80 else { throw fault("a class takes ASCII characters only") }
            position += 1
            if byte == 0x5c {
                result.formUnion(try escape())
                continue
            }
            if next == 0x2d, position + 1 < source.count, source[position + 1] != 0x5d {
                position += 1
                let last = source[position]
                guard last >= byte, last < 0x80, last != 0x5c else {
                    throw fault("a range must rise, as a-z")
                }
                position += 1
                result.formUnion(ByteClass(byte...last))
            } else {
                result.insert(byte)
            }
        }
        guard take(0x5d) else {
            position = opening
            throw fault("this [ is not closed")
        }
        if ignoringCase { result.addOtherCases() }
        return isInverted ? result.inverted : result
    }
}
