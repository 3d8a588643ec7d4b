/// A set of byte values: one bit for each of the 256.
struct ByteClass: Hashable, Sendable, BitwiseCopyable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// No bytes.
    init() {}

    /// The bytes of a range.
    init(_ range: ClosedRange<UInt8>) {
        for byte in range { insert(byte) }
    }

    /// One byte; a letter in both cases if asked.
    init(_ byte: UInt8, ignoringCase: Bool) {
        insert(byte)
        if ignoringCase { addOtherCases() }
    }

    /// Every byte but the line feed: what `.` stands for.
    static let any: ByteClass = {
        var all = ByteClass(0...255)
        all.remove(0x0a)
        return all
    }()

    /// `\d`
    static let digits = ByteClass(0x30...0x39)

    /// `\w`
    static let word: ByteClass = {
        var word = digits
        word.formUnion(ByteClass(0x41...0x5a))
        word.formUnion(ByteClass(0x61...0x7a))
        word.insert(0x5f)
        return word
    }()

    /// `\s`
    static let space: ByteClass = {
        var space = ByteClass(0x09...0x0d)
        space.insert(0x20)
        return space
    }()

    func contains(_ byte: UInt8) -> Bool {
        let bit = UInt64(1) << UInt64(byte & 63)
        return switch byte >> 6 {
        case 0: words.0 & bit != 0
        case 1: words.1 & bit != 0
        case 2: words.2 & bit != 0
        default: words.3 & bit != 0
        }
    }

    mutating func insert(_ byte: UInt8) {
        let bit = UInt64(1) << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    mutating func remove(_ byte: UInt8) {
        var single = ByteClass()
        single.insert(byte)
        words.0 &= ~single.words.0
        words.1 &= ~single.words.1
        words.2 &= ~single.words.2
        words.3 &= ~single.words.3
    }

    mutating func formUnion(_ other: ByteClass) {
        words.0 |= other.words.0
        words.1 |= other.words.1
        words.2 |= other.words.2
        words.3 |= other.words.3
    }

    /// All bytes that were not in it.
    var inverted: ByteClass {
        var result = ByteClass()
        result.words = (~words.0, ~words.1, ~words.2, ~words.3)
        return result
    }

    /// Adds the other case of each ASCII letter in it.
    mutating func addOtherCases() {
        for letter in UInt8(0x61)...0x7a {
            if contains(letter) { insert(letter & 0xdf) }
            if contains(letter & 0xdf) { insert(letter) }
        }
    }

    static func == (a: ByteClass, b: ByteClass) -> Bool { a.words == b.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
