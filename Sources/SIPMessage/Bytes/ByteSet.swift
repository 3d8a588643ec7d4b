/// A set of ASCII characters as two words: membership costs a shift, not a table in memory.
///
/// Bytes of 128 and above are in no set; where the grammar allows UTF-8, the reader says so itself. The sets are
/// numbers and not made from text when the program starts, because that would cost a check at each use; a test
/// compares each with its characters.
struct ByteSet: Sendable {
    /// One bit for each of the characters 0–63.
    let low: UInt64
    /// One bit for each of the characters 64–127.
    let high: UInt64

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : high
        return (word &>> UInt64(byte & 63)) & 1 != 0 && byte < 128
    }
}

extension ByteSet {
    /// `token` (RFC 3261 §25.1): letters, digits and
    /// `` -.!%*_+`'~ ``
    static var token: ByteSet { ByteSet(low: 0x03ff_6ca2_0000_0000, high: 0x47ff_ffff_87ff_fffe) }
    /// What an unquoted parameter value may hold: `token`, `host` and, because real phones send them, the other
    /// printable characters that can't end it: letters, digits and
    /// `` -.!%*_+`'~[]:/@=&$#?{}^|() ``
    static var parameterValue: ByteSet { ByteSet(low: 0xa7ff_effa_0000_0000, high: 0x7fff_ffff_efff_ffff) }
    /// `user` without escapes (RFC 3261 §25.1): letters, digits and
    /// `` -_.!~*'()&=+$,;?/ ``
    static var user: ByteSet { ByteSet(low: 0xabff_ffd2_0000_0000, high: 0x47ff_fffe_87ff_fffe) }
    /// `password` without escapes: letters, digits and
    /// `` -_.!~*'()&=+$, ``
    static var password: ByteSet { ByteSet(low: 0x23ff_7fd2_0000_0000, high: 0x47ff_fffe_87ff_fffe) }
    /// `paramchar` without escapes: letters, digits and
    /// `` -_.!~*'()[]/:&+$ ``
    static var uriParameter: ByteSet { ByteSet(low: 0x07ff_efd2_0000_0000, high: 0x47ff_fffe_afff_fffe) }
    /// `hname` and `hvalue` without escapes, `=` and `&` being the separators: letters, digits and
    /// `` -_.!~*'()[]/?:+$=& ``
    static var uriHeader: ByteSet { ByteSet(low: 0xa7ff_efd2_0000_0000, high: 0x47ff_fffe_afff_fffe) }
    /// What a host name may hold, the underscore because networks have such names: letters, digits and
    /// `` -._ ``
    static var hostName: ByteSet { ByteSet(low: 0x03ff_6000_0000_0000, high: 0x07ff_fffe_87ff_fffe) }
    /// `reserved`: equal to its escaped form in no comparison (RFC 3261 §19.1.4):
    /// `` ;/?:@&=+$, ``
    static var reserved: ByteSet { ByteSet(low: 0xac00_9850_0000_0000, high: 0x0000_0000_0000_0001) }
    /// Digits of a telephone number and the separators that only please the eye (RFC 3966 §3):
    /// `` 0123456789-.() ``
    static var telephone: ByteSet { ByteSet(low: 0x03ff_6300_0000_0000, high: 0x0000_0000_0000_0000) }
    /// The same with the digits that only local numbers have:
    /// `` 0123456789abcdefABCDEF*#-.() ``
    static var localTelephone: ByteSet { ByteSet(low: 0x03ff_6708_0000_0000, high: 0x0000_007e_0000_007e) }
    /// Everything that may stand in a URI of a scheme that isn't read any further (RFC 3986 §2): letters, digits and
    /// `` -_.!~*'();/?:@&=+$,[]%# ``
    static var anyURI: ByteSet { ByteSet(low: 0xafff_fffa_0000_0000, high: 0x47ff_fffe_afff_ffff) }
    /// `word`, of which Call-IDs are made, and the `@` in their middle: letters, digits and
    /// `` -.!%*_+`'~()<>:\"/[]?{}@ ``
    static var callID: ByteSet { ByteSet(low: 0xd7ff_efa6_0000_0000, high: 0x6fff_ffff_bfff_ffff) }
}

extension UInt8 {
    /// May stand unescaped in the user part of a URI (RFC 3261 §25.1).
    public var isUserByte: Bool { ByteSet.user.contains(self) }
    /// May stand unescaped in a parameter of a URI (RFC 3261 §25.1).
    public var isURIParameterByte: Bool { ByteSet.uriParameter.contains(self) }
}
