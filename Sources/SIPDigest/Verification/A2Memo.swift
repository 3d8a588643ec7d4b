internal import SIPMessage

/// H(A2) of the texts seen last: every phone of a domain has the same method and uri, so one digest in
/// three needs not be made again.
///
/// Holds nothing secret, and whether it answers depends on method and uri only, never on the user.
struct A2Memo {
    private static let places = 16
    private static let room = 112

    private struct Entry: BitwiseCopyable {
        var text = InlineArray<112, UInt8>(repeating: 0)
        var count = 0
        var value = DigestValue(zerosFor: .md5)
    }

    private var entries = [Entry](repeating: Entry(), count: A2Memo.places)

    /// The digest of `METHOD:URI`, if it was remembered.
    func value(
        _ algorithm: DigestAlgorithm,
        _ message: Span<UInt8>,
        _ method: Range<Int>,
        _ uri: Range<Int>,
    ) -> DigestValue? {
        let place = place(algorithm, message, uri)
        guard entries[place].count == method.count + uri.count, entries[place].value.algorithm == algorithm,
            Self.isEqual(entries[place].text.span, 0, message, method),
            Self.isEqual(entries[place].text.span, method.count, message, uri)
        else { return nil }
        return entries[place].value
    }

    /// Remembers a digest in the place of another; texts that are too long are not worth it.
    mutating func remember(
        _ value: DigestValue,
        _ message: Span<UInt8>,
        _ method: Range<Int>,
        _ uri: Range<Int>,
    ) {
        guard !uri.isEmpty, method.count + uri.count <= Self.room else { return }
        var entry = Entry()
        for (offset, index) in method.enumerated() { entry.text[offset] = message[index] }
        for (offset, index) in uri.enumerated() { entry.text[method.count + offset] = message[index] }
        entry.count = method.count + uri.count
        entry.value = value
        entries[place(value.algorithm, message, uri)] = entry
    }

    /// Anybody can make two texts meet here; all that it costs is the digest.
    private func place(_ algorithm: DigestAlgorithm, _ message: Span<UInt8>, _ uri: Range<Int>) -> Int {
        guard let last = uri.last else { return 0 }
        let middle = message[uri.lowerBound + uri.count / 2]
        let mixed = UInt(uri.count) &* 7 &+ UInt(message[last]) &* 5 &+ UInt(middle) &* 3
        return Int((mixed &+ UInt(algorithm.rawValue)) % UInt(Self.places))
    }

    /// Without an early way out, so that the loop runs many bytes at a time.
    private static func isEqual(
        _ text: Span<UInt8>,
        _ start: Int,
        _ message: Span<UInt8>,
        _ range: Range<Int>,
    ) -> Bool {
        let own = text.extracting(start..<start + range.count)
        let other = message.extracting(range)
        var difference: UInt8 = 0
        for index in 0..<other.count { difference |= own[unchecked: index] ^ other[unchecked: index] }
        return difference == 0
    }
}
