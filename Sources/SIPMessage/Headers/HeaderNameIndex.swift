/// The table of header names turned into a hash table, made once from `HeaderName.facts`: a name of up to 24
/// characters is three words, and comparing those proves it.
struct HeaderNameIndex: Sendable {
    /// A name's characters in lower case, eight a word, first lowest, zeroes after the end.
    struct Key: Equatable, Sendable {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0

        @inline(__always)
        init(_ first: UInt64, _ second: UInt64 = 0, _ third: UInt64 = 0) {
            self.first = first
            self.second = second
            self.third = third
        }

        @inline(__always)
        var slot: Int {
            // Odd constants of the golden ratio's kind: multiplication spreads what few characters have in common.
            let mixed = (first &+ second &* 0xff51_afd7_ed55_8ccd) &* 0x9e37_79b9_7f4a_7c15
            return Int(truncatingIfNeeded: mixed &>> 55)
        }
    }

    struct Entry: Sendable {
        var key: Key
        var name: HeaderName
    }

    /// Longest name that the key holds in full.
    static let longestName = 24
    static let shared = HeaderNameIndex()

    /// For each hash an index into `entries`, which ends with one that is no name.
    private var slots = [UInt8](repeating: 255, count: 512)
    private var entries: [Entry] = []

    private init() {
        for name in HeaderName.allCases where name != .other {
            let facts = name.facts
            let text = Array(facts.name.description.utf8)
            insert(text.span, name)
            if facts.compactForm != 0 {
                let letter = [facts.compactForm]
                insert(letter.span, name)
            }
        }
    }

    private mutating func insert(_ text: Span<UInt8>, _ name: HeaderName) {
        let key = Self.key(text, from: 0, count: text.count)
        var slot = key.slot
        while slots[slot] != 255 { slot = (slot + 1) & 511 }
        slots[slot] = UInt8(entries.count)
        entries.append(Entry(key: key, name: name))
    }

    private static func key(_ bytes: Span<UInt8>, from start: Int, count: Int) -> Key {
        guard count <= longestName else { return Key(.max, .max, .max) }
        return Key(
            bytes.foldedWord(from: start, count: min(count, 8)),
            bytes.foldedWord(from: start &+ 8, count: min(count &- 8, 8)),
            bytes.foldedWord(from: start &+ 16, count: count &- 16),
        )
    }

    @inline(__always)
    private func name(_ key: Key) -> HeaderName {
        var slot = key.slot
        while true {
            let index = Int(slots[slot])
            guard index < entries.count else { return .other }
            if entries[index].key == key { return entries[index].name }
            slot = (slot &+ 1) & 511
        }
    }

    /// The name of `count` bytes from `start`.
    func name(_ bytes: Span<UInt8>, from start: Int, count: Int) -> HeaderName {
        count > 0 ? name(Self.key(bytes, from: start, count: count)) : .other
    }

    /// A known name with its colon right behind it at `start`, and where the colon stands. `other` if there is
    /// something else, or the end of the bytes is too near to read whole words.
    @inline(__always)
    func nameAndColon(_ bytes: Span<UInt8>, from start: Int) -> (name: HeaderName, colon: Int) {
        guard start >= 0, start &+ 24 <= bytes.count else { return (.other, start) }
        let first = NamePart(bytes.word(unchecked: start))
        if first.hasColon {
            return first.hasControl ? (.other, start) : (name(Key(first.folded)), start &+ first.count)
        }
        let second = NamePart(bytes.word(unchecked: start &+ 8))
        if second.hasColon {
            let hasControl = first.hasControl || second.hasControl
            return (hasControl ? .other : name(Key(first.folded, second.folded)), start &+ 8 &+ second.count)
        }
        let third = NamePart(bytes.word(unchecked: start &+ 16))
        guard third.hasColon, !(first.hasControl || second.hasControl || third.hasControl) else {
            return (.other, start)
        }
        return (name(Key(first.folded, second.folded, third.folded)), start &+ 16 &+ third.count)
    }

    /// Eight bytes of a name, or what of them stands before the colon.
    private struct NamePart {
        /// The bytes before the colon in lower case, zeroes from it on.
        let folded: UInt64
        /// A byte before the colon is a control character, which folding would make a sign.
        let hasControl: Bool
        /// The colon is among the eight.
        let hasColon: Bool
        /// Number of bytes before it.
        let count: Int

        @inline(__always)
        init(_ word: UInt64) {
            let difference = word ^ 0x3a3a_3a3a_3a3a_3a3a
            let colons = (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
            hasColon = colons != 0
            // All bits below the colon's byte; all there are without one.
            let before = (colons & (0 &- colons)) &>> 7 &- 1
            folded = (word | 0x2020_2020_2020_2020) & before
            hasControl = (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080 & before != 0
            count = colons.trailingZeroBitCount &>> 3
        }
    }
}
