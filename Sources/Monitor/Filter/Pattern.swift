/// A regular expression over bytes, without captures: literals, `.`, classes, `^ $`, groups, `|`, `* + ?`
/// and `{n,m}`. It compiles to a program of at most `capacity` instructions, whose matching takes time
/// linear in the text: there is no backtracking on strangers' bytes.
struct Pattern: Hashable, Sendable {
    /// The most instructions that a program can have.
    static let capacity = 256

    /// One step of the program.
    enum Instruction: Hashable, Sendable, BitwiseCopyable {
        /// Takes a byte of the class of this number, then goes on.
        case byte(class: UInt16, next: UInt16)
        /// Goes on at both.
        case split(UInt16, UInt16)
        /// Goes on at the start of the text only.
        case atStart(next: UInt16)
        /// Goes on at the end of the text only.
        case atEnd(next: UInt16)
        /// The pattern has matched.
        case accept
    }

    private(set) var instructions: [Instruction] = []
    private(set) var classes: [ByteClass] = []
    private(set) var start: UInt16 = 0

    /// What is wrong with a pattern, and at which byte of it.
    struct Fault: Error, Hashable, Sendable {
        var offset: Int
        var message: String
    }

    /// Reads a regular expression.
    init(_ source: [UInt8], ignoringCase: Bool) throws(Fault) {
        var parser = PatternParser(source: source, ignoringCase: ignoringCase)
        try self.init(parser.parse(), length: source.count)
    }

    /// A shell pattern for a whole text: `*` stands for any bytes, `?` for one.
    init(glob source: [UInt8], ignoringCase: Bool) throws(Fault) {
        var parts: [PatternTree] = [.atStart]
        for byte in source {
            switch byte {
            case 0x2a: parts.append(.repeated(.byte(ByteClass(0...255)), least: 0, most: nil))
            case 0x3f: parts.append(.byte(ByteClass(0...255)))
            default: parts.append(.byte(ByteClass(byte, ignoringCase: ignoringCase)))
            }
        }
        parts.append(.atEnd)
        try self.init(.sequence(parts), length: source.count)
    }

    private init(_ tree: PatternTree, length: Int) throws(Fault) {
        let accept = try add(.accept, length)
        start = try compile(tree, then: accept, length)
    }

    private mutating func add(_ instruction: Instruction, _ length: Int) throws(Fault) -> UInt16 {
        guard instructions.count < Self.capacity else {
            throw Fault(offset: length, message: "the pattern is too long")
        }
        instructions.append(instruction)
        return UInt16(instructions.count - 1)
    }

    private mutating func number(of byteClass: ByteClass) -> UInt16 {
        if let known = classes.firstIndex(of: byteClass) { return UInt16(known) }
        classes.append(byteClass)
        return UInt16(classes.count - 1)
    }

    /// Compiles backwards: returns the entry of `tree`, which goes on at `next`.
    private mutating func compile(_ tree: PatternTree, then next: UInt16, _ length: Int) throws(Fault)
        -> UInt16
    {
        switch tree {
        case .empty:
            return next
        case .byte(let byteClass):
            return try add(.byte(class: number(of: byteClass), next: next), length)
        case .atStart:
            return try add(.atStart(next: next), length)
        case .atEnd:
            return try add(.atEnd(next: next), length)
        case .sequence(let parts):
            var entry = next
            for part in parts.reversed() { entry = try compile(part, then: entry, length) }
            return entry
        case .choice(let parts):
            var entry: UInt16?
            for part in parts.reversed() {
                let branch = try compile(part, then: next, length)
                if let rest = entry {
                    entry = try add(.split(branch, rest), length)
                } else {
                    entry = branch
                }
            }
            return entry ?? next
        case .repeated(let part, let least, let most):
            return try compile(part, least: least, most: most, then: next, length)
        }
    }

    private mutating func compile(
        _ part: PatternTree,
        least: Int,
        most: Int?,
        then next: UInt16,
        _ length: Int,
    ) throws(Fault) -> UInt16 {
        var entry = next
        if let most {
            for _ in least..<max(least, most) {
                let body = try compile(part, then: entry, length)
                entry = try add(.split(body, next), length)
            }
        } else {
            // The loop's head is made first, so that the body can lead back to it.
            let head = try add(.split(next, next), length)
            let body = try compile(part, then: head, length)
            instructions[Int(head)] = .split(body, next)
            entry = head
        }
        for _ in 0..<least { entry = try compile(part, then: entry, length) }
        return entry
    }
}

/// What a pattern says, before it is a program.
indirect enum PatternTree: Sendable {
    case empty
    case byte(ByteClass)
    case atStart
    case atEnd
    case sequence([PatternTree])
    case choice([PatternTree])
    case repeated(PatternTree, least: Int, most: Int?)
}
