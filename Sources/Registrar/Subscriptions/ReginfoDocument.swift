import BindingTable
import SIPMessage

/// One contact as a document tells it (RFC 3680 §5.1).
struct ReginfoContact {
    /// Names the binding as long as it lives, and no other ever.
    var id: BindingID
    /// What brought it into its state; says with it whether it is active or terminated.
    var event: ContactEvent
    var isActive: Bool
    /// Seconds left; of active ones.
    var expires: UInt32?
    /// Seconds to wait; of probation.
    var retryAfter: UInt32?
    /// Preference in thousandths.
    var q: UInt16?
    /// Seconds since it was made.
    var duration: UInt64
    var cseq: UInt32
    /// The URI as the phone wrote it.
    var uri: [UInt8]
    var callID: [UInt8]
    /// The Contact's other parameters, each with its semicolon.
    var parameters: [UInt8]
}

/// `application/reginfo+xml` (RFC 3680 §5): written from any bytes, always well-formed.
///
/// What isn't UTF-8, or no character of XML 1.0 (§2.2 there), becomes U+FFFD. Bounded: a contact that does not
/// fit is not written, and a later document tells it.
struct ReginfoDocument {
    /// The state of the registration (RFC 3680 §4.7.1).
    enum State: UInt8 {
        /// There has never been a binding while the subscriber listened.
        case initial
        /// There is one at least.
        case active
        /// There is none any more.
        case terminated

        var word: StaticString {
            switch self {
            case .initial: "init"
            case .active: "active"
            case .terminated: "terminated"
            }
        }
    }

    /// Most bytes of a document: what UDP carries, with room for the NOTIFY around it.
    static let maximumBytes = 48 << 10
    static let contentType: StaticString = "application/reginfo+xml"

    /// The document so far.
    private(set) var bytes: [UInt8] = []
    /// No contact is in it so far.
    private(set) var hasNoContact = true
    private static let end: StaticString = "</registration>\n</reginfo>\n"

    /// Begins a document.
    ///
    /// - Parameters:
    ///   - version: one more than the last one's in the same subscription, from 0.
    ///   - isFull: it tells all; what it does not tell is not there.
    ///   - aor: the canonical address of record.
    ///   - id: names the registration, the same in the whole subscription.
    init(version: UInt32, isFull: Bool, aor: [UInt8], id: UInt64, state: State) {
        bytes.append("<?xml version=\"1.0\"?>\n<reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\" version=\"")
        bytes.appendDecimal(UInt64(version))
        bytes.append(isFull ? "\" state=\"full\">\n" : "\" state=\"partial\">\n")
        bytes.append("<registration aor=\"sip:")
        var uri: [UInt8] = []
        uri.appendAddressOfRecord(aor)
        append(escaping: uri)
        bytes.append("\" id=\"r")
        bytes.appendHexadecimal(id, digits: 16)
        bytes.append("\" state=\"")
        bytes.append(state.word)
        bytes.append("\">\n")
    }

    /// Adds a contact; false, and nothing is added, if the document would become too long.
    mutating func append(_ contact: ReginfoContact) -> Bool {
        let start = bytes.count
        bytes.append("<contact id=\"c")
        bytes.appendHexadecimal(contact.id.rawValue, digits: 16)
        bytes.append(contact.isActive ? "\" state=\"active\" event=\"" : "\" state=\"terminated\" event=\"")
        bytes.append(contact.event.word)
        bytes.append("\"")
        if let expires = contact.expires { attribute("expires", UInt64(expires)) }
        if let seconds = contact.retryAfter { attribute("retry-after", UInt64(seconds)) }
        if let q = contact.q {
            bytes.append(" q=\"")
            append(thousandths: q)
            bytes.append("\"")
        }
        attribute("duration-registered", contact.duration)
        bytes.append(" callid=\"")
        append(escaping: contact.callID)
        bytes.append("\"")
        attribute("cseq", UInt64(contact.cseq))
        bytes.append(">\n<uri>")
        append(escaping: contact.uri)
        bytes.append("</uri>\n")
        append(parameters: contact.parameters)
        bytes.append("</contact>\n")
        guard bytes.count + Self.end.utf8CodeUnitCount <= Self.maximumBytes else {
            bytes.removeSubrange(start...)
            return false
        }
        hasNoContact = false
        return true
    }

    /// Ends the document.
    mutating func finish() { bytes.append(Self.end) }

    private mutating func attribute(_ name: StaticString, _ number: UInt64) {
        bytes.append(0x20)
        bytes.append(name)
        bytes.append("=\"")
        bytes.appendDecimal(number)
        bytes.append("\"")
    }

    /// `0.5` (RFC 3261 §20.10).
    private mutating func append(thousandths q: UInt16) {
        guard q < 1_000 else { return bytes.append("1") }
        bytes.append("0")
        var digits = [UInt8(q / 100), UInt8(q / 10 % 10), UInt8(q % 10)]
        while digits.last == 0 { digits.removeLast() }
        if !digits.isEmpty { bytes.append(0x2e) }
        for digit in digits { bytes.append(0x30 + digit) }
    }

    /// `unknown-param`, one for each parameter that has no attribute of its own: `+sip.instance`, `reg-id`.
    private mutating func append(parameters: [UInt8]) {
        guard parameters.count <= Int(UInt16.max) else { return }
        let range = ByteRange(start: 0, count: UInt16(parameters.count))
        var walk = HeaderParameters(range, header: .contact)
        while let parameter = try? walk.next(parameters.span) {
            bytes.append("<unknown-param name=\"")
            append(escaping: Array(parameters[parameter.name.bounds]))
            bytes.append("\">")
            var bounds = parameter.value.bounds
            if parameter.isQuoted { bounds = max(bounds.lowerBound - 1, 0)..<bounds.upperBound + 1 }
            append(escaping: Array(parameters[bounds.clamped(to: 0..<parameters.count)]))
            bytes.append("</unknown-param>\n")
        }
    }

    /// Any bytes as XML text, good within an attribute too (XML 1.0 §2.2, §2.4).
    private mutating func append(escaping text: [UInt8]) {
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x22: bytes.append("&quot;")
            case 0x26: bytes.append("&amp;")
            case 0x27: bytes.append("&apos;")
            case 0x3c: bytes.append("&lt;")
            case 0x3e: bytes.append("&gt;")
            // As they stand, a reader would make spaces of them (XML 1.0 §3.3.3).
            case 0x09: bytes.append("&#9;")
            case 0x0a: bytes.append("&#10;")
            case 0x0d: bytes.append("&#13;")
            case 0..<0x20, 0xfffe, 0xffff: bytes.append(contentsOf: "\u{fffd}".utf8)
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }
}

extension Array<UInt8> {
    /// Appends a canonical address of record as it stands in a URI behind its scheme: what may not stand in
    /// a user part is escaped. The last `@` is the separator.
    mutating func appendAddressOfRecord(_ aor: [UInt8]) {
        if let at = aor.lastIndex(of: 0x40) {
            appendEscapedUser(aor.span.extracting(0..<at))
            append(0x40)
        }
        append(contentsOf: aor[((aor.lastIndex(of: 0x40) ?? -1) + 1)...])
    }
}
