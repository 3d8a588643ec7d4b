/// Reads the subject of an X.509 certificate (RFC 5280 §4.1) as far as its common name: the library gives
/// alternative names only, and the certificates that phones leave the factory with have none.
enum SubjectName {
    /// The last, most specific common name; nil without one, or with one that is no plain text of at most 64
    /// characters (RFC 5280 appendix A.1).
    static func common(in certificate: [UInt8]) -> String? {
        var outer = DERReader(certificate[...])
        guard let whole = outer.next(), whole.tag == 0x30 else { return nil }
        var body = DERReader(whole.contents)
        guard let signed = body.next(), signed.tag == 0x30 else { return nil }
        var fields = DERReader(signed.contents)
        guard var field = fields.next() else { return nil }
        // The version is left out in the oldest certificates.
        if field.tag == 0xa0, let serial = fields.next() { field = serial }
        // After the serial number: signature, issuer, validity, subject.
        guard field.tag == 0x02, fields.next() != nil, fields.next() != nil, fields.next() != nil,
            let subject = fields.next(), subject.tag == 0x30
        else { return nil }
        return commonName(of: subject.contents)
    }

    private static func commonName(of subject: ArraySlice<UInt8>) -> String? {
        var found: String?
        var sets = DERReader(subject)
        while let set = sets.next() {
            var pairs = DERReader(set.contents)
            while let pair = pairs.next() {
                var parts = DERReader(pair.contents)
                // 2.5.4.3
                guard let kind = parts.next(), kind.tag == 0x06,
                    kind.contents.elementsEqual([0x55, 0x04, 0x03]),
                    let value = parts.next()
                else { continue }
                found = text(value)
            }
        }
        return found
    }

    /// UTF8String, PrintableString or IA5String.
    private static func text(_ value: DERReader.Element) -> String? {
        guard [0x0c, 0x13, 0x16].contains(value.tag),
            let text = String(validating: value.contents, as: UTF8.self),
            !text.isEmpty, text.unicodeScalars.count <= 64
        else { return nil }
        return text
    }
}

/// Takes one element after another out of DER (X.690 §8.1); total on any bytes.
struct DERReader {
    /// A tag of one byte with what it holds.
    struct Element {
        let tag: UInt8
        let contents: ArraySlice<UInt8>
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next element; nil at the end and where the bytes are none.
    mutating func next() -> Element? {
        guard let tag = rest.popFirst(), tag & 0x1f != 0x1f, let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if first & 0x80 != 0 {
            let octets = Int(first & 0x7f)
            guard (1...3).contains(octets), rest.count >= octets else { return nil }
            length = rest.prefix(octets).reduce(0) { $0 << 8 | Int($1) }
            rest.removeFirst(octets)
        }
        guard length <= rest.count else { return nil }
        defer { rest.removeFirst(length) }
        return Element(tag: tag, contents: rest.prefix(length))
    }
}
