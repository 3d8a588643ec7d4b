internal import SIPMessage
internal import Timing

/// The operators of the filter language.
enum FilterRelation: Equatable, Sendable, BitwiseCopyable {
    /// `:`
    case has
    /// `= != < <= > >=`
    case compares(FilterProgram.Comparison)
    /// `~` and `!~`
    case found, notFound

    /// The operator that stands at a position, which moves behind it.
    init?(_ source: [UInt8], at position: inout Int) {
        guard position < source.count else { return nil }
        let second = position + 1 < source.count ? source[position + 1] : 0
        switch (source[position], second) {
        case (0x3a, _): self = .has
        case (0x3d, _): self = .compares(.equal)
        case (0x7e, _): self = .found
        case (0x21, 0x3d): self = .compares(.notEqual)
        case (0x21, 0x7e): self = .notFound
        case (0x3c, 0x3d): self = .compares(.lessOrEqual)
        case (0x3e, 0x3d): self = .compares(.greaterOrEqual)
        case (0x3c, _): self = .compares(.less)
        case (0x3e, _): self = .compares(.greater)
        default: return nil
        }
        position += 1
        switch self {
        case .notFound, .compares(.notEqual), .compares(.lessOrEqual), .compares(.greaterOrEqual):
            position += 1
        default: break
        }
    }

    /// It makes sense for fields of a kind.
    func fits(_ kind: FilterField.Kind) -> Bool {
        switch (self, kind) {
        case (.has, _), (.compares(.equal), _), (.compares(.notEqual), _): true
        case (.found, .text), (.notFound, .text), (.found, .address), (.notFound, .address): true
        case (.compares, .text), (.compares, .address), (.compares, .word): false
        case (.compares, _): true
        default: false
        }
    }

    /// It makes sense for a field.
    func fits(_ field: FilterField) -> Bool {
        switch field {
        case .since, .before: self == .has || self == .compares(.equal)
        default: fits(field.kind)
        }
    }

    /// As it is typed.
    var text: String {
        switch self {
        case .has: ":"
        case .found: "~"
        case .notFound: "!~"
        case .compares(.equal): "="
        case .compares(.notEqual): "!="
        case .compares(.less): "<"
        case .compares(.lessOrEqual): "<="
        case .compares(.greater): ">"
        case .compares(.greaterOrEqual): ">="
        }
    }

    /// All of them, the commonest first.
    static let all: [FilterRelation] =
        [.has, .found, .compares(.less), .compares(.greater)]
        + [.equal, .notEqual, .lessOrEqual, .greaterOrEqual].map { .compares($0) } + [.notFound]
}

/// Makes the term of a field, an operator and the text of a value.
struct FilterTermBuilder {
    let field: FilterField
    let relation: FilterRelation
    let value: [UInt8]

    typealias Fault = Pattern.Fault

    private func fault(_ message: String, at offset: Int = 0) -> Fault {
        Fault(offset: offset, message: message)
    }

    mutating func build(into program: inout FilterProgram) throws(Fault) -> Int32 {
        switch field.kind {
        case .text: return try text(&program)
        case .number: return program.add(try number())
        case .length: return program.add(.number(field, comparison, try duration()))
        case .delay: return program.add(.number(field, comparison, try delay()))
        case .fraction: return program.add(.number(field, comparison, try fraction()))
        case .duration:
            program.dependsOnTime = true
            return program.add(.duration(field, comparison, try duration()))
        case .time: return try moment(&program)
        case .word: return try word(&program)
        case .rank: return try rank(&program)
        case .address: return try address(&program)
        }
    }

    private var comparison: FilterProgram.Comparison {
        if case .compares(let comparison) = relation { comparison } else { .equal }
    }

    /// The operator says no: the term is the negation of its positive form.
    private var isNegative: Bool { relation == .notFound || relation == .compares(.notEqual) }

    private func finish(_ term: FilterProgram.Term, _ program: inout FilterProgram) -> Int32 {
        let positive = program.add(term)
        return isNegative ? program.add(.not(positive)) : positive
    }

