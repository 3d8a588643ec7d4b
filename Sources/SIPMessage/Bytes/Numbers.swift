extension Span<UInt8> {
    /// Reads `1*DIGIT` from `position`; a number beyond 64 bits becomes the largest.
    ///
    /// Throws `malformedNumber` where no digit stands.
    @inline(__always)
    func decimal(
        from position: inout Int,
        to end: Int,
        header: HeaderName,
    ) throws(ParseError) -> UInt64 {
        let start = position
        var number: UInt64 = 0
        while position < end, self[position].isDigit {
            let digit = UInt64(self[position] &- 0x30)
            // Beyond 2^60 the next digit could overflow; nothing in SIP is that large.
            number = number >= 1 &<< 60 ? .max : number &* 10 &+ digit
            position &+= 1
        }
        guard position > start else { throw ParseError(header, at: start, .malformedNumber) }
        return number
    }

    /// Reads a range that is nothing but digits.
    func decimal(in range: ByteRange, header: HeaderName) throws(ParseError) -> UInt64 {
        let bounds = clamped(range)
        var position = bounds.lowerBound
        let number = try decimal(from: &position, to: bounds.upperBound, header: header)
        guard position == bounds.upperBound else {
            throw ParseError(header, at: position, .malformedNumber)
        }
        return number
    }

    /// Reads exactly the hexadecimal digits of `range`, at most 16; `nil` if it is anything else.
    func hexadecimal(in range: ByteRange) -> UInt64? {
        let bounds = clamped(range)
        guard !bounds.isEmpty, bounds.count <= 16 else { return nil }
        var number: UInt64 = 0
        for index in bounds {
            guard let digit = self[index].hexDigit else { return nil }
            number = number &<< 4 | UInt64(digit)
        }
        return number
    }
}
