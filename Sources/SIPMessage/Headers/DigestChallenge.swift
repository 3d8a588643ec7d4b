/// A Digest challenge out of WWW-Authenticate or Proxy-Authenticate, as a client reads it
/// (RFC 3261 §20.44, RFC 7616 §3.3).
///
/// Texts are ranges between the quotation marks, escapes still in them.
public struct DigestChallenge: Hashable, Sendable, BitwiseCopyable {
    /// `realm`.
    public var realm: ByteRange = .empty
    /// `nonce`.
    public var nonce: ByteRange = .empty
    /// `opaque`, to be sent back as it is.
    public var opaque: ByteRange = .empty
    /// `algorithm`; empty means MD5.
    public var algorithm: ByteRange = .empty
    /// `domain`.
    public var domain: ByteRange = .empty
    /// `stale` is `true`: the password was right, the nonce old.
    public var isStale = false
    /// `qop` offers `auth`.
    public var offersAuth = false
    /// `qop` offers `auth-int`.
    public var offersAuthInt = false
    /// `userhash` is `true`: the server takes hashed user names.
    public var offersUserHash = false

    /// Reads `range`; `nil` if the scheme isn't Digest. Throws for what isn't a list of parameters, and for
    /// a challenge without realm or nonce.
    public init?(_ bytes: Span<UInt8>, in range: ByteRange, header: HeaderName) throws(ParseError) {
        let bounds = bytes.clamped(range)
        let end = bounds.upperBound
        var position = bounds.lowerBound
        guard bytes.skipDigestScheme(from: &position, to: end) else { return nil }
        var word = FoldedWord.none
        while true {
            let parameter = try Parameter.read(bytes, from: &position, to: end, header: header, word: &word)
            take(parameter, named: word, bytes)
            guard position < end else { break }
            guard bytes[position] == 0x2c else { throw ParseError(header, at: position, .unexpectedByte) }
            position &+= 1
        }
        guard realm != .empty, nonce != .empty else {
            throw ParseError(header, at: bounds.lowerBound, .missingParameter)
        }
    }

    private mutating func take(_ parameter: Parameter, named name: FoldedWord, _ bytes: Span<UInt8>) {
        if name == FoldedWord("realm") {
            realm = parameter.value
        } else if name == FoldedWord("nonce") {
            nonce = parameter.value
        } else if name == FoldedWord("opaque") {
            opaque = parameter.value
        } else if name == FoldedWord("algorithm") {
            algorithm = parameter.value
        } else if name == FoldedWord("domain") {
            domain = parameter.value
        } else if name == FoldedWord("stale") {
            isStale = bytes.equalsIgnoringCase(parameter.value, "true")
        } else if name == FoldedWord("userhash") {
            offersUserHash = bytes.equalsIgnoringCase(parameter.value, "true")
        } else if name == FoldedWord("qop") {
            readQop(bytes, in: parameter.value)
        }
    }

    /// `qop` is a list in one quoted string.
    private mutating func readQop(_ bytes: Span<UInt8>, in range: ByteRange) {
        let bounds = bytes.clamped(range)
        var position = bounds.lowerBound
        while position < bounds.upperBound {
            let start = bytes.skippingSpace(from: position, to: bounds.upperBound)
            let stop = bytes.first(0x2c, from: start, to: bounds.upperBound)
            let end = bytes.trimmedEnd(from: start, to: stop)
            switch DigestQop(bytes, in: ByteRange(from: start, to: end)) {
            case .auth: offersAuth = true
            case .authInt: offersAuthInt = true
            case .none, .other: break
            }
            position = stop + 1
        }
    }
}