    private func text(_ program: inout FilterProgram) throws(Fault) -> Int32 {
        guard !value.isEmpty else { throw fault("text expected, e.g. \(field.example)") }
        let test = try Self.textTest(relation, value)
        program.needs.formUnion(FilterTexts(of: field))
        if field == .method || field == .leg || field == .caller { program.asksForCalls = true }
        return finish(.text(field, test: program.add(test)), &program)
    }

    /// The test of a text, with smart case: a value without capital letters ignores case.
    static func textTest(_ relation: FilterRelation, _ value: [UInt8]) throws(Fault) -> FilterProgram.TextTest
    {
        var isEscaped = false
        let hasCapital = value.contains { byte in
            // \D, \S and \W are no capital letters.
            defer { isEscaped = byte == 0x5c && !isEscaped }
            return byte &- 0x41 < 26 && !isEscaped
        }
        switch relation {
        case .found, .notFound:
            return .matches(try Pattern(value, ignoringCase: !hasCapital))
        case .has where value.contains(0x2a) || value.contains(0x3f):
            return .matches(try Pattern(glob: value, ignoringCase: !hasCapital))
        case .has:
            return .contains(value, ignoringCase: !hasCapital)
        case .compares:
            return .equals(value, ignoringCase: !hasCapital)
        }
    }

    private func number() throws(Fault) -> FilterProgram.Term {
        guard let wanted = Self.decimal(value) else { throw fault("number expected, e.g. \(field.example)") }
        return field == .code ? .code(comparison, wanted) : .number(field, comparison, wanted)
    }

    private static func decimal(_ bytes: [UInt8]) -> Int64? {
        guard !bytes.isEmpty, bytes.count <= 15 else { return nil }
        var result: Int64 = 0
        for byte in bytes {
            guard byte &- 0x30 < 10 else { return nil }
            result = result * 10 + Int64(byte - 0x30)
        }
        return result
    }

    /// Seconds from `90`, `90s`, `5m`, `1h30m` or `2d`, with a minus sign if wanted.
    private func duration() throws(Fault) -> Int64 {
        do {
            return try WrittenDuration.seconds(value)
        } catch {
            let message =
                switch error.kind {
                case .number: "number expected, e.g. \(field.example)"
                case .unit: "s, m, h, d or w expected, e.g. 90s or 1h30m"
                case .tooLarge: "the number is too large"
                }
            throw fault(message, at: error.offset)
        }
    }

    /// Milliseconds from `200`, `200ms` or `2s`.
    private func delay() throws(Fault) -> Int64 {
        let text = String(decoding: value, as: UTF8.self).lowercased()
        let units: [(unit: String, factor: Int64)] = [("ms", 1), ("s", 1_000), ("", 1)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            if let number = Self.decimal(Array(text.utf8.dropLast(unit.utf8.count))) {
                return number * factor
            }
        }
        throw fault("number of milliseconds expected, e.g. \(field.example)")
    }

    /// Thousandths from `1`, `0.5` or `0.125`.
    private func fraction() throws(Fault) -> Int64 {
        let parts = value.split(separator: 0x2e, maxSplits: 1, omittingEmptySubsequences: false)
        let digits = parts.count == 2 ? Array(parts[1]) : []
        guard let whole = Self.decimal(Array(parts[0])), whole < 1_000_000, digits.count <= 3,
            let rest = Self.decimal(digits + Array(repeating: 0x30, count: 3 - digits.count))
        else { throw fault("number expected, e.g. \(field.example)") }
        return whole * 1_000 + rest
    }

    private func moment(_ program: inout FilterProgram) throws(Fault) -> Int32 {
        let isBound = field == .since || field == .before
        guard let moment = FilterMoment(value, takesLengths: isBound) else {
            throw fault("\(FilterMoment.forms) expected, e.g. \(field.example)")
        }
        if case .date = moment {} else { program.dependsOnTime = true }
        let comparison: FilterProgram.Comparison =
            switch field {
            case .since: .greaterOrEqual
            case .before: .less
            default: self.comparison
            }
        return program.add(.moment(field, comparison, moment))
    }

