extension Span<UInt8> {
    /// Reads one character of a URI at `position` for comparison (RFC 3261 §19.1.4): an escaped character
    /// equals the plain one unless it is reserved; then it is told apart by a bit above the byte.
    @inline(__always)
    func comparable(at position: inout Int, to end: Int) -> UInt16 {
        let byte = self[position]
        if byte == 0x25, position &+ 2 < end,
            let high = self[position &+ 1].hexDigit, let low = self[position &+ 2].hexDigit
        {
            position &+= 3
            let value = high &<< 4 | low
            return ByteSet.reserved.contains(value) ? 0x100 | UInt16(value) : UInt16(value)
        }
        position &+= 1
        return UInt16(byte)
    }

    /// The text in `range`, escapes undone, is `name` in any case.
    func equalsUnescaped(_ range: ByteRange, _ name: StaticString) -> Bool {
        let bounds = clamped(range)
        var position = bounds.lowerBound
        for offset in 0..<name.utf8CodeUnitCount {
            guard position < bounds.upperBound else { return false }
            let byte = comparable(at: &position, to: bounds.upperBound)
            guard byte < 0x100, UInt8(byte).folded == name.utf8Start[offset].folded else { return false }
        }
        return position == bounds.upperBound
    }

    /// Two parts of URIs are equivalent.
    func equivalent(
        _ range: ByteRange,
        _ other: Span<UInt8>,
        _ otherRange: ByteRange,
        ignoringCase: Bool,
    ) -> Bool {
        let bounds = clamped(range)
        let otherBounds = other.clamped(otherRange)
        var position = bounds.lowerBound
        var otherPosition = otherBounds.lowerBound
        while position < bounds.upperBound, otherPosition < otherBounds.upperBound {
            var left = comparable(at: &position, to: bounds.upperBound)
            var right = other.comparable(at: &otherPosition, to: otherBounds.upperBound)
            if ignoringCase {
                if left < 0x100 { left = UInt16(UInt8(left).folded) }
                if right < 0x100 { right = UInt16(UInt8(right).folded) }
            }
            guard left == right else { return false }
        }
        return position == bounds.upperBound && otherPosition == otherBounds.upperBound
    }

    /// Appends the text of a URI part with its percent escapes undone, once (RFC 3261 §19.1.2).
    public func appendUnescaped(uriPart range: ByteRange, to out: inout [UInt8]) {
        let bounds = clamped(range)
        var position = bounds.lowerBound
        while position < bounds.upperBound {
            let byte = comparable(at: &position, to: bounds.upperBound)
            out.append(UInt8(truncatingIfNeeded: byte))
        }
    }

    /// Appends the content of a quoted string with its backslashes undone (RFC 3261 §25.1) and folds as
    /// one space.
    public func appendUnescaped(quoted range: ByteRange, to out: inout [UInt8]) {
        let bounds = clamped(range)
        var index = bounds.lowerBound
        while index < bounds.upperBound {
            let byte = self[index]
            if byte == 0x5c, index + 1 < bounds.upperBound {
                out.append(self[index + 1])
                index += 2
            } else if byte == 0x0d || byte == 0x0a {
                index = skippingSpace(from: index, to: bounds.upperBound)
                out.append(0x20)
            } else {
                out.append(byte)
                index += 1
            }
        }
    }

    /// A text in `range` for people and logs: its bytes as UTF-8, what isn't valid replaced.
    public func text(_ range: ByteRange) -> String {
        let bounds = clamped(range)
        return extracting(bounds).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
