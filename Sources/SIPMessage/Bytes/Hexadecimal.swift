extension Span<UInt8> {
    /// The number that hexadecimal digits in these bounds stand for, at most sixteen, in whatever case; nil if there
    /// are none, or something else stands there.
    public func hexadecimal(_ bounds: Range<Int>) -> UInt64? {
        guard (1...16).contains(bounds.count), bounds.lowerBound >= 0, bounds.upperBound <= count else {
            return nil
        }
        var bits: UInt64 = 0
        for index in bounds {
            let byte = self[index]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte &- 0x30
            case 0x61...0x66: digit = byte &- 0x57
            case 0x41...0x46: digit = byte &- 0x37
            default: return nil
            }
            bits = bits << 4 | UInt64(digit)
        }
        return bits
    }
}
