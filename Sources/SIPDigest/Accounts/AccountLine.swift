/// One line of an accounts file, taken apart: `USER:REALM:HASH` or `USER:REALM:ALGORITHM:HASH`.
///
/// The user ends at the first colon and the hash begins after the last, so a realm may have colons in
/// it (an IPv6 address). Without an algorithm 32 digits are MD5, as `htdigest` writes, and 64 SHA-256.
struct AccountLine {
    static let maximumLength = 1_024
    static let maximumField = 255

    let user: Range<Int>
    let realm: Range<Int>
    let value: DigestValue

    /// What a line is.
    enum Reading {
        case nothing
        case account(AccountLine)
        case fault(AccountsError.Fault)
    }

    /// Reads the line that stands in `line` of a text.
    static func read(_ text: Span<UInt8>, _ line: Range<Int>) -> Reading {
        let line = trimmed(text, line)
        if line.isEmpty || text[line.lowerBound] == 0x23 { return .nothing }
        guard line.count <= maximumLength else { return .fault(.tooLong) }
        guard let userEnd = firstColon(text, line), let hashColon = lastColon(text, line), userEnd < hashColon
        else { return .fault(.fields) }
        let user = line.lowerBound..<userEnd
        guard isField(text, user) else { return .fault(.user) }
        let hash = hashColon + 1..<line.upperBound
        var realm = userEnd + 1..<hashColon
        var algorithm: DigestAlgorithm? = nil
        if let colon = lastColon(text, realm), looksLikeAlgorithm(text, colon + 1..<hashColon) {
            algorithm = self.algorithm(text, colon + 1..<hashColon)
            guard algorithm != nil else { return .fault(.algorithm) }
            realm = userEnd + 1..<colon
        }
        guard isField(text, realm) else { return .fault(.realm) }
        let meant = algorithm ?? (hash.count == 64 ? .sha256 : .md5)
        guard let value = DigestValue(hex: text.extracting(hash), algorithm: meant) else {
            return .fault(.hash(expected: meant.hexCount))
        }
        return .account(AccountLine(user: user, realm: realm, value: value))
    }

    /// Calls `body` with the number, from 1, and the bounds of each line, without its end.
    static func forEachLine<E: Error>(
        in text: Span<UInt8>,
        _ body: (Int, Range<Int>) throws(E) -> Void,
    ) throws(E) {
        var start = 0
        var number = 1
        while start < text.count {
            var end = start
            while end < text.count, text[end] != 0x0a { end += 1 }
            try body(number, start..<end)
            start = end + 1
            number += 1
        }
    }

    /// True for a field that no realm ends in but an algorithm's name begins with.
    private static func looksLikeAlgorithm(_ text: Span<UInt8>, _ field: Range<Int>) -> Bool {
        starts(text, field, with: "MD5") || starts(text, field, with: "SHA")
    }

    private static func algorithm(_ text: Span<UInt8>, _ field: Range<Int>) -> DigestAlgorithm? {
        for algorithm in DigestAlgorithm.allCases
        where algorithm.name.utf8.count == field.count && starts(text, field, with: algorithm.name) {
            return algorithm
        }
        return nil
    }

    private static func starts(_ text: Span<UInt8>, _ field: Range<Int>, with name: String) -> Bool {
        guard field.count >= name.utf8.count else { return false }
        var index = field.lowerBound
        for byte in name.utf8 {
            let own = text[index]
            guard (own >= 0x61 && own <= 0x7a ? own - 0x20 : own) == byte else { return false }
            index += 1
        }
        return true
    }

    /// What may stand in a quoted string as it is: quotation marks and backslashes would need escapes there.
    private static func isField(_ text: Span<UInt8>, _ field: Range<Int>) -> Bool {
        guard !field.isEmpty, field.count <= maximumField else { return false }
        for index in field {
            let byte = text[index]
            if byte < 0x20 || byte == 0x7f || byte == 0x22 || byte == 0x5c { return false }
        }
        return true
    }

    private static func trimmed(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
        var start = line.lowerBound
        var end = line.upperBound
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }
        while start < end, isBlank(text[start]) { start += 1 }
        while end > start, isBlank(text[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func firstColon(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
        for index in range where text[index] == 0x3a { return index }
        return nil
    }

    private static func lastColon(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var index = range.upperBound
        while index > range.lowerBound {
            index -= 1
            if text[index] == 0x3a { return index }
        }
        return nil
    }
}
