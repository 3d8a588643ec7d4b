/// Quality of protection (RFC 7616 §3.3).
public enum DigestQop: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// No `qop`: the form of RFC 2069.
    case none
    /// `auth`.
    case auth
    /// `auth-int`.
    case authInt
    /// A word that means nothing to us.
    case other

    @inline(__always)
    init(_ bytes: Span<UInt8>, in range: ByteRange) {
        let word = FoldedWord(bytes, in: range)
        self = word == FoldedWord("auth") ? .auth : word == FoldedWord("auth-int") ? .authInt : .other
    }
}

/// Digest credentials out of Authorization or Proxy-Authorization (RFC 3261 §20.7, RFC 7616 §3.4).
///
/// Texts are ranges between the quotation marks, escapes still in them.
public struct DigestCredentials: Hashable, Sendable, BitwiseCopyable {
    /// `username`, or `username*` (RFC 7616 §3.4).
    public var username: ByteRange = .empty
    /// `realm`.
    public var realm: ByteRange = .empty
    /// `nonce`.
    public var nonce: ByteRange = .empty
    /// `uri`, as the client hashed it.
    public var uri: ByteRange = .empty
    /// `response`.
    public var response: ByteRange = .empty
    /// `algorithm`; empty means MD5.
    public var algorithm: ByteRange = .empty
    /// `cnonce`.
    public var cnonce: ByteRange = .empty
    /// `opaque`.
    public var opaque: ByteRange = .empty
    /// `qop` as written, for the hash.
    public var qopRange: ByteRange = .empty
    /// `qop`.
    public var qop = DigestQop.none
    /// `nc` as written, for the hash.
    public var ncRange: ByteRange = .empty
    /// `nc`, `nil` if missing or not hexadecimal of at most eight digits.
    public var nc: UInt32?
    /// `userhash` is `true`: the user name is a hash.
    public var isUserHashed = false
    /// The user name is in the extended form of RFC 5987.
    public var isUsernameExtended = false
    /// One of the texts has a backslash, so that it must be unescaped before it is compared.
    public var hasEscapes = false

    /// Reads `range`; `nil` if the scheme isn't Digest, which is no error but credentials for somebody else
    /// (RFC 4475 §3.3.7).
    ///
    /// Quotation marks are neither demanded nor refused: phones differ. Throws for what isn't a list of
    /// parameters or has one of ours twice.
    public init?(_ bytes: Span<UInt8>, in range: ByteRange, header: HeaderName) throws(ParseError) {
        let bounds = bytes.clamped(range)
        let end = bounds.upperBound
        var position = bounds.lowerBound
        guard bytes.skipDigestScheme(from: &position, to: end) else { return nil }
        var word = FoldedWord.none
        while true {
            let parameter = try Parameter.read(bytes, from: &position, to: end, header: header, word: &word)
            try take(parameter, named: word, bytes, header)
            guard position < end else { break }
            guard bytes[position] == 0x2c else { throw ParseError(header, at: position, .unexpectedByte) }
            position &+= 1
        }
    }

    @inline(__always)
    private mutating func take(
        _ parameter: Parameter,
        named name: FoldedWord,
        _ bytes: Span<UInt8>,
        _ header: HeaderName,
    ) throws(ParseError) {
        guard parameter.hasValue else {
            throw ParseError(header, at: Int(parameter.name.start), .malformedParameter)
        }
        let isNew: Bool
        if name == FoldedWord("username") {
            isNew = Self.set(&username, parameter)
        } else if name == FoldedWord("realm") {
            isNew = Self.set(&realm, parameter)
        } else if name == FoldedWord("nonce") {
            isNew = Self.set(&nonce, parameter)
        } else if name == FoldedWord("uri") {
            isNew = Self.set(&uri, parameter)
        } else if name == FoldedWord("response") {
            isNew = Self.set(&response, parameter)
        } else if name == FoldedWord("algorithm") {
            isNew = Self.set(&algorithm, parameter)
        } else if name == FoldedWord("cnonce") {
            isNew = Self.set(&cnonce, parameter)
        } else if name == FoldedWord("opaque") {
            isNew = Self.set(&opaque, parameter)
        } else if name == FoldedWord("qop") {
            isNew = Self.set(&qopRange, parameter)
            qop = DigestQop(bytes, in: parameter.value)
        } else if name == FoldedWord("nc") {
            isNew = Self.set(&ncRange, parameter)
            if parameter.value.count <= 8 {
                nc = bytes.hexadecimal(in: parameter.value).map { UInt32(truncatingIfNeeded: $0) }
            }
        } else if name == FoldedWord("userhash") {
            isNew = true
            isUserHashed = bytes.equalsIgnoringCase(parameter.value, "true")
        } else if name == FoldedWord("username*") {
            isNew = Self.set(&username, parameter)
            isUsernameExtended = true
        } else {
            return
        }
        guard isNew else { throw ParseError(header, at: Int(parameter.name.start), .repeatedParameter) }
        if parameter.hasEscapes { hasEscapes = true }
    }

    /// Sets a range that wasn't set yet. An empty quoted text has a start, which tells it from none.
    @inline(__always)
    private static func set(_ range: inout ByteRange, _ parameter: Parameter) -> Bool {
        guard range == .empty else { return false }
        range = parameter.value
        return true
    }
}

extension Span<UInt8> {
    /// Skips `Digest LWS`; `false` for another scheme.
    func skipDigestScheme(from position: inout Int, to end: Int) -> Bool {
        let start = skippingSpace(from: position, to: end)
        let schemeEnd = firstOutside(.token, from: start, to: end)
        guard FoldedWord(self, from: start, count: schemeEnd &- start) == FoldedWord("digest") else {
            return false
        }
        position = skippingSpace(from: schemeEnd, to: end)
        return position > schemeEnd || position == end
    }
}
