internal import SIPMessage

/// A filter in the form in which it is evaluated: terms that refer to each other by number.
struct FilterProgram: Sendable {
    /// How two numbers are compared.
    enum Comparison: UInt8, Sendable, BitwiseCopyable {
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual

        func holds(_ a: Int64, _ b: Int64) -> Bool {
            switch self {
            case .equal: a == b
            case .notEqual: a != b
            case .less: a < b
            case .lessOrEqual: a <= b
            case .greater: a > b
            case .greaterOrEqual: a >= b
            }
        }
    }

    /// One term.
    enum Term: Sendable, BitwiseCopyable {
        /// All, or any, of the operands at `first..<first + count`.
        case all(first: Int32, count: Int32)
        case any(first: Int32, count: Int32)
        case not(Int32)
        /// A field's text passes a test.
        case text(FilterField, test: Int32)
        /// One of some columns passes a test.
        case anywhere(test: Int32, among: FilterTexts)
        case number(FilterField, Comparison, Int64)
        /// Seconds left or since; changes with time.
        case duration(FilterField, Comparison, Int64)
        /// A moment of the row lies so to another; changes with time where that other one does.
        case moment(FilterField, Comparison, FilterMoment)
        /// The word's bit is among these.
        case word(FilterField, bits: UInt64)
        /// The source lies in a network.
        case network(IPNetwork)
        /// One of the statuses compares so.
        case code(Comparison, Int64)
    }

    /// What is asked of a text.
    enum TextTest: Sendable {
        /// It contains these bytes, in lower case if case is ignored.
        case contains([UInt8], ignoringCase: Bool)
        /// It is these bytes.
        case equals([UInt8], ignoringCase: Bool)
        /// A pattern is found in it.
        case matches(Pattern)
    }

    var terms: [Term] = []
    var operands: [Int32] = []
    var tests: [TextTest] = []
    var root: Int32 = 0

    /// The texts that it looks at: only these are fetched for a row.
    var needs: FilterTexts = []
    /// It asks for the state, or for times: a row may pass later without having changed.
    var dependsOnTime = false
    /// It asks for what only calls have, or for the method: then calls are among what it looks at.
    var asksForCalls = false

    mutating func add(_ term: Term) -> Int32 {
        terms.append(term)
        return Int32(terms.count - 1)
    }

    mutating func add(_ test: TextTest) -> Int32 {
        tests.append(test)
        return Int32(tests.count - 1)
    }
}

/// Texts of a row that a filter may look at, one bit each; the bit's number is the place in a `FilterRow`.
struct FilterTexts: OptionSet, Sendable, BitwiseCopyable {
    let rawValue: UInt32

    static let aor = FilterTexts(rawValue: 1 << 0)
    static let contact = FilterTexts(rawValue: 1 << 1)
    static let source = FilterTexts(rawValue: 1 << 2)
    static let transport = FilterTexts(rawValue: 1 << 3)
    static let agent = FilterTexts(rawValue: 1 << 4)
    static let callID = FilterTexts(rawValue: 1 << 5)
    static let instance = FilterTexts(rawValue: 1 << 6)
    static let path = FilterTexts(rawValue: 1 << 7)
    static let reason = FilterTexts(rawValue: 1 << 8)
    static let who = FilterTexts(rawValue: 1 << 9)
    static let method = FilterTexts(rawValue: 1 << 10)
    static let badges = FilterTexts(rawValue: 1 << 11)
    static let result = FilterTexts(rawValue: 1 << 12)
    static let hops = FilterTexts(rawValue: 1 << 13)
    static let peer = FilterTexts(rawValue: 1 << 14)
    static let numbers = FilterTexts(rawValue: 1 << 15)
    /// The bytes of an attempt's messages.
    static let raw = FilterTexts(rawValue: 1 << 16)
    /// A line of the log.
    static let line = FilterTexts(rawValue: 1 << 17)
    /// What was done or happened, or what somebody looks like.
    static let what = FilterTexts(rawValue: 1 << 18)
    /// To whom, or of whom.
    static let object = FilterTexts(rawValue: 1 << 19)
    /// What came of it.
    static let outcome = FilterTexts(rawValue: 1 << 20)
    /// The time of day, as the screen shows it.
    static let clock = FilterTexts(rawValue: 1 << 21)

    /// Where the legs of a call went.
    static let leg = FilterTexts(rawValue: 1 << 22)

    /// Who calls.
    static let caller = FilterTexts(rawValue: 1 << 23)

    static let count = 24

    /// What a bare word is looked for in.
    static func shown(of subject: Filter.Subject) -> FilterTexts {
        switch subject {
        case .bindings, .attempts:
            [.aor, .contact, .source, .transport, .agent, .callID, .badges, .result, .hops, .peer, .caller]
        case .security: [.object, .agent, .what, .aor]
        case .devices: [.agent, .what]
        case .log: .line
        case .audit: [.who, .what, .object, .outcome, .reason]
        case .blocks: [.object, .who, .reason]
        case .history: [.aor, .contact, .source, .transport, .agent, .what, .who, .clock]
        }
    }

    /// The text that a field looks at.
    init(of field: FilterField) {
        self =
            switch field {
            case .aor, .user, .domain: .aor
            case .contact: .contact
            case .ip: .source
            case .ua: .agent
            case .callid: .callID
            case .instance: .instance
            case .path: .path
            case .reason: .reason
            case .who: .who
            case .method: .method
            case .leg: .leg
            case .caller: .caller
            case .hops: .hops
            case .peer: .peer
            case .numbers: .numbers
            case .raw: .raw
            case .text: .line
            case .what: .what
            case .object: .object
            case .outcome: .outcome
            default: []
            }
    }

    init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The number of the only bit.
    var place: Int { rawValue.trailingZeroBitCount }
}
