/// A set of ASCII characters as two words: membership costs a shift, not a table in memory.
///
/// Bytes of 128 and above are in no set; where the grammar allows UTF-8, the reader says so itself.
struct ByteSet: Sendable {
    /// One bit for each of the characters 0–63.
    let low: UInt64
    /// One bit for each of the characters 64–127.
    let high: UInt64

    /// The set of the characters of `text` and, if asked for, of all letters and digits.
    @inline(__always)
    init(alphanumeric: Bool = true, and text: StaticString) {
        var low: UInt64 = alphanumeric ? 0x03ff_0000_0000_0000 : 0
        var high: UInt64 = alphanumeric ? 0x07ff_fffe_07ff_fffe : 0
        for index in 0..<text.utf8CodeUnitCount {
            let byte = text.utf8Start[index]
            if byte < 64 {
                low |= 1 &<< UInt64(byte)
            } else {
                high |= 1 &<< UInt64(byte & 63)
            }
        }
        self.low = low
        self.high = high
    }

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : byte < 128 ? high : 0
        return (word &>> UInt64(byte & 63)) & 1 != 0
    }
}

extension ByteSet {
    /// `token` (RFC 3261 §25.1).
    static let token = ByteSet(and: "-.!%*_+`'~")
    /// What an unquoted parameter value may hold: `token`, `host` and, because real phones send them,
    /// the other printable characters that can't end it.
    static let parameterValue = ByteSet(and: "-.!%*_+`'~[]:/@=&$#?{}^|()")
    /// `user` without escapes (RFC 3261 §25.1).
    static let user = ByteSet(and: "-_.!~*'()&=+$,;?/")
    /// `password` without escapes.
    static let password = ByteSet(and: "-_.!~*'()&=+$,")
    /// `paramchar` without escapes.
    static let uriParameter = ByteSet(and: "-_.!~*'()[]/:&+$")
    /// `hname` and `hvalue` without escapes, `=` and `&` being the separators.
    static let uriHeader = ByteSet(and: "-_.!~*'()[]/?:+$=&")
    /// What a host name may hold; the underscore because networks have such names.
    static let hostName = ByteSet(and: "-._")
    /// `reserved`: equal to its escaped form in no comparison (RFC 3261 §19.1.4).
    static let reserved = ByteSet(alphanumeric: false, and: ";/?:@&=+$,")
    /// Digits of a telephone number and the separators that only please the eye (RFC 3966 §3).
    static let telephone = ByteSet(alphanumeric: false, and: "0123456789-.()")
    /// The same with the digits that only local numbers have.
    static let localTelephone = ByteSet(alphanumeric: false, and: "0123456789abcdefABCDEF*#-.()")
    /// Everything that may stand in a URI of a scheme that isn't read any further (RFC 3986 §2).
    static let anyURI = ByteSet(and: "-_.!~*'();/?:@&=+$,[]%#")
    /// `word`, of which Call-IDs are made, and the `@` in their middle.
    static let callID = ByteSet(and: "-.!%*_+`'~()<>:\\\"/[]?{}@")
}
