internal import CCrypto

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
        var digits = text.digits.mutableSpan
        digits.withUnsafeMutableBufferPointer { out in
            bytes.span.withUnsafeBufferPointer { bytes in
                if let out = out.baseAddress, let bytes = bytes.baseAddress {
                    ccrypto_hex(bytes, algorithm.byteCount, out)
                }
            }
        }
        return text
    }

    /// Compares with hex digits of either case in a time that depends on their number only.
    public func equals(hex candidate: Span<UInt8>) -> Bool {
        guard candidate.count == algorithm.hexCount else { return false }
        return candidate.withUnsafeBufferPointer { candidate in
            bytes.span.withUnsafeBufferPointer { bytes in
                guard let text = candidate.baseAddress, let bytes = bytes.baseAddress else { return false }
                return ccrypto_equals_hex(bytes, algorithm.byteCount, text) == 1
            }
        }
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
    public func append(to text: inout [UInt8]) {
        digits.span.extracting(first: count).withUnsafeBufferPointer { text.append(contentsOf: $0) }
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