    /// The words that stand so to the one named.
    private func rank(_ program: inout FilterProgram) throws(Fault) -> Int32 {
        let wanted = String(decoding: value, as: UTF8.self).lowercased()
        let begun = relation == .has ? containing(wanted) : []
        guard let index = field.words.firstIndex(of: wanted) ?? (begun.count == 1 ? begun.first : nil) else {
            throw unknownWord
        }
        var bits: UInt64 = 0
        for place in field.words.indices where comparison.holds(Int64(place), Int64(index)) {
            bits |= 1 << UInt64(place)
        }
        return program.add(.word(field, bits: bits))
    }

    /// The places of the words that contain a text.
    private func containing(_ text: String) -> [Int] {
        text.isEmpty ? [] : field.words.indices.filter { field.words[$0].lowercased().contains(text) }
    }

    /// What was probably meant comes first: the end of a long line is not seen.
    private var unknownWord: Fault {
        var words = field.words
        let typed = String(decoding: value, as: UTF8.self)
        let nearest =
            NearestWord.of(typed, among: words).map { "\(typed) is no \(field.name): \($0)? " } ?? ""
        let last = words.popLast() ?? ""
        return fault("\(nearest)\(words.joined(separator: ", ")) or \(last) expected, e.g. \(field.example)")
    }

    private func word(_ program: inout FilterProgram) throws(Fault) -> Int32 {
        let words = field.words
        let wanted = String(decoding: value, as: UTF8.self).lowercased()
        if field == .st || field == .beat { program.dependsOnTime = true }
        if field == .lint, wanted == "any" {
            return finish(.word(field, bits: FilterWords.warnings), &program)
        }
        if field == .result, wanted == "fail" || wanted == "failed" {
            return finish(.word(field, bits: FilterWords.failures), &program)
        }
        if field.words.count == 2,
            let bit = ["true": 1, "1": 1, "y": 1, "false": 0, "0": 0, "n": 0][wanted]
        {
            return finish(.word(field, bits: 1 << UInt64(bit)), &program)
        }
        if let index = words.firstIndex(where: { $0.lowercased() == wanted }) {
            if field == .result, FilterWords.callVerdicts & 1 << UInt64(index) != 0 {
                program.asksForCalls = true
            }
            return finish(.word(field, bits: 1 << UInt64(index)), &program)
        }
        // `:` asks for a text that is contained, in words as in all else. What somebody looks like has long words:
        // behind any operator their beginnings will do.
        let meant =
            relation == .has
            ? containing(wanted)
            : field == .class && !wanted.isEmpty ? words.indices.filter { words[$0].hasPrefix(wanted) } : []
        let bits = meant.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
        guard bits != 0 else { throw unknownWord }
        if field == .result, FilterWords.callVerdicts & bits != 0 { program.asksForCalls = true }
        return finish(.word(field, bits: bits), &program)
    }

    /// An address, a network `10.0.0.0/8`, or a piece of an address's text.
    private func address(_ program: inout FilterProgram) throws(Fault) -> Int32 {
        guard !value.isEmpty else { throw fault("address expected, e.g. \(field.example)") }
        if relation == .found || relation == .notFound { return try addressText(&program) }
        let slash = value.firstIndex(of: 0x2f)
        let host = Array(value[..<(slash ?? value.count)])
        if let address = IPAddress(String(decoding: host, as: UTF8.self)) {
            let most = address.isIPv4 ? 32 : 128
            guard let slash else { return finish(.network(IPNetwork(address, prefix: most)), &program) }
            guard let prefix = Self.decimal(Array(value[(slash + 1)...])), prefix <= Int64(most) else {
                throw fault("a number of bits from 0 to \(most) must follow /", at: slash + 1)
            }
            return finish(.network(IPNetwork(address, prefix: Int(prefix))), &program)
        }
        let isPiece = value.allSatisfy { byte in
            byte &- 0x30 < 10 || byte.lowered &- 0x61 < 6
                || [0x2e, 0x3a, 0x2a, 0x3f, 0x5b, 0x5d].contains(byte)
        }
        guard isPiece, slash == nil, relation == .has else {
            throw fault("address or network expected, e.g. \(field.example)")
        }
        return try addressText(&program)
    }

    private func addressText(_ program: inout FilterProgram) throws(Fault) -> Int32 {
        program.needs.formUnion(.source)
        return finish(.text(field, test: program.add(try Self.textTest(relation, value))), &program)
    }
}
