/// A digest with its algorithm: H(A1) of an account, or an expected response. A value, never text.
public struct DigestValue: Sendable, BitwiseCopyable {
    /// The function that made it.
    public let algorithm: DigestAlgorithm
    /// The digest; of MD5 the first 16 bytes count and the others are 0.
    public internal(set) var bytes: InlineArray<32, UInt8>

    /// A digest of zeros: what an unknown user is measured against.
    public init(zerosFor algorithm: DigestAlgorithm) {
        self.algorithm = algorithm
        bytes = InlineArray(repeating: 0)
    }

    /// Reads hex digits of either case; nil unless there are exactly as many as the algorithm has.
    public init?(hex: Span<UInt8>, algorithm: DigestAlgorithm) {
        guard hex.count == algorithm.hexCount else { return nil }
        self.init(zerosFor: algorithm)
        for index in 0..<algorithm.byteCount {
            guard let high = hexDigit(hex[2 * index]), let low = hexDigit(hex[2 * index + 1]) else {
                return nil
            }
            bytes[index] = high << 4 | low
        }
    }

    /// The lower-case hex digits.
    public var hex: HexText {
        var text = HexText(count: algorithm.hexCount)
        for index in 0..<algorithm.byteCount {
            text.digits[2 * index] = lowerHex(bytes[index] >> 4)
            text.digits[2 * index + 1] = lowerHex(bytes[index] & 15)
        }
        return text
    }

    /// Compares with hex digits of either case in a time that depends on their number only.
    public func equals(hex candidate: Span<UInt8>) -> Bool {
        guard candidate.count == algorithm.hexCount else { return false }
        let own = hex
        var difference: UInt8 = 0
        for index in 0..<candidate.count {
            let byte = candidate[index]
            // 0x20 makes A–F small; of the other bytes none becomes a hex digit that it wasn't, for
            // control bytes 0x10…0x19 alone would become digits and keep their bit by the mask.
            let folded = byte | (byte & 0x40) >> 1
            difference |= own.digits[index] ^ folded
        }
        return difference == 0
    }
}

/// The hex form of a digest, inline.
public struct HexText: Sendable, BitwiseCopyable {
    /// The digits; those from `count` on are 0.
    public internal(set) var digits: InlineArray<64, UInt8>
    /// How many there are: 32 or 64.
    public let count: Int

    init(count: Int) {
        digits = InlineArray(repeating: 0)
        self.count = count
    }

    /// Appends the digits to a text.
    @inlinable
    public func append(to text: inout [UInt8]) {
        for index in 0..<count { text.append(digits[index]) }
    }
}

@inline(__always)
func lowerHex(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x57 + nibble }

@inline(__always)
func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
}
