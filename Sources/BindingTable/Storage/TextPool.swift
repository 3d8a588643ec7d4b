/// Texts that many bindings share (User-Agents), each kept once with the number of its uses. 0 is the empty text.
struct TextPool: Sendable {
    private struct Entry {
        var text: [UInt8]
        var hash: UInt32
        var uses: UInt32
    }

    private var entries: [Entry] = [Entry(text: [], hash: 0, uses: 0)]
    private var index = HashIndex()
    private var free: [UInt32] = []

    /// How many texts it holds, the empty one not counted.
    var count: Int { index.count }

    /// Whether a number stands for this text.
    func isText(_ number: UInt32, _ text: Span<UInt8>) -> Bool {
        let own = entries[Int(number)].text
        return isEqual(own.span, text)
    }

    /// Calls `body` with the text of a number that is in use.
    func withText<R>(_ number: UInt32, _ body: (Span<UInt8>) -> R) -> R {
        let text = entries[Int(number)].text
        return body(text.span)
    }

    /// The number of a text, with one more use. Allocates for a text that is new only.
    mutating func add(_ text: Span<UInt8>, _ hash: KeyedHash) -> UInt32 {
        if text.isEmpty { return 0 }
        let hash = UInt32(truncatingIfNeeded: hash(text))
        if let place = index.find(hash, { isText($0, text) }) {
            entries[Int(place.value)].uses += 1
            return place.value
        }
        let entry = Entry(text: text.withUnsafeBufferPointer { Array($0) }, hash: hash, uses: 1)
        let number: UInt32
        if let last = free.popLast() {
            number = last
            entries[Int(number)] = entry
        } else {
            number = UInt32(truncatingIfNeeded: entries.count)
            entries.append(entry)
        }
        index.insert(hash, number)
        return number
    }

    /// One use less; after the last the text is forgotten.
    mutating func release(_ number: UInt32) {
        if number == 0 { return }
        entries[Int(number)].uses -= 1
        guard entries[Int(number)].uses == 0 else { return }
        if let place = index.find(entries[Int(number)].hash, { $0 == number }) { index.remove(place) }
        entries[Int(number)].text = []
        free.append(number)
    }
}
