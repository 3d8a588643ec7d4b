import SIPMessage

/// Runs of bytes within a message, cut to what is there: a range of other bytes must not trap.
extension Span<UInt8> {
    /// The bounds of a range, cut to these bytes.
    func within(_ range: ByteRange) -> Range<Int> { within(range.bounds) }

    /// The bounds, cut to these bytes.
    func within(_ bounds: Range<Int>) -> Range<Int> {
        let lower = Swift.min(bounds.lowerBound, count)
        return lower..<Swift.max(lower, Swift.min(bounds.upperBound, count))
    }

    /// A copy of the bytes of a range.
    func array(_ range: ByteRange) -> [UInt8] {
        extracting(within(range)).withUnsafeBufferPointer { Array($0) }
    }

    /// The same bytes.
    func equals(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}

extension Array<UInt8> {
    /// The whole of it as a range; nil for more than a message can hold.
    var whole: ByteRange? { UInt16(exactly: count).map { ByteRange(start: 0, count: $0) } }

    /// The URI that it is; nil if it is none.
    var uri: SIPURI? {
        guard let whole else { return nil }
        return try? SIPURI(span, in: whole)
    }
}
