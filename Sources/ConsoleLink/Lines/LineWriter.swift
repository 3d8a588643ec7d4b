internal import SIPMessage

/// JSON in the making: one buffer that only grows, and the objects and lists that are still open in it.
///
/// Containers of `Encoder` write into it as they are told; one that has been closed, since something behind it was
/// written, writes no more, and the line as a whole fails.
final class LineWriter {
    /// An object or a list that is not closed yet.
    private struct Open {
        var closing: UInt8
        var isEmpty = true
    }

    private var bytes: [UInt8] = []
    private var open: [Open] = []
    /// Something was written into a container that is closed.
    private var isMisused = false

    init() {
        bytes.reserveCapacity(512)
        open.reserveCapacity(16)
    }

    /// How many objects and lists are open: where the next one will stand.
    var level: Int { open.count }

    /// Closes all and gives the line.
    func finished() -> [UInt8] {
        close(to: 0)
        return isMisused || bytes.isEmpty ? Array("null".utf8) : bytes
    }

    /// Opens an object or list as the value that is due; if it is open already, at this level, it is gone on with.
    func begin(_ opening: UInt8, at level: Int) {
        close(to: level + 1)
        let closing = opening + 2
        if open.count > level {
            if open[level].closing != closing { isMisused = true }
            return
        }
        bytes.append(opening)
        open.append(Open(closing: closing))
    }

    /// Makes ready for a member's value.
    func member(_ key: some CodingKey, at level: Int) {
        element(at: level)
        append(text: key.stringValue)
        bytes.append(0x3a)
    }

    /// Makes ready for an element of a list.
    func element(at level: Int) {
        guard open.count > level else {
            isMisused = true
            return
        }
        close(to: level + 1)
        if !open[level].isEmpty { bytes.append(0x2c) }
        open[level].isEmpty = false
    }

    private func close(to level: Int) {
        while open.count > level, let last = open.popLast() { bytes.append(last.closing) }
    }

    /// Writes a value where one is due.
    func write<Value: Encodable>(_ value: Value) throws {
        if Value.self == [UInt8].self, let raw = value as? [UInt8] { return append(bytes: raw) }
        let start = bytes.count
        let level = level
        try value.encode(to: LineEncoder(writer: self, level: level))
        close(to: level)
        // Something must stand there, even for a value that has nothing to say.
        if bytes.count == start { append("null") }
    }

    /// Appends a word of JSON.
    func append(_ word: StaticString) { bytes.append(word) }

    /// Appends a whole number.
    func append(_ number: some BinaryInteger) {
        if number < 0 { bytes.append(0x2d) }
        bytes.appendDecimal(UInt64(truncatingIfNeeded: number.magnitude))
    }

    /// Appends a number; JSON has no word for those that are none, so they are strings.
    func append(_ number: Double) {
        if number.isFinite {
            bytes.append(contentsOf: number.description.utf8)
        } else {
            append(text: number.isNaN ? "NaN" : number > 0 ? "Infinity" : "-Infinity")
        }
    }

    /// Appends a string.
    func append(text: String) {
        var text = text
        text.withUTF8 { appendString(Span(_unsafeElements: $0)) }
    }

    /// Appends bytes: a string where they are UTF-8, else an object with their hexadecimal digits.
    func append(bytes text: [UInt8]) {
        if (try? UTF8Span(validating: text.span)) != nil { return appendString(text.span) }
        append("{\"hex\":\"")
        bytes.reserveCapacity(bytes.count + 2 * text.count + 2)
        for byte in text { bytes.appendHexadecimal(UInt64(byte), digits: 2) }
        append("\"}")
    }

    private func appendString(_ text: Span<UInt8>) {
        bytes.append(0x22)
        var start = 0
        var index = 0
        while index < text.count {
            let length = text.troublesomeLength(at: index)
            if length == 0 {
                index += 1
                continue
            }
            bytes.append(text.extracting(start..<index))
            appendEscape(text, from: index, count: length)
            index += length
            start = index
        }
        bytes.append(text.extracting(start..<text.count))
        bytes.append(0x22)
    }

    private func appendEscape(_ text: Span<UInt8>, from index: Int, count: Int) {
        bytes.append(0x5c)
        let first = text[index]
        switch (first, count) {
        case (0x22, _), (0x5c, _): bytes.append(first)
        case (0x0a, _): bytes.append(0x6e)
        case (0x0d, _): bytes.append(0x72)
        case (0x09, _): bytes.append(0x74)
        default:
            var scalar = UInt64(first)
            if count == 2 { scalar = UInt64(first & 0x1f) << 6 | UInt64(text[index + 1] & 0x3f) }
            if count == 3 {
                scalar = UInt64(first & 0x0f) << 12 | UInt64(text[index + 1] & 0x3f) << 6
                scalar |= UInt64(text[index + 2] & 0x3f)
            }
            bytes.append(0x75)
            bytes.appendHexadecimal(scalar, digits: 4)
        }
    }
}

extension Span<UInt8> {
    /// How many bytes of UTF-8 make up the scalar at an index, if it has to be escaped; 0 if it may stand as it is.
    ///
    /// JSON demands it of quotation mark, backslash and C0. DEL and C1 steer terminals; separators of lines and
    /// paragraphs, and what turns the direction of writing or has no width, make a line look like another.
    @inline(__always)
    fileprivate func troublesomeLength(at index: Int) -> Int {
        let byte = self[index]
        if byte < 0x7f { return byte < 0x20 || byte == 0x22 || byte == 0x5c ? 1 : 0 }
        if byte == 0x7f { return 1 }
        guard byte == 0xc2 || byte == 0xe2 || byte == 0xef, index + 1 < count else { return 0 }
        let second = self[index + 1]
        if byte == 0xc2 { return second < 0xa0 ? 2 : 0 }
        guard index + 2 < count else { return 0 }
        let third = self[index + 2]
        let isTroublesome =
            switch (byte, second) {
            case (0xe2, 0x80): (0x8b...0x8f).contains(third) || (0xa8...0xae).contains(third)
            case (0xe2, 0x81): (0xa0...0xaf).contains(third)
            case (0xef, 0xbb): third == 0xbf
            default: false
            }
        return isTroublesome ? 3 : 0
    }
}
