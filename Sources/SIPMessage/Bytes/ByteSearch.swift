/// Searches of eight bytes at a time. All are total: bounds outside the span are cut to it.
extension Span<UInt8> {
    /// Offset of the first CR or LF in `start..<end`, else `end`.
    @inline(__always)
    func firstLineBreak(from start: Int, to end: Int) -> Int {
        var index = start
        while index &+ 16 <= end {
            let first = bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            let second = bytes.unsafeLoadUnaligned(fromByteOffset: index &+ 8, as: UInt64.self)
            let below =
                ((first &- 0x0e0e_0e0e_0e0e_0e0e) & ~first | (second &- 0x0e0e_0e0e_0e0e_0e0e) & ~second)
                & 0x8080_8080_8080_8080
            guard below == 0 else { break }
            index &+= 16
        }
        while index &+ 8 <= end {
            let word = bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
            // The lowest byte that is flagged is truly below 14; ones above it may be flagged by a borrow.
            let below = (word &- 0x0e0e_0e0e_0e0e_0e0e) & ~word & 0x8080_8080_8080_8080
            guard below != 0 else {
                index &+= 8
                continue
            }
            index &+= below.trailingZeroBitCount &>> 3
            let byte = self[index]
            if byte == 0x0d || byte == 0x0a { return index }
            index &+= 1
        }
        while index < end {
            let byte = self[index]
            if byte == 0x0d || byte == 0x0a { return index }
            index &+= 1
        }
        return end
    }

    /// Offset of the first `wanted` in `start..<end`, else `end`.
    @inline(__always)
    func first(_ wanted: UInt8, from start: Int, to end: Int) -> Int {
        let pattern = UInt64(wanted) &* 0x0101_0101_0101_0101
        var index = start
        while index &+ 8 <= end {
            let word =
                bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian ^ pattern
            let zero = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            if zero != 0 { return index &+ zero.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < end {
            if self[index] == wanted { return index }
            index &+= 1
        }
        return end
    }

    /// Offset of the first quotation mark or backslash in `start..<end`, else `end`.
    @inline(__always)
    func firstQuoteOrBackslash(from start: Int, to end: Int) -> Int {
        var index = start
        while index &+ 8 <= end {
            let word = bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
            let quote = word ^ 0x2222_2222_2222_2222
            let slash = word ^ 0x5c5c_5c5c_5c5c_5c5c
            let zero =
                ((quote &- 0x0101_0101_0101_0101) & ~quote | (slash &- 0x0101_0101_0101_0101) & ~slash)
                & 0x8080_8080_8080_8080
            if zero != 0 { return index &+ zero.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < end {
            if self[index] == 0x22 || self[index] == 0x5c { return index }
            index &+= 1
        }
        return end
    }

    /// Offset of the first byte in `start..<end` that is not in `set`, else `end`. The set must have all letters
    /// and digits: runs of them are passed eight at a time.
    @inline(__always)
    func firstOutside(_ set: ByteSet, from start: Int, to end: Int) -> Int {
        var index = start
        while index &+ 8 <= end {
            let word = bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
            let run = alphanumericRun(word)
            index &+= run
            if run == 8 { continue }
            guard set.contains(self[index]) else { return index }
            index &+= 1
        }
        while index < end, set.contains(self[index]) { index &+= 1 }
        return index
    }

    /// Offset of the first byte in `start..<end` that is no linear white space, else `end`.
    ///
    /// CR and LF count as white space: `MessageHead` lets them into a value only as parts of a fold.
    @inline(__always)
    func skippingSpace(from start: Int, to end: Int) -> Int {
        var index = start
        while index < end, self[index].isSpace { index &+= 1 }
        return index
    }

    /// The end of `start..<end` without the linear white space before it.
    @inline(__always)
    func trimmedEnd(from start: Int, to end: Int) -> Int {
        var index = end
        while index > start, self[index &- 1].isSpace { index &-= 1 }
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

/// How many of the word's bytes, from the lowest, are ASCII letters or digits.
@inline(__always)
func alphanumericRun(_ word: UInt64) -> Int {
    // Without the top bit no sum of a byte and what is added to it carries into the next one.
    let low = word & 0x7f7f_7f7f_7f7f_7f7f
    let folded = low | 0x2020_2020_2020_2020
    let letters = (folded &+ 0x1f1f_1f1f_1f1f_1f1f) & ~(folded &+ 0x0505_0505_0505_0505)
    let digits = (low &+ 0x5050_5050_5050_5050) & ~(low &+ 0x4646_4646_4646_4646)
    let others = ~((letters | digits) & ~word) & 0x8080_8080_8080_8080
    return others.trailingZeroBitCount &>> 3
}

extension UInt8 {
    /// Space, tab, or part of a fold.
    @inline(__always)
    var isSpace: Bool { self <= 0x20 && (0x1_0000_2600 as UInt64 &>> UInt64(self)) & 1 != 0 }
    @inline(__always)
    var isDigit: Bool { self &- 0x30 < 10 }
    @inline(__always)
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    /// Lower case, if an ASCII letter.
    @inline(__always)
    var folded: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
    /// The value of a hexadecimal digit.
    @inline(__always)
    var hexDigit: UInt8? {
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
