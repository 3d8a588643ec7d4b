/// A nonce as it stands in headers: always 32 characters of base64url.
///
/// The 192 bits behind it are four words of 48 bits, eight characters each (RFC 4648 §5, no padding needed).
public struct NonceText: Sendable, BitwiseCopyable {
    /// Characters of every nonce.
    public static let count = 32

    /// The characters.
    public internal(set) var characters: InlineArray<32, UInt8>

    /// Writes four words as text.
    init(_ words: InlineArray<4, UInt64>) {
        characters = InlineArray(repeating: 0)
        for word in 0..<4 {
            for place in 0..<8 {
                characters[8 * word + place] = Self.character(words[word] >> UInt64(42 - 6 * place) & 63)
            }
        }
    }

    /// Appends the characters to a text.
    public func append(to text: inout [UInt8]) {
        characters.span.withUnsafeBufferPointer { text.append(contentsOf: $0) }
    }

    /// The four words of a nonce text; nil if it is none that we could have written.
    static func words(of text: Span<UInt8>) -> InlineArray<4, UInt64>? {
        guard text.count == Self.count else { return nil }
        var words = InlineArray<4, UInt64>(repeating: 0)
        var all: UInt64 = 0
        for word in 0..<4 {
            var bits: UInt64 = 0
            for place in 0..<8 {
                let value = sextet(text[8 * word + place])
                all |= value
                bits = bits << 6 | value & 63
            }
            words[word] = bits
        }
        return all < 64 ? words : nil
    }

    @inline(__always)
    static func character(_ value: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value)
        return switch value {
        case 0..<26: 0x41 + value
        case 26..<52: 0x47 + value
        case 52..<62: value - 4
        case 62: 0x2d
        default: 0x5f
        }
    }

    /// The value of a character; more than 63 for one that is not of the alphabet.
    @inline(__always)
    static func sextet(_ character: UInt8) -> UInt64 {
        let upper = character &- 0x41
        let lower = character &- 0x61
        let digit = character &- 0x30
        if lower < 26 { return UInt64(lower) + 26 }
        if upper < 26 { return UInt64(upper) }
        if digit < 10 { return UInt64(digit) + 52 }
        return character == 0x2d ? 62 : character == 0x5f ? 63 : 0xff
    }
}
