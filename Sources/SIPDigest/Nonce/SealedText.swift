/// 192 bits that only their maker can read and nobody else can make, as 48 characters of base64url: what a name
/// is made of that leads back to something here without a table of names.
///
/// A synthetic initial value (RFC 5297's idea) with the mint's own keyed function in both places:
///
///     tag    = first 12 bytes of SHA-256(secret ‖ 1 ‖ words ‖ context)
///     sealed = tag ‖ words ⊕ first 24 bytes of SHA-256(secret ‖ 2 ‖ tag)
///
/// The same words give the same text, and texts whose words differ in one bit have nothing in common. The context is not
/// in it (RFC 5297's associated data): whoever opens a text must know for what it was sealed.
public struct SealedText: Hashable, Sendable, BitwiseCopyable {
    /// Characters of every sealed text.
    public static let count = 48

    /// Six words of 48 bits, eight characters each.
    private let words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

    init(_ words: InlineArray<6, UInt64>) {
        self.words = (words[0], words[1], words[2], words[3], words[4], words[5])
    }

    /// Calls `body` with each character in order.
    @inlinable
    public func forEachCharacter(_ body: (UInt8) -> Void) {
        for index in 0..<Self.count { body(character(at: index)) }
    }

    /// The character at an index below `count`.
    public func character(at index: Int) -> UInt8 {
        let word =
            switch index / 8 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            case 3: words.3
            case 4: words.4
            default: words.5
            }
        return NonceText.character(word >> UInt64(42 - 6 * (index & 7)) & 63)
    }

    /// Two sealed texts are the same characters.
    public static func == (a: SealedText, b: SealedText) -> Bool { a.words == b.words }

    /// Hashes the words.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }

    /// The six words of a text; nil if it is none that we could have written.
    static func words(of text: Span<UInt8>) -> InlineArray<6, UInt64>? {
        guard text.count == count else { return nil }
        var words = InlineArray<6, UInt64>(repeating: 0)
        var all: UInt64 = 0
        for word in 0..<6 {
            var bits: UInt64 = 0
            for place in 0..<8 {
                let value = NonceText.sextet(text[8 * word + place])
                all |= value
                bits = bits << 6 | value & 63
            }
            words[word] = bits
        }
        return all < 64 ? words : nil
    }
}

extension NonceMint {
    /// Nonces begin with a word below 2⁴⁸, so these two begin no nonce: one secret serves all three.
    private static let tagLabel: UInt64 = 0xffff_0000_0000_0001
    private static let streamLabel: UInt64 = 0xffff_0000_0000_0002

    /// Seals three words for a context (0: none). Two digests, no allocation; nil if libcrypto failed.
    public func seal(
        _ words: InlineArray<3, UInt64>,
        for context: UInt64 = 0,
        using worker: DigestWorker,
    ) -> SealedText? {
        guard let tag = tag(of: words, for: context, using: worker), let stream = stream(tag, using: worker)
        else {
            return nil
        }
        var sealed = InlineArray<6, UInt64>(repeating: 0)
        sealed[0] = tag.first
        sealed[1] = tag.second
        let mask: UInt64 = 0xffff_ffff_ffff
        sealed[2] = words[0] >> 16 ^ stream[0]
        sealed[3] = (words[0] << 32 | words[1] >> 32) & mask ^ stream[1]
        sealed[4] = (words[1] << 16 | words[2] >> 48) & mask ^ stream[2]
        sealed[5] = words[2] & mask ^ stream[3]
        return SealedText(sealed)
    }

    /// Reads a sealed text; nil unless a mint with this secret made it for this context.
    public func open(
        _ text: Span<UInt8>,
        for context: UInt64 = 0,
        using worker: DigestWorker,
    ) -> InlineArray<3, UInt64>? {
        guard let sealed = SealedText.words(of: text),
            let stream = stream((sealed[0], sealed[1]), using: worker)
        else { return nil }
        let plain: InlineArray<4, UInt64> = [
            sealed[2] ^ stream[0], sealed[3] ^ stream[1], sealed[4] ^ stream[2], sealed[5] ^ stream[3],
        ]
        let words: InlineArray<3, UInt64> = [
            plain[0] << 16 | plain[1] >> 32, plain[1] << 32 | plain[2] >> 16, plain[2] << 48 | plain[3],
        ]
        guard let tag = tag(of: words, for: context, using: worker) else { return nil }
        return (tag.first ^ sealed[0]) | (tag.second ^ sealed[1]) == 0 ? words : nil
    }

    private func tag(
        of words: InlineArray<3, UInt64>,
        for context: UInt64,
        using worker: DigestWorker,
    ) -> (first: UInt64, second: UInt64)? {
        worker.begin(.sha256)
        worker.append(secret.span)
        worker.append(word: Self.tagLabel)
        for index in 0..<3 { worker.append(word: words[index]) }
        worker.append(word: context)
        guard let value = worker.finish(.sha256) else { return nil }
        return (Self.word(of: value, at: 0), Self.word(of: value, at: 6))
    }

    private func stream(
        _ tag: (first: UInt64, second: UInt64),
        using worker: DigestWorker,
    ) -> InlineArray<4, UInt64>? {
        worker.begin(.sha256)
        worker.append(secret.span)
        worker.append(word: Self.streamLabel)
        worker.append(word: tag.first)
        worker.append(word: tag.second)
        guard let value = worker.finish(.sha256) else { return nil }
        return [
            Self.word(of: value, at: 0), Self.word(of: value, at: 6), Self.word(of: value, at: 12),
            Self.word(of: value, at: 18),
        ]
    }

    /// Six bytes of a digest as a number of 48 bits.
    private static func word(of value: DigestValue, at offset: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in offset..<offset + 6 { word = word << 8 | UInt64(value.bytes[index]) }
        return word
    }
}
