/// Sixteen bytes at once. Constants are written as `Bytes16(repeating:)`: with anything less explicit the compiler
/// picks operators that work lane by lane, fifty times slower.
typealias Bytes16 = SIMD16<UInt8>

/// Searches, sixteen bytes at a time.
///
/// Each checks once that `start..<end` lies within the span and then reads without a check for each byte, which is
/// a third of a search's instructions; outside it nothing is found. Vectors are read up to the end of the span and
/// what is found behind `end` forgotten, so that only the last bytes of a message are looked at one by one.
extension Span<UInt8> {
    /// The eight bytes at `index`, the first lowest. The caller has checked that they are there.
    @inline(__always)
    func word(unchecked index: Int) -> UInt64 {
        bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self).littleEndian
    }

    /// The sixteen bytes at `index`. The caller has checked that they are there.
    @inline(__always)
    func vector(unchecked index: Int) -> Bytes16 {
        bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: Bytes16.self)
    }

    /// `start..<end` lies within the span.
    @inline(__always)
    private func holds(_ start: Int, _ end: Int) -> Bool { start >= 0 && end <= count }

    /// Offset of the first CR or LF in `start..<end`, else `end`.
    @inline(__always)
    func firstLineBreak(from start: Int, to end: Int) -> Int {
        guard holds(start, end) else { return end }
        var index = start
        while index < end {
            if index &+ 16 <= count {
                // Few other bytes are below 14: one comparison finds candidates for both.
                let candidates = Matches(vector(unchecked: index) .< Bytes16(repeating: 14))
                guard candidates.areAny else {
                    index &+= 16
                    continue
                }
                index &+= candidates.first
                guard index < end else { break }
            }
            let byte = self[unchecked: index]
            if byte == 0x0d || byte == 0x0a { return index }
            index &+= 1
        }
        return end
    }

    /// Offset of the first `wanted` in `start..<end`, else `end`.
    @inline(__always)
    func first(_ wanted: UInt8, from start: Int, to end: Int) -> Int {
        guard holds(start, end) else { return end }
        var index = start
        while index < end {
            guard index &+ 16 <= count else {
                if self[unchecked: index] == wanted { return index }
                index &+= 1
                continue
            }
            let matches = Matches(vector(unchecked: index) .== Bytes16(repeating: wanted))
            if matches.areAny { return Swift.min(index &+ matches.first, end) }
            index &+= 16
        }
        return end
    }

    /// Offset of the first quotation mark or backslash in `start..<end`, else `end`.
    @inline(__always)
    func firstQuoteOrBackslash(from start: Int, to end: Int) -> Int {
        guard holds(start, end) else { return end }
        var index = start
        while index < end {
            guard index &+ 16 <= count else {
                let byte = self[unchecked: index]
                if byte == 0x22 || byte == 0x5c { return index }
                index &+= 1
                continue
            }
            let vector = vector(unchecked: index)
            let matches = Matches(vector .== Bytes16(repeating: 0x22) .| vector .== Bytes16(repeating: 0x5c))
            if matches.areAny { return Swift.min(index &+ matches.first, end) }
            index &+= 16
        }
        return end
    }

    /// Offset of the first byte in `start..<end` that is not in `set`, else `end`. The set must have letters, digits,
    /// hyphen and point: runs of them are passed sixteen at a time.
    @inline(__always)
    func firstOutside(_ set: ByteSet, from start: Int, to end: Int) -> Int {
        guard holds(start, end) else { return start }
        var index = start
        while index < end {
            if index &+ 16 <= count {
                let others = Matches(notInNames: vector(unchecked: index))
                guard others.areAny else {
                    index &+= 16
                    continue
                }
                index &+= others.first
                guard index < end else { break }
            }
            guard set.contains(self[unchecked: index]) else { return index }
            index &+= 1
        }
        return end
    }

    /// Offset of the first byte in `start..<end` that is no linear white space, else `end`.
    ///
    /// CR and LF count as white space: `MessageHead` lets them into a value only as parts of a fold.
    @inline(__always)
    func skippingSpace(from start: Int, to end: Int) -> Int {
        guard holds(start, end) else { return start }
        var index = start
        while index < end, self[unchecked: index].isSpace { index &+= 1 }
        return index
    }

    /// The end of `start..<end` without the linear white space before it.
    @inline(__always)
    func trimmedEnd(from start: Int, to end: Int) -> Int {
        guard holds(start, end) else { return end }
        var index = end
        while index > start, self[unchecked: index &- 1].isSpace { index &-= 1 }
        return index
    }

    /// The bytes of `range` and `other` are the same.
    func equal(_ range: ByteRange, _ other: Span<UInt8>, _ otherRange: ByteRange) -> Bool {
        guard range.count == otherRange.count else { return false }
        let bounds = clamped(range)
        let otherBounds = other.clamped(otherRange)
        guard bounds.count == otherBounds.count else { return false }
        for offset in 0..<bounds.count
        where self[bounds.lowerBound + offset] != other[otherBounds.lowerBound + offset] {
            return false
        }
        return true
    }

    /// The bounds of `range`, cut to the span.
    @inline(__always)
    func clamped(_ range: ByteRange) -> Range<Int> {
        let start = Swift.min(Int(range.start), count)
        return start..<Swift.min(start &+ Int(range.count), count)
    }
}

/// Which of sixteen bytes a comparison has found.
struct Matches {
    private let low: UInt64
    private let high: UInt64

    @inline(__always)
    init(_ mask: SIMDMask<SIMD16<Int8>>) {
        let halves = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
        low = halves[0].littleEndian
        high = halves[1].littleEndian
    }

    /// The bytes that are no letters, digits, hyphens or points: what ends a name.
    @inline(__always)
    init(notInNames vector: Bytes16) {
        let letters =
            ((vector | Bytes16(repeating: 0x20)) &- Bytes16(repeating: 0x61)) .< Bytes16(repeating: 26)
        let digits = (vector &- Bytes16(repeating: 0x30)) .< Bytes16(repeating: 10)
        let signs = (vector &- Bytes16(repeating: 0x2d)) .< Bytes16(repeating: 2)
        self.init(.!(letters .| digits .| signs))
    }

    /// At least one byte is found.
    @inline(__always)
    var areAny: Bool { low | high != 0 }

    /// Place of the first byte found, 16 without one.
    @inline(__always)
    var first: Int {
        low != 0 ? low.trailingZeroBitCount &>> 3 : 8 &+ high.trailingZeroBitCount &>> 3
    }
}

extension UInt8 {
    /// Space, tab, or part of a fold.
    @inline(__always)
    var isSpace: Bool { self <= 0x20 && (0x1_0000_2600 as UInt64 &>> UInt64(self)) & 1 != 0 }
    /// `0` to `9`.
    @inlinable @inline(__always)
    public var isDigit: Bool { self &- 0x30 < 10 }
    @inline(__always)
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    /// Lower case, if an ASCII letter.
    @inline(__always)
    var folded: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
    /// The value of a hexadecimal digit.
    @inlinable @inline(__always)
    public var hexDigit: UInt8? {
        if isDigit { return self &- 0x30 }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }
}

extension ByteRange {
    /// The range between two offsets of a message, whose 65,535 bytes `MessageHead` guarantees.
    @inline(__always)
    init(from start: Int, to end: Int) {
        self.init(start: UInt16(truncatingIfNeeded: start), count: UInt16(truncatingIfNeeded: end &- start))
    }

    /// Offset after the last byte.
    @inline(__always)
    var end: Int { Int(start) &+ Int(count) }
}
