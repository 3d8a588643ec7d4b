/// A message without its secrets, byte for byte as long as before, so that lengths, offsets and Content-Length stay
/// right: nonces, responses and the like of Digest headers, credentials of other schemes, and passwords in SIP URIs
/// are filled with `x`. Bodies are left as they are. Total over all bytes, also of what is no message.
public enum Redaction {
    /// What a secret is filled with.
    public static let filler: UInt8 = 0x78

    /// The message with its secrets filled.
    public static func redacted(_ message: [UInt8]) -> [UInt8] {
        var out = message
        var index = 0
        // Line ends before a message are keep-alives.
        while index < message.count, message[index] == 0x0d || message[index] == 0x0a { index += 1 }
        while index < message.count {
            let end = fieldEnd(message, from: index)
            if isEmptyLine(message[index..<end]) { break }
            redactField(message, index..<end, in: &out)
            index = end
        }
        return out
    }

    /// A URI, a value or a message with the passwords of its SIP URIs filled (RFC 3261 §19.1.1: nobody's business).
    public static func withoutPasswords(_ bytes: [UInt8]) -> [UInt8] {
        var out = bytes
        for password in passwords(bytes, 0..<bytes.count) { fill(password, in: &out) }
        return out
    }

    /// The end of the line that begins at `start` and of those folded onto it, line ends included.
    private static func fieldEnd(_ message: [UInt8], from start: Int) -> Int {
        var index = start
        while index < message.count {
            guard message[index] == 0x0a else {
                index += 1
                continue
            }
            index += 1
            guard index < message.count, message[index] == 0x20 || message[index] == 0x09 else { break }
        }
        return index
    }

    private static func isEmptyLine(_ line: ArraySlice<UInt8>) -> Bool {
        line.allSatisfy { $0 == 0x0d || $0 == 0x0a }
    }

    private static func redactField(_ message: [UInt8], _ field: Range<Int>, in out: inout [UInt8]) {
        let line = message[field]
        if let colon = line.firstIndex(of: 0x3a) {
            let name = line[..<colon].filter { $0 != 0x20 && $0 != 0x09 }
            let word = String(decoding: name, as: UTF8.self).lowercased()
            if DigestText.holdsSecrets(word) {
                let start = colon + 1
                let value = Array(line[start...])
                let isCredentials = DigestText.isCredentials(word)
                for range in DigestText.secretRanges(of: value, isCredentials: isCredentials) {
                    fill(start + range.lowerBound..<start + range.upperBound, in: &out)
                }
            }
        }
        for password in passwords(message, field) { fill(password, in: &out) }
    }

    /// Line ends and the blanks of a fold stay: the message keeps its shape.
    private static func fill(_ range: Range<Int>, in out: inout [UInt8]) {
        for index in range.clamped(to: 0..<out.count) {
            switch out[index] {
            case 0x0d, 0x0a, 0x20, 0x09: continue
            default: out[index] = filler
            }
        }
    }

    // MARK: URIs

    /// Where `sip:user:password@host` has its password (RFC 3261 §25.1).
    private static func passwords(_ message: [UInt8], _ field: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = field.lowerBound
        while index < field.upperBound {
            guard let start = userStart(message, at: index, end: field.upperBound) else {
                index += 1
                continue
            }
            index = start
            while index < field.upperBound, isUserByte(message[index]) { index += 1 }
            guard index > start, index < field.upperBound, message[index] == 0x3a else { continue }
            let password = index + 1
            index = password
            // Further than the grammar goes: passwords hold what they may not, and are secrets all the same.
            while index < field.upperBound, !endsURI(message[index]) { index += 1 }
            guard let end = message[password..<index].lastIndex(of: 0x40) else { continue }
            found.append(password..<end)
        }
        return found
    }

    /// Behind `sip:` or `sips:` that stands here, in any case.
    private static func userStart(_ message: [UInt8], at index: Int, end: Int) -> Int? {
        for scheme in ["sips:", "sip:"] {
            let bytes = Array(scheme.utf8)
            guard index + bytes.count <= end else { continue }
            let matches = bytes.indices.allSatisfy { message[index + $0] | 0x20 == bytes[$0] | 0x20 }
            if matches { return index + bytes.count }
        }
        return nil
    }

    /// Letters, digits, marks, escapes, `& = + $ ; ? / #`, and all that is no ASCII.
    private static func isUserByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x80...: true
        default: "-_.!~*'()%&=+$;?/#".utf8.contains(byte)
        }
    }

    /// No URI goes on behind it.
    private static func endsURI(_ byte: UInt8) -> Bool { byte <= 0x20 || "<>\",".utf8.contains(byte) }
}
