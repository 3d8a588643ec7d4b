internal import SIPMessage

/// SipHash-1-3 with a secret key: whoever chooses addresses of record cannot choose where they land.
struct KeyedHash: Sendable, BitwiseCopyable {
    private let firstKey: UInt64
    private let secondKey: UInt64

    /// The function that belongs to a seed.
    init(seed: UInt64) {
        // SplitMix64 spreads 64 bits of seed over both halves of the key.
        var state = seed
        firstKey = Self.spread(&state)
        secondKey = Self.spread(&state)
    }

    private static func spread(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    /// The 64-bit hash of a text; equal texts have equal hashes.
    func callAsFunction(_ text: Span<UInt8>) -> UInt64 {
        var state = State(firstKey, secondKey)
        let bytes = text.bytes
        let count = bytes.byteCount
        var offset = 0
        while offset + 8 <= count {
            state.absorb(word(bytes, at: offset))
            offset += 8
        }
        var last = UInt64(truncatingIfNeeded: count) << 56
        if offset < count {
            if count >= 8 {
                // The last eight bytes at once, without those that are absorbed already.
                last |= word(bytes, at: count - 8) >> UInt64(8 * (8 - count + offset))
            } else {
                for index in 0..<count { last |= UInt64(text[index]) << UInt64(8 * index) }
            }
        }
        state.absorb(last)
        return state.finish()
    }

    private struct State {
        var v0: UInt64, v1: UInt64, v2: UInt64, v3: UInt64

        init(_ k0: UInt64, _ k1: UInt64) {
            v0 = k0 ^ 0x736f_6d65_7073_6575
            v1 = k1 ^ 0x646f_7261_6e64_6f6d
            v2 = k0 ^ 0x6c79_6765_6e65_7261
            v3 = k1 ^ 0x7465_6462_7974_6573
        }

        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            v0 ^= word
        }

        mutating func finish() -> UInt64 {
            v2 ^= 0xff
            round()
            round()
            round()
            return v0 ^ v1 ^ v2 ^ v3
        }

        private mutating func round() {
            v0 = v0 &+ v1
            v1 = (v1 << 13 | v1 >> 51) ^ v0
            v0 = v0 << 32 | v0 >> 32
            v2 = v2 &+ v3
            v3 = (v3 << 16 | v3 >> 48) ^ v2
            v0 = v0 &+ v3
            v3 = (v3 << 21 | v3 >> 43) ^ v0
            v2 = v2 &+ v1
            v1 = (v1 << 17 | v1 >> 47) ^ v2
            v2 = v2 << 32 | v2 >> 32
        }
    }
}

/// Eight bytes as a little-endian number, from anywhere within the bytes.
@inline(__always)
func word(_ bytes: RawSpan, at offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
}

/// Whether two texts are the same bytes.
func isEqual(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    let count = a.count
    guard b.count == count else { return false }
    let aBytes = a.bytes
    let bBytes = b.bytes
    var offset = 0
    while offset + 8 <= count {
        if word(aBytes, at: offset) != word(bBytes, at: offset) { return false }
        offset += 8
    }
    if offset == count { return true }
    // The last eight bytes at once, some of them again.
    if count >= 8 { return word(aBytes, at: count - 8) == word(bBytes, at: count - 8) }
    while offset < count {
        if a[offset] != b[offset] { return false }
        offset += 1
    }
    return true
}

/// The part of a text buffer that a range names; nothing where the range is not within it.
func bounds(_ range: ByteRange, within texts: Span<UInt8>) -> Range<Int> {
    range.bounds.upperBound <= texts.count ? range.bounds : 0..<0
}
