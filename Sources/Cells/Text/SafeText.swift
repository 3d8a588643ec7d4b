/// Text that may be shown, logged and audited: the one sanitiser of strangers' bytes.
///
/// Invalid UTF-8, control characters (C0, DEL, C1), bidi controls, zero-width characters, tags,
/// private use, line separators, emoji, and marks beyond two on one base appear as `\xNN` or
/// `\u{...}`; `flagged` says which parts are such escapes, so that a screen shows them in
/// `sip.bad`. A backslash that was in the text stays as it is.
public struct SafeText: Hashable, Sendable {
    /// The text; draws exactly `width` columns.
    public let string: String
    /// The parts of `string` that are escapes, as UTF-8 offsets, in order.
    public let flagged: [Range<Int>]
    /// How many columns it takes.
    public let width: Int

    /// Sanitises text; with `ascii` everything beyond ASCII is escaped too.
    public init(_ text: String, ascii: Bool = false) {
        var plain = true
        var count = 0
        for byte in text.utf8 {
            if byte < 0x20 || byte > 0x7E {
                plain = false
                break
            }
            count += 1
        }
        if plain {
            self.init(string: text, flagged: [], width: count)
        } else {
            let bytes = Array(text.utf8)
            self.init(bytes: bytes.span, ascii: ascii)
        }
    }

    /// Sanitises bytes that claim to be UTF-8.
    public init(bytes: Span<UInt8>, ascii: Bool = false) {
        var builder = SafeTextBuilder(ascii: ascii, capacity: bytes.count)
        var offset = 0
        while offset < bytes.count {
            let (scalar, length) = UTF8Step.decode(bytes, at: offset)
            if let scalar {
                builder.append(scalar)
            } else {
                builder.appendEscape(byte: bytes[offset])
            }
            offset += length
        }
        self.init(
            string: String(decoding: builder.output, as: UTF8.self),
            flagged: builder.flagged,
            width: builder.width,
        )
    }

    /// Sanitises bytes that claim to be UTF-8.
    public init(bytes: [UInt8], ascii: Bool = false) {
        self.init(bytes: bytes.span, ascii: ascii)
    }

    /// Text that is known to be safe.
    init(string: String, flagged: [Range<Int>], width: Int) {
        self.string = string
        self.flagged = flagged
        self.width = width
    }

    /// Whether nothing had to be escaped.
    public var isClean: Bool { flagged.isEmpty }
}

/// One step of strict UTF-8 decoding.
enum UTF8Step {
    /// The scalar at an offset and its length; nil and 1 where the bytes are not UTF-8.
    static func decode(_ bytes: Span<UInt8>, at offset: Int) -> (Unicode.Scalar?, Int) {
        let first = bytes[offset]
        let length: Int
        var value: UInt32
        let least: UInt32
        switch first {
        case 0..<0x80: return (Unicode.Scalar(first), 1)
        case 0xC2..<0xE0: (length, value, least) = (2, UInt32(first & 0x1F), 0x80)
        case 0xE0..<0xF0: (length, value, least) = (3, UInt32(first & 0x0F), 0x800)
        case 0xF0..<0xF5: (length, value, least) = (4, UInt32(first & 0x07), 0x1_0000)
        default: return (nil, 1)
        }
        guard bytes.count - offset >= length else { return (nil, 1) }
        for step in 1..<length {
            let byte = bytes[offset + step]
            guard byte & 0xC0 == 0x80 else { return (nil, 1) }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        guard value >= least, let scalar = Unicode.Scalar(value) else { return (nil, 1) }
        return (scalar, length)
    }
}

/// Collects safe output and remembers what was escaped.
struct SafeTextBuilder {
    let ascii: Bool
    private(set) var output: [UInt8] = []
    private(set) var flagged: [Range<Int>] = []
    private(set) var width = 0
    /// How many more marks the last glyph may carry; none after an escape, a space or at the start.
    private var marksLeft = 0

    init(ascii: Bool, capacity: Int) {
        self.ascii = ascii
        output.reserveCapacity(capacity)
    }

    mutating func append(_ scalar: Unicode.Scalar) {
        if ascii, !scalar.isASCII {
            appendEscape(scalar)
            return
        }
        switch ScalarWidth.of(scalar) {
        case .narrow:
            marksLeft = scalar == " " ? 0 : 2
            width += 1
        case .wide:
            marksLeft = 2
            width += 2
        case .combining where marksLeft > 0:
            marksLeft -= 1
        case .combining, .escaped:
            appendEscape(scalar)
            return
        }
        output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    mutating func appendEscape(_ scalar: Unicode.Scalar) {
        if scalar.isASCII {
            appendEscape(byte: UInt8(truncatingIfNeeded: scalar.value))
        } else {
            flag("\\u{" + String(scalar.value, radix: 16) + "}")
        }
    }

    mutating func appendEscape(byte: UInt8) {
        flag((byte < 0x10 ? "\\x0" : "\\x") + String(byte, radix: 16))
    }

    private mutating func flag(_ escape: String) {
        let start = output.count
        output.append(contentsOf: escape.utf8)
        width += output.count - start
        marksLeft = 0
        if let last = flagged.last, last.upperBound == start {
            flagged[flagged.count - 1] = last.lowerBound..<output.count
        } else {
            flagged.append(start..<output.count)
        }
    }
}
