internal import SIPMessage

/// Whom somebody means by a word: what a console and a script read where an address of record or a source can stand.
///
/// `aor:frank@example.test` and `ip:192.0.2.1` say which it is; without a prefix an IP address is a source, and what
/// has an `@` is an address of record, with `sip:` or `sips:` before it if wanted. What is left is a user whose domain
/// is not said.
public enum WrittenSubject: Hashable, Sendable {
    /// An address of record or a source.
    case subject(BlockSubject)
    /// Only the user; who knows the table may find the domain.
    case user(String)

    /// Why a word names nobody, and what to write instead.
    public struct Fault: Error, Hashable, Sendable {
        /// Half a sentence that begins with the word.
        public let sentence: String
    }

    /// Reads a word. Throws why it names nobody.
    public init(_ text: String) throws(Fault) {
        if let rest = Self.rest(of: text, behind: "ip:") {
            guard let address = Self.address(rest) else {
                throw Fault(sentence: "\(text): an IP address must follow ip:, without a port")
            }
            self = .subject(.source(address))
        } else if let rest = Self.rest(of: text, behind: "aor:") {
            guard Self.address(rest) == nil else {
                throw Fault(sentence: "\(text): this is a source; write \(rest) or ip:\(rest)")
            }
            self = try Self.name(rest, of: text)
        } else if let address = Self.address(text) {
            self = .subject(.source(address))
        } else {
            self = try Self.name(text, of: text)
        }
    }

    private static func name(_ name: String, of text: String) throws(Fault) -> WrittenSubject {
        let isPlain = !name.isEmpty && !name.utf8.contains { $0 <= 0x20 || $0 == 0x2f || $0 == 0x3a }
        if isPlain, !name.contains("@") { return .user(name) }
        guard name.contains("@"), let aor = addressOfRecord(name) else {
            throw Fault(
                sentence: "\(text): no address of record and no IP address; write user@domain or 192.0.2.1"
            )
        }
        return .subject(.aor(aor))
    }

    /// The canonical address of record of `user@domain`, perhaps with a scheme before it; nil for what is none.
    public static func addressOfRecord(_ text: String) -> [UInt8]? {
        let hasScheme = rest(of: text, behind: "sip:") != nil || rest(of: text, behind: "sips:") != nil
        let bytes = Array((hasScheme ? text : "sip:\(text)").utf8)
        let whole = ByteRange(start: 0, count: UInt16(clamping: bytes.count))
        guard bytes.count <= Int(UInt16.max), let uri = try? SIPURI(bytes.span, in: whole), uri.hasUser else {
            return nil
        }
        var name: [UInt8] = []
        return uri.appendCanonicalAOR(bytes.span, to: &name) ? name : nil
    }

    private static func rest(of text: String, behind prefix: String) -> String? {
        text.lowercased().hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
    }

    /// An IPv6 address may stand in brackets.
    private static func address(_ text: String) -> IPAddress? {
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        return IPAddress(isBracketed ? String(text.dropFirst().dropLast()) : text)
    }
}
