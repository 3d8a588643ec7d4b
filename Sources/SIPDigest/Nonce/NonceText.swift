/// A nonce as it stands in headers: always 32 characters of base64url, of 24 bytes.
public struct NonceText: Sendable, BitwiseCopyable {
    /// Characters of every nonce.
    public static let count = 32

    /// The characters.
    public internal(set) var characters: InlineArray<32, UInt8>

    /// Writes 24 bytes as text (RFC 4648 §5, without padding: 24 is a multiple of 3).
    init(_ bytes: InlineArray<24, UInt8>) {
        characters = InlineArray(repeating: 0)
        for group in 0..<8 {
            let bits =
                UInt32(bytes[3 * group]) << 16 | UInt32(bytes[3 * group + 1]) << 8
                | UInt32(bytes[3 * group + 2])
            characters[4 * group] = Self.character(bits >> 18 & 63)
            characters[4 * group + 1] = Self.character(bits >> 12 & 63)
            characters[4 * group + 2] = Self.character(bits >> 6 & 63)
            characters[4 * group + 3] = Self.character(bits & 63)
        }
    }

    /// Appends the characters to a text.
    @inlinable
    public func append(to text: inout [UInt8]) {
        for index in 0..<Self.count { text.append(characters[index]) }
    }

    /// The 24 bytes of a nonce text; nil if it is none that we could have written.
    static func bytes(of text: Span<UInt8>) -> InlineArray<24, UInt8>? {
        guard text.count == Self.count else { return nil }
        var bytes = InlineArray<24, UInt8>(repeating: 0)
        var wrong: UInt8 = 0
        for group in 0..<8 {
            let a = sextet(text[4 * group])
            let b = sextet(text[4 * group + 1])
            let c = sextet(text[4 * group + 2])
            let d = sextet(text[4 * group + 3])
            wrong |= a | b | c | d
            bytes[3 * group] = a << 2 | b >> 4
            bytes[3 * group + 1] = b << 4 | c >> 2
            bytes[3 * group + 2] = c << 6 | d
        }
        return wrong & 0xc0 == 0 ? bytes : nil
    }

    @inline(__always)
    private static func character(_ value: UInt32) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value)
        return switch value {
        case 0..<26: 0x41 + value
        case 26..<52: 0x47 + value
        case 52..<62: value - 4
        case 62: 0x2d
        default: 0x5f
        }
    }

    /// The value of a character; 0xff for one that is not of the alphabet.
    @inline(__always)
    private static func sextet(_ character: UInt8) -> UInt8 {
        switch character {
        case 0x41...0x5a: character - 0x41
        case 0x61...0x7a: character - 0x47
        case 0x30...0x39: character + 4
        case 0x2d: 62
        case 0x5f: 63
        default: 0xff
        }
    }
}
