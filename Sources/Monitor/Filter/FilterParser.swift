internal import SIPMessage

/// Reads the text of a filter into a program.
///
///     or   = and *("or" and)
///     and  = term *(["and"] term)
///     term = ("!" / "-") term / "(" or ")" / "@" name / field op value / word
struct FilterParser {
    private let source: [UInt8]
    private let subject: Filter.Subject
    private let names: FilterNames
    private var position = 0
    private var depth = 0
    private var program = FilterProgram()
    /// The last quotation is not closed.
    private var isQuoteOpen = false
    /// Where operators' names of filters stand, and what they stand for.
    private var expanded: [(range: Range<Int>, text: String)] = []

    /// The most parentheses within each other, and the most terms.
    private static let maximumDepth = 32, maximumTerms = 256

    init(_ text: String, for subject: Filter.Subject, names: FilterNames) {
        source = Array(text.utf8)
        self.subject = subject
        self.names = names
    }

    mutating func parse() throws(FilterError) -> FilterProgram {
        program.root = try whole()
        return program
    }

    private mutating func whole() throws(FilterError) -> Int32 {
        let root = try disjunction()
        skipSpace()
        guard position == source.count else { throw error("this ) closes nothing") }
        return root
    }

    /// The text with what operators' names stand for in their places: any program understands it.
    var expansion: String {
        var text: [UInt8] = []
        var from = 0
        for (range, definition) in expanded {
            text += source[from..<range.lowerBound] + Array("( \(definition) )".utf8)
            from = range.upperBound
        }
        text += source[from...]
        if isQuoteOpen {
            // What stands behind must not get into the quotation.
            if text.reversed().prefix(while: { $0 == 0x5c }).count % 2 == 1 { text.append(0x5c) }
            text.append(0x22)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The error at a byte, its column counted in characters.
    private func error(_ message: String, at offset: Int? = nil) -> FilterError {
        let offset = min(offset ?? position, source.count)
        let characters = source[..<offset].reduce(0) { $0 + ($1 & 0xc0 != 0x80 ? 1 : 0) }
        return FilterError(column: characters + 1, message: message)
    }

    private var next: UInt8? { position < source.count ? source[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 { position += 1 }
    }

    /// Takes a whole word of the grammar, such as `or`.
    private mutating func take(word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard position + count <= source.count else { return false }
        let text = Array(word.description.utf8)
        guard (0..<count).allSatisfy({ source[position + $0].lowered == text[$0] }) else { return false }
        if position + count < source.count {
            let after = source[position + count]
            guard after == 0x20 || after == 0x09 || after == 0x28 || after == 0x29 else { return false }
        }
        position += count
        return true
    }

    private mutating func disjunction() throws(FilterError) -> Int32 {
        var branches = [try conjunction()]
        while true {
            skipSpace()
            guard take(word: "or") else { break }
            branches.append(try conjunction())
        }
        return join(branches) { .any(first: $0, count: $1) }
    }

    private mutating func conjunction() throws(FilterError) -> Int32 {
        var terms: [Int32] = []
        while true {
            skipSpace()
            guard let byte = next, byte != 0x29 else { break }
            let here = position
            if take(word: "or") {
                position = here
                break
            }
            if take(word: "and") {
                guard !terms.isEmpty else { throw error("a term must stand before \"and\"", at: here) }
                skipSpace()
                guard let byte = next, byte != 0x29 else { throw error("a term must follow \"and\"") }
            }
            terms.append(try term())
        }
        guard !terms.isEmpty else { throw error("term expected, e.g. ua~zoiper or exp<60") }
        return join(terms) { .all(first: $0, count: $1) }
    }

    private mutating func join(
        _ operands: [Int32],
        _ make: (_ first: Int32, _ count: Int32) -> FilterProgram.Term,
    ) -> Int32 {
        guard operands.count > 1 else { return operands[0] }
        let first = Int32(program.operands.count)
        program.operands.append(contentsOf: operands)
        return program.add(make(first, Int32(operands.count)))
    }

    private mutating func term() throws(FilterError) -> Int32 {
        guard program.terms.count < Self.maximumTerms else { throw error("the filter is too long") }
        skipSpace()
        guard let byte = next else { throw error("term expected, e.g. exp<60") }
        switch byte {
        case 0x21, 0x2d:
            position += 1
            return try nested { (parser: inout FilterParser) throws(FilterError) in
                let operand = try parser.term()
                return parser.program.add(.not(operand))
            }
        case 0x28:
            let opening = position
            position += 1
            return try nested { (parser: inout FilterParser) throws(FilterError) in
                let inner = try parser.disjunction()
                guard parser.next == 0x29 else { throw parser.error("this ( is not closed", at: opening) }
                parser.position += 1
                return inner
            }
        case 0x40:
            if let filter = try named() { return filter }
            return try comparison()
        default:
            return try comparison()
        }
    }

    /// `@late`: a filter by its name; nil if the text is a bare word.
    private mutating func named() throws(FilterError) -> Int32? {
        let start = position
        var end = position + 1
        while end < source.count, FilterNames.takes(source[end]) { end += 1 }
        if end < source.count, ![0x20, 0x09, 0x29].contains(source[end]) { return nil }
        let name = String(decoding: source[(start + 1)..<end], as: UTF8.self).lowercased()
        guard let found = names.definition(of: name, for: subject) else {
            let known = names.all(for: subject).map { "@\($0)" }.joined(separator: " ")
            throw error("no filter is named \"@\(name)\"; there are \(known)", at: start)
        }
        guard let inner = names.inside(name) else { throw error("@\(name) refers to itself", at: start) }
        var parser = FilterParser(found.text, for: subject, names: inner)
        parser.program = program
        parser.depth = depth
        do throws(FilterError) {
            let root = try parser.whole()
            program = parser.program
            if !found.isBuiltIn { expanded.append((start..<end, parser.expansion)) }
            position = end
            return root
        } catch {
            throw self.error("@\(name): \(error.message)", at: start)
        }
    }

    private mutating func nested(
        _ body: (inout FilterParser) throws(FilterError) -> Int32,
    ) throws(FilterError) -> Int32 {
        guard depth < Self.maximumDepth else { throw error("too many parentheses within each other") }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    /// `field op value`, or a bare word.
    private mutating func comparison() throws(FilterError) -> Int32 {
        let start = position
        guard let (field, relation) = try fieldAndOperator() else {
            position = start
            return try bareWord()
        }
        let valueStart = position
        var value = value()
        if relation != .found, relation != .notFound { value.unescape() }
        var builder = FilterTermBuilder(field: field, relation: relation, value: value.bytes)
        do {
            return try builder.build(into: &program)
        } catch {
            throw self.error(error.message, at: valueStart + (value.isQuoted ? 1 : 0) + error.offset)
        }
    }

    /// A known field with its operator; nil if the text is a bare word.
    private mutating func fieldAndOperator() throws(FilterError) -> (FilterField, FilterRelation)? {
        let start = position
        while let byte = next, byte.lowered &- 0x61 < 26 || (byte == 0x2d && position > start) {
            position += 1
        }
        let name = String(decoding: source[start..<position], as: UTF8.self)
        let operatorStart = position
        guard !name.isEmpty, let relation = FilterRelation(source, at: &position) else { return nil }
        guard let field = FilterField(name: name) else {
            if relation == .has, isAddressOrScheme(name, from: start) { return nil }
            let names = Filter.fieldNames(for: subject)
            let nearest = NearestWord.of(name, among: names).map { ": \($0)?" } ?? ";"
            throw error("no field \"\(name)\"\(nearest) there are \(names.joined(separator: " "))", at: start)
        }
        guard field.isKnown(of: subject) else {
            let instead = field.substitute(in: subject).map { "; use \($0.example)" } ?? ""
            throw error("\(subject.plural) have no field \"\(field.name)\"\(instead)", at: start)
        }
        guard relation.fits(field) else {
            throw error("\(field.name) can't be compared so; use e.g. \(field.example)", at: operatorStart)
        }
        return (field, relation)
    }

    /// `sip:4417@…` and `fe80::1` are bare words although a colon follows letters.
    private func isAddressOrScheme(_ name: String, from start: Int) -> Bool {
        if ["sip", "sips", "tel", "urn"].contains(name.lowercased()) { return true }
        var end = start
        while end < source.count, source[end] != 0x20, source[end] != 0x29 { end += 1 }
        return IPAddress(String(decoding: source[start..<end], as: UTF8.self)) != nil
    }

    private mutating func bareWord() throws(FilterError) -> Int32 {
        let start = position
        var value = value()
        value.unescape()
        guard !value.bytes.isEmpty else { throw error("a word must stand here", at: start) }
        let test: FilterProgram.TextTest
        do {
            // Lines are of all sorts: in them a bare word stands for both cases whatever is typed.
            let isOfRows = subject == .bindings || subject == .attempts
            test = try FilterTermBuilder.textTest(.has, isOfRows ? value.bytes : value.bytes.map(\.lowered))
        } catch {
            throw self.error(error.message, at: start)
        }
        let shown = FilterTexts.shown(of: subject)
        program.needs.formUnion(shown)
        let anywhere = program.add(.anywhere(test: program.add(test), among: shown))
        let state = FilterWords.states.firstIndex { Array($0.utf8) == value.bytes.map { $0 & 0xdf } }
        guard subject == .bindings, !value.isQuoted, let state else { return anywhere }
        // A state's name is on the screen as well.
        program.dependsOnTime = true
        let word = program.add(.word(.st, bits: 1 << UInt64(state)))
        return join([anywhere, word]) { .any(first: $0, count: $1) }
    }

    /// A value up to white space or a parenthesis that it did not open, or up to the closing quotation mark.
    private mutating func value() -> Value {
        var bytes: [UInt8] = []
        if next == 0x22 {
            position += 1
            while let byte = next, byte != 0x22 {
                position += 1
                if byte == 0x5c, let escaped = next, escaped == 0x22 {
                    bytes.append(escaped)
                    position += 1
                } else if byte == 0x5c, next == 0x5c {
                    bytes += [byte, byte]
                    position += 1
                } else {
                    bytes.append(byte)
                }
            }
            if next == 0x22 { position += 1 } else { isQuoteOpen = true }
            return Value(bytes: bytes, isQuoted: true)
        }
        var open = 0
        var isInClass = false
        while let byte = next, byte != 0x20, byte != 0x09 {
            if byte == 0x5c, position + 1 < source.count, source[position + 1] != 0x20 {
                bytes.append(byte)
                position += 1
            } else if byte == 0x5b {
                isInClass = true
            } else if byte == 0x5d {
                isInClass = false
            } else if byte == 0x28, !isInClass {
                open += 1
            } else if byte == 0x29, !isInClass {
                if open == 0 { break }
                open -= 1
            }
            bytes.append(source[position])
            position += 1
        }
        return Value(bytes: bytes, isQuoted: false)
    }

    /// What stands behind an operator, or alone.
    private struct Value {
        var bytes: [UInt8]
        var isQuoted: Bool

        /// Between quotation marks two backslashes stand for one, but in a pattern, which has its own use for them.
        mutating func unescape() {
            guard isQuoted, bytes.contains(0x5c) else { return }
            var result: [UInt8] = []
            var index = 0
            while index < bytes.count {
                result.append(bytes[index])
                let isPair = bytes[index] == 0x5c && index + 1 < bytes.count && bytes[index + 1] == 0x5c
                index += isPair ? 2 : 1
            }
            bytes = result
        }
    }
}
