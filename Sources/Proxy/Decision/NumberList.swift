import SIPMessage

/// A list of numbers as the settings write it: single ones and ranges, separated by commas
/// (`+12145550100-0199, +12145550300`), and the contact that stands for it (RFC 6140).
enum NumberList {
    /// A number is one of the list. The end of a range may be written by the digits alone that differ.
    static func contains(_ list: [UInt8], _ number: [UInt8]) -> Bool {
        guard let wanted = digits(number) else { return false }
        for part in list.split(separator: 0x2c) {
            let text = part.filter { $0 != 0x20 && $0 != 0x09 }
            let ends = text.split(separator: 0x2d, maxSplits: 1).map(Array.init)
            guard let first = ends.first, let low = digits(first) else { continue }
            guard ends.count > 1 else {
                if low == wanted { return true }
                continue
            }
            guard let end = digits(ends[1]) else { continue }
            let high =
                end.isGlobal || end.digits.count >= low.digits.count
                ? end.digits : low.digits.dropLast(end.digits.count) + end.digits
            let isWithin =
                !wanted.digits.lexicographicallyPrecedes(low.digits)
                && !high.lexicographicallyPrecedes(wanted.digits)
            if wanted.isGlobal == low.isGlobal, wanted.digits.count == low.digits.count, isWithin {
                return true
            }
        }
        return false
    }

    private static func digits(_ text: [UInt8]) -> (isGlobal: Bool, digits: [UInt8])? {
        let isGlobal = text.first == 0x2b
        let digits = isGlobal ? Array(text.dropFirst()) : text
        guard !digits.isEmpty, digits.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        return (isGlobal, digits)
    }

    /// The contact of one number: the number as its user, `bnc` gone (RFC 6140 §5.2).
    static func contact(_ bulk: [UInt8], for number: [UInt8]) -> [UInt8] {
        guard let uri = bulk.uri, uri.isSIP, !uri.hasUser else { return bulk }
        let span = bulk.span
        var text: [UInt8] = []
        text.append(span.extracting(span.within(0..<uri.host.range.bounds.lowerBound)))
        text.appendEscapedUser(number.span)
        text.append(0x40)
        text.append(span.extracting(span.within(uri.host.range)))
        if let port = uri.port {
            text.append(0x3a)
            text.appendDecimal(UInt64(port))
        }
        var parameters = URIParameters(uri)
        while let parameter = parameters.next(span) {
            if span.array(parameter.name).map(\.lowercased).elementsEqual("bnc".utf8) { continue }
            text.append(0x3b)
            text.append(span.extracting(span.within(parameter.name)))
            if parameter.hasValue {
                text.append(0x3d)
                text.append(span.extracting(span.within(parameter.value)))
            }
        }
        return text
    }
}
