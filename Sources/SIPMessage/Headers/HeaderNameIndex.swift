/// The table of header names turned into a hash table: one look at a name's first and last characters
/// finds it, and a comparison of three words proves it. Made once from `HeaderName.facts`.
struct HeaderNameIndex: Sendable {
    /// A name's characters in lower case: 1–8, 9–16 and the last 8; with the length that is all of a
    /// name of up to 24.
    struct Key: Equatable, Sendable {
        var first: UInt64 = 0
        var middle: UInt64 = 0
        var last: UInt64 = 0
        var count: UInt8 = 0

        @inline(__always)
        var slot: Int {
            // Multiplication spreads what the few distinct characters have in common; the constant is
            // the golden ratio's, nothing depends on which.
            let mixed = (first ^ (last &<< 3) ^ UInt64(count)) &* 0x9e37_79b9_7f4a_7c15
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

    /// For each hash an index into `entries`, `free` where nothing stands.
    private var slots = [UInt8](repeating: free, count: 512)
    private var entries: [Entry] = []
    private static let free: UInt8 = 255

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
        guard let key = Self.key(text, from: 0, count: text.count) else { return }
        var slot = key.slot
        while slots[slot] != Self.free { slot = (slot + 1) & 511 }
        slots[slot] = UInt8(entries.count)
        entries.append(Entry(key: key, name: name))
    }

    @inline(__always)
    private static func key(_ bytes: Span<UInt8>, from start: Int, count: Int) -> Key? {
        guard count > 0, count <= longestName else { return nil }
        var key = Key(count: UInt8(truncatingIfNeeded: count))
        if count <= 8 {
            key.first = bytes.foldedWord(from: start, count: count)
        } else {
            key.first = bytes.foldedWord(from: start, count: 8)
            key.last = bytes.foldedWord(from: start &+ count &- 8, count: 8)
            if count > 16 { key.middle = bytes.foldedWord(from: start &+ 8, count: 8) }
        }
        return key
    }

    /// The name of `count` bytes from `start`.
    @inline(__always)
    func name(_ bytes: Span<UInt8>, from start: Int, count: Int) -> HeaderName {
        guard let key = Self.key(bytes, from: start, count: count) else { return .other }
        var slot = key.slot
        while true {
            let index = Int(slots[slot])
            guard index < entries.count else { return .other }
            if entries[index].key == key { return entries[index].name }
            slot = (slot &+ 1) & 511
        }
    }
}
