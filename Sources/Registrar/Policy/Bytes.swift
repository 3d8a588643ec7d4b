/// Byte-for-byte equality of two texts, eight bytes at a time.
func equal(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    let count = a.count
    guard count == b.count else { return false }
    let (first, second) = (a.bytes, b.bytes)
    var index = 0
    while index &+ 8 <= count {
        let difference =
            first.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            ^ second.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
        if difference != 0 { return false }
        index &+= 8
    }
    while index < count {
        if a[index] != b[index] { return false }
        index &+= 1
    }
    return true
}

/// An ASCII letter in lower case; every other byte as it is.
@inlinable
func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

/// Equality of two texts apart from the case of ASCII letters (domain names, RFC 3261 §19.1.4).
@inlinable
func equalIgnoringCase(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    for index in a.indices where lowercased(a[index]) != lowercased(b[index]) { return false }
    return true
}

/// FNV-1a over a text with ASCII letters in lower case. For tables that only an operator fills: a
/// stranger who finds colliding names gains nothing but a comparison of bytes.
@inlinable
func foldedHash(_ text: Span<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for index in text.indices {
        hash = (hash ^ UInt64(lowercased(text[index]))) &* 0x100_0000_01b3
    }
    return hash
}

/// Spreads the bits of a number over all 64 (the finaliser of SplitMix64).
@inlinable
func spread(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
}
