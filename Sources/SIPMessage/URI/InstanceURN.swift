/// The URN of an instance, as `+sip.instance="<urn:uuid:…>"` has it (RFC 5626 §4.1).
public enum InstanceURN {
    /// Appends the URN in the form in which equal ones are equal: quoting and angle brackets gone, `urn:` and the
    /// namespace in lower case, a UUID and escapes too (RFC 2141 §5, RFC 4122 §3).
    ///
    /// - Parameter value: the parameter's value without its quotation marks.
    public static func append(_ bytes: Span<UInt8>, in value: ByteRange, to out: inout [UInt8]) {
        let start = out.count
        bytes.appendUnescaped(quoted: value, to: &out)
        if out.count - start >= 2, out[start] == 0x3c, out[out.count - 1] == 0x3e {
            out.remove(at: start)
            out.removeLast()
        }
        fold(&out, from: start)
    }

    private static func fold(_ urn: inout [UInt8], from start: Int) {
        var colons = 0
        var nameStart = start
        var isFolded = true
        var escape = 0
        for index in start..<urn.count {
            let byte = urn[index]
            if isFolded || escape > 0 { urn[index] = byte.folded }
            escape = byte == 0x25 ? 2 : max(0, escape - 1)
            guard byte == 0x3a, colons < 2 else { continue }
            colons += 1
            if colons == 1 {
                nameStart = index + 1
            } else {
                isFolded = isUUID(urn, nameStart..<index)
            }
        }
    }

    private static func isUUID(_ text: [UInt8], _ bounds: Range<Int>) -> Bool {
        bounds.count == 4 && text[bounds].elementsEqual("uuid".utf8)
    }
}
