/// A name of up to 16 characters as two numbers, its letters in lower case, so that a comparison of
/// names is one of numbers and a chain of them becomes a binary search.
///
/// Folding sets bit 5 of each byte, which is the lower case of a letter and maps a few control
/// characters onto digits and signs; where that matters, the text has been checked to be a `token`.
struct FoldedWord: Equatable, Sendable {
    /// The first eight characters, first in the lowest byte; zeroes after the end.
    let head: UInt64
    /// The next eight.
    let tail: UInt64

    @inline(__always)
    private init(head: UInt64, tail: UInt64) {
        self.head = head
        self.tail = tail
    }

    /// The name of a literal of at most 16 characters; the compiler makes it two constants.
    @inline(__always)
    init(_ text: StaticString) {
        let count = text.utf8CodeUnitCount
        let start = text.utf8Start
        // Without branches, or the compiler stops inlining where a chain of names is compared.
        @inline(__always)
        func byte(_ index: Int) -> UInt64 {
            let inside = (index &- count) &>> 63
            let byte = UInt64(start[index & inside] | 0x20) & UInt64(truncatingIfNeeded: inside)
            return byte &<< UInt64(truncatingIfNeeded: 8 &* (index & 7))
        }
        head = byte(0) | byte(1) | byte(2) | byte(3) | byte(4) | byte(5) | byte(6) | byte(7)
        tail = byte(8) | byte(9) | byte(10) | byte(11) | byte(12) | byte(13) | byte(14) | byte(15)
    }

    /// The name at `start`; longer ones than 16 characters equal no other.
    @inline(__always)
    init(_ bytes: Span<UInt8>, from start: Int, count: Int) {
        if count <= 8 {
            self.init(head: bytes.foldedWord(from: start, count: count), tail: 0)
        } else if count <= 16 {
            self.init(
                head: bytes.foldedWord(from: start, count: 8),
                tail: bytes.foldedWord(from: start + 8, count: count - 8),
            )
        } else {
            self.init(head: .max, tail: .max)
        }
    }

    /// The first `count` of sixteen bytes.
    @inline(__always)
    init(_ vector: Bytes16, count: Int) {
        let halves = unsafeBitCast(vector | Bytes16(repeating: 0x20), to: SIMD2<UInt64>.self)
        let isShort = count <= 8
        let mask = UInt64.max &>> UInt64(truncatingIfNeeded: (0 &- 8 &* count) & 63)
        self.init(
            head: isShort ? halves[0].littleEndian & mask : halves[0].littleEndian,
            tail: isShort ? 0 : halves[1].littleEndian & mask,
        )
    }

    /// No name.
    static var none: FoldedWord { FoldedWord(head: 0, tail: 0) }

    /// The name in `range`.
    @inline(__always)
    init(_ bytes: Span<UInt8>, in range: ByteRange) {
        self.init(bytes, from: Int(range.start), count: Int(range.count))
    }
}

extension Span<UInt8> {
    /// Up to eight bytes from `start` as one number with bit 5 of each set; 0 after `count`.
    @inline(__always)
    func foldedWord(from start: Int, count wanted: Int) -> UInt64 {
        guard wanted > 0 else { return 0 }
        let mask = UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- 8 &* wanted)
        if start &+ 8 <= count {
            let word = bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
            return (UInt64(littleEndian: word) | 0x2020_2020_2020_2020) & mask
        }
        var word: UInt64 = 0
        for index in 0..<wanted {
            word |= UInt64(self[start + index] | 0x20) &<< UInt64(truncatingIfNeeded: 8 &* index)
        }
        return word
    }
}
