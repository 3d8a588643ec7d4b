import SIPMessage

/// A page of memory that a reply is written to before it is appended, whole and in one copy, to the loop's
/// buffer: an `Array` asks at every append whether it is unique and has room, which for the thirty pieces of
/// a 200 costs more than the pieces.
struct ReplyPage {
    private var bytes: [UInt8]

    init(capacity: Int = 4_096) {
        bytes = Array(repeating: 0, count: capacity)
    }

    /// Appends what `body` writes. It is called a second time, with more room, if the first did not suffice,
    /// so it must write the same again and do nothing else.
    @inline(__always)
    mutating func append(to out: inout [UInt8], _ body: (inout ReplyCursor) -> Void) {
        while true {
            let needed = bytes.withUnsafeMutableBufferPointer { room in
                var cursor = ReplyCursor(room)
                body(&cursor)
                if cursor.count <= room.count {
                    out.append(contentsOf: UnsafeBufferPointer(rebasing: room[..<cursor.count]))
                }
                return cursor.count
            }
            if needed <= bytes.count { return }
            bytes = Array(repeating: 0, count: needed)
        }
    }
}

/// Where the next piece of a reply goes. It never writes beyond its room: what does not fit is counted only.
///
/// Not to be kept after the closure that it was given to.
struct ReplyCursor {
    private let room: UnsafeMutableBufferPointer<UInt8>
    /// Bytes written, or that would have been.
    private(set) var count = 0

    @inline(__always)
    init(_ room: UnsafeMutableBufferPointer<UInt8>) {
        self.room = room
    }

    @inline(__always)
    private mutating func put(_ source: UnsafePointer<UInt8>, _ length: Int) {
        let end = count &+ length
        if end <= room.count, let base = room.baseAddress {
            (base + count).update(from: source, count: length)
        }
        count = end
    }

    /// A text of the program's own.
    @inline(__always)
    mutating func put(_ text: StaticString) {
        put(text.utf8Start, text.utf8CodeUnitCount)
    }

    /// All bytes of a span.
    @inline(__always)
    mutating func put(_ text: Span<UInt8>) {
        text.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { put(base, buffer.count) }
        }
    }

    /// The bytes of a range.
    @inline(__always)
    mutating func put(_ text: Span<UInt8>, _ range: ByteRange) {
        put(text.extracting(range.bounds))
    }

    /// The bytes of a range, each fold as one space (RFC 3261 §7.3.1).
    mutating func put(unfolding text: Span<UInt8>, _ range: ByteRange) {
        var isFold = false
        for index in range.bounds {
            let byte = text[index]
            if byte == 0x0d || byte == 0x0a {
                isFold = true
            } else if !isFold || byte != 0x20 && byte != 0x09 {
                if isFold { put(byte: 0x20) }
                isFold = false
                put(byte: byte)
            }
        }
    }

    /// One byte.
    @inline(__always)
    mutating func put(byte: UInt8) {
        if count < room.count { room[count] = byte }
        count &+= 1
    }

    /// A number in decimal.
    @inline(__always)
    mutating func put(decimal number: UInt32) {
        // Most numbers here have up to four digits: octets, ports, seconds.
        if number >= 10_000 { return put(long: number) }
        let thousands = number / 1_000
        let hundreds = number / 100 % 10
        let tens = number / 10 % 10
        if number >= 1_000 { put(byte: 0x30 &+ UInt8(truncatingIfNeeded: thousands)) }
        if number >= 100 { put(byte: 0x30 &+ UInt8(truncatingIfNeeded: hundreds)) }
        if number >= 10 { put(byte: 0x30 &+ UInt8(truncatingIfNeeded: tens)) }
        put(byte: 0x30 &+ UInt8(truncatingIfNeeded: number % 10))
    }

    private mutating func put(long number: UInt32) {
        put(decimal: number / 10_000)
        let rest = number % 10_000
        put(byte: 0x30 &+ UInt8(truncatingIfNeeded: rest / 1_000))
        put(byte: 0x30 &+ UInt8(truncatingIfNeeded: rest / 100 % 10))
        put(byte: 0x30 &+ UInt8(truncatingIfNeeded: rest / 10 % 10))
        put(byte: 0x30 &+ UInt8(truncatingIfNeeded: rest % 10))
    }

    /// Sixteen lower-case hexadecimal digits.
    @inline(__always)
    mutating func put(hexadecimal number: UInt64) {
        // Two digits of each byte side by side, then all sixteen at once from nibble to character.
        put(hexadecimal: UInt32(truncatingIfNeeded: number >> 32))
        put(hexadecimal: UInt32(truncatingIfNeeded: number))
    }

    @inline(__always)
    private mutating func put(hexadecimal half: UInt32) {
        var nibbles = UInt64(half)
        nibbles = (nibbles << 16 | nibbles) & 0x0000_ffff_0000_ffff
        nibbles = (nibbles << 8 | nibbles) & 0x00ff_00ff_00ff_00ff
        nibbles = (nibbles << 4 | nibbles) & 0x0f0f_0f0f_0f0f_0f0f
        let isLetter = ((nibbles &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
        let digits = nibbles &+ 0x3030_3030_3030_3030 &+ isLetter &* 0x27
        let end = count &+ 8
        if end <= room.count {
            UnsafeMutableRawBufferPointer(room).storeBytes(
                of: digits.bigEndian,
                toByteOffset: count,
                as: UInt64.self
            )
        }
        count = end
    }

    /// An address as text, without brackets.
    mutating func put(address: IPAddress) {
        guard address.isIPv4 else {
            var text: [UInt8] = []
            address.append(to: &text)
            return put(text.span)
        }
        let bits = UInt32(truncatingIfNeeded: address.low)
        put(decimal: bits >> 24)
        put(byte: 0x2e)
        put(decimal: bits >> 16 & 0xff)
        put(byte: 0x2e)
        put(decimal: bits >> 8 & 0xff)
        put(byte: 0x2e)
        put(decimal: bits & 0xff)
    }
}
