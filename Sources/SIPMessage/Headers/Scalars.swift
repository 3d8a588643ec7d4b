/// The value of CSeq (RFC 3261 §20.16).
public struct CSeq: HeaderValue, Hashable {
    /// The sequence number, less than 2^31 (§8.1.1.5).
    public var number: UInt32
    /// The method.
    public var method: Method
    /// The method as written.
    public var methodRange: ByteRange

    /// `1*DIGIT LWS Method`.
    public static func read(
        _ bytes: Span<UInt8>,
        from position: inout Int,
        to end: Int,
        header: HeaderName,
    ) throws(ParseError) -> CSeq {
        let start = bytes.skippingSpace(from: position, to: end)
        position = start
        let number = try bytes.decimal(from: &position, to: end, header: header)
        guard number < 1 << 31 else { throw ParseError(header, at: start, .numberOutOfRange) }
        let method = bytes.skippingSpace(from: position, to: end)
        guard method > position else { throw ParseError(header, at: position, .unexpectedByte) }
        position = bytes.firstOutside(.token, from: method, to: end)
        guard position > method else { throw ParseError(header, at: method, .malformedMethod) }
        let range = ByteRange(from: method, to: position)
        position = bytes.skippingSpace(from: position, to: end)
        return CSeq(
            number: UInt32(truncatingIfNeeded: number),
            method: Method(bytes, in: range),
            methodRange: range,
        )
    }
}

/// A number of seconds as in Expires and Min-Expires (`delta-seconds`, RFC 3261 §20.19).
public struct DeltaSeconds: Hashable, Sendable, BitwiseCopyable {
    /// The seconds; a larger number than 2^32-1 is that, a malformed one is 3600 (§20.19, §10.2.1.1).
    public var value: UInt32
    /// This was not a number, so that 3600 stands for it.
    public var isMalformed: Bool

    /// Reads what stands in `range`, whatever it is.
    @inline(__always)
    public init(lenient bytes: Span<UInt8>, in range: ByteRange) {
        let bounds = bytes.clamped(range)
        var number: UInt64 = 0
        var isMalformed = bounds.isEmpty
        for index in bounds {
            if !bytes[index].isDigit { isMalformed = true }
            number = min(number &* 10 &+ UInt64(bytes[index] &- 0x30), UInt64(UInt32.max))
        }
        self.isMalformed = isMalformed
        value = isMalformed ? Contact.malformedExpires : UInt32(truncatingIfNeeded: number)
    }
}

/// A word of a list: an option tag, a method in Allow, an event package (RFC 3261 §25.1 `token`).
public struct Token: HeaderValue, Hashable {
    /// The word.
    public var range: ByteRange

    /// Supported, Allow and Require may be empty lists.
    public static var mayBeEmpty: Bool { true }

    /// Reads one word.
    public static func read(
        _ bytes: Span<UInt8>,
        from position: inout Int,
        to end: Int,
        header: HeaderName,
    ) throws(ParseError) -> Token {
        let start = bytes.skippingSpace(from: position, to: end)
        position = bytes.firstOutside(.token, from: start, to: end)
        guard position > start else {
            let isSeparator = start == end || bytes[start] == 0x2c
            throw ParseError(header, at: start, isSeparator ? .emptyElement : .unexpectedByte)
        }
        let range = ByteRange(from: start, to: position)
        position = bytes.skippingSpace(from: position, to: end)
        return Token(range: range)
    }
}

/// The option tags that anything here acts upon (RFC 3261 §19.2).
public struct OptionTags: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// One bit for each tag.
    public var rawValue: UInt8

    /// The tags of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `path` (RFC 3327).
    public static let path = OptionTags(rawValue: 1)
    /// `outbound` (RFC 5626).
    public static let outbound = OptionTags(rawValue: 2)
    /// `gruu` (RFC 5627).
    public static let gruu = OptionTags(rawValue: 4)
    /// `gin` (RFC 6140).
    public static let gin = OptionTags(rawValue: 8)
    /// `sec-agree` (RFC 3329).
    public static let secAgree = OptionTags(rawValue: 16)
    /// `eventlist` (RFC 4662).
    public static let eventlist = OptionTags(rawValue: 32)
    /// `timer` (RFC 4028).
    public static let timer = OptionTags(rawValue: 64)
    /// A tag that isn't listed here.
    public static let unknown = OptionTags(rawValue: 128)

    /// The tag that stands in `range`; tags are case-insensitive as all tokens are (RFC 3261 §7.3.1).
    public init(_ bytes: Span<UInt8>, in range: ByteRange) {
        let bounds = bytes.clamped(range)
        let word = FoldedWord(bytes, from: bounds.lowerBound, count: bounds.count)
        if word == FoldedWord("path") {
            self = .path
        } else if word == FoldedWord("outbound") {
            self = .outbound
        } else if word == FoldedWord("gruu") {
            self = .gruu
        } else if word == FoldedWord("gin") {
            self = .gin
        } else if word == FoldedWord("sec-agree") {
            self = .secAgree
        } else if word == FoldedWord("eventlist") {
            self = .eventlist
        } else if word == FoldedWord("timer") {
            self = .timer
        } else {
            self = .unknown
        }
    }
}

extension MessageHead {
    /// All option tags of Supported, Require, Proxy-Require or Unsupported.
    public func optionTags(_ header: HeaderName, _ bytes: Span<UInt8>) throws(ParseError) -> OptionTags {
        var tags: OptionTags = []
        var values = HeaderValues<Token>(header)
        while let token = try values.next(in: self, bytes) {
            tags.formUnion(OptionTags(bytes, in: token.range))
        }
        return tags
    }

    /// The topmost Via: who sent this and where a response goes.
    public func topVia(_ bytes: Span<UInt8>) throws(ParseError) -> Via {
        guard let range = first(.via) else { throw ParseError(.via, at: 0, .missing) }
        let bounds = bytes.clamped(range)
        var position = bounds.lowerBound
        let via = try Via.read(bytes, from: &position, to: bounds.upperBound, header: .via)
        guard position == bounds.upperBound || bytes[position] == 0x2c else {
            throw ParseError(.via, at: position, .unexpectedByte)
        }
        return via
    }

    /// From (RFC 3261 §20.20).
    public func from(_ bytes: Span<UInt8>) throws(ParseError) -> NameAddress {
        try NameAddress(bytes, in: only(.from), header: .from)
    }

    /// To (RFC 3261 §20.39).
    public func to(_ bytes: Span<UInt8>) throws(ParseError) -> NameAddress {
        try NameAddress(bytes, in: only(.to), header: .to)
    }

    /// CSeq, whose method must be that of the request (RFC 3261 §8.1.1.5).
    public func cseq(_ bytes: Span<UInt8>) throws(ParseError) -> CSeq {
        let cseq = try CSeq(bytes, in: only(.cseq), header: .cseq)
        if kind == .request {
            guard cseq.method == method, method != .other || bytes.equal(cseq.methodRange, bytes, methodRange)
            else {
                throw ParseError(.cseq, at: Int(cseq.methodRange.start), .methodMismatch)
            }
        }
        return cseq
    }

    /// Call-ID, which must be there once and be made of the characters of a `callid` (RFC 3261 §20.8).
    public func callID(_ bytes: Span<UInt8>) throws(ParseError) -> ByteRange {
        let range = try only(.callID)
        let bounds = bytes.clamped(range)
        guard !bounds.isEmpty else { throw ParseError(.callID, at: bounds.lowerBound, .empty) }
        let stop = bytes.firstOutside(.callID, from: bounds.lowerBound, to: bounds.upperBound)
        guard stop == bounds.upperBound else { throw ParseError(.callID, at: stop, .unexpectedByte) }
        return range
    }

    /// Max-Forwards, `nil` if it isn't there, as RFC 2543 had none (RFC 3261 §20.22).
    public func maxForwards(_ bytes: Span<UInt8>) throws(ParseError) -> UInt8? {
        guard let range = try optional(.maxForwards) else { return nil }
        let number = try bytes.decimal(in: range, header: .maxForwards)
        guard number <= 255 else { throw ParseError(.maxForwards, at: Int(range.start), .numberOutOfRange) }
        return UInt8(truncatingIfNeeded: number)
    }

    /// Max-Breadth, `nil` if it isn't there; a larger number than 65535 is that (RFC 5393 §5.3.1).
    public func maxBreadth(_ bytes: Span<UInt8>) throws(ParseError) -> UInt16? {
        guard let range = try optional(.maxBreadth) else { return nil }
        return UInt16(clamping: try bytes.decimal(in: range, header: .maxBreadth))
    }

    /// Expires, `nil` if it isn't there (RFC 3261 §20.19).
    public func expires(_ bytes: Span<UInt8>) throws(ParseError) -> DeltaSeconds? {
        guard let range = try optional(.expires) else { return nil }
        return DeltaSeconds(lenient: bytes, in: range)
    }
}

/// What every request must have (RFC 3261 §8.1.1), read at once; whatever fails here is a 400.
public struct MandatoryFields: Hashable, Sendable, BitwiseCopyable {
    /// The topmost Via.
    public var via: Via
    /// From.
    public var from: NameAddress
    /// To.
    public var to: NameAddress
    /// Call-ID.
    public var callID: ByteRange
    /// CSeq.
    public var cseq: CSeq
    /// Max-Forwards; `nil` in requests of RFC 2543.
    public var maxForwards: UInt8?

    /// Reads the fields of `head`, Via first: without it no answer can be sent.
    public init(_ head: borrowing MessageHead, _ bytes: Span<UInt8>) throws(ParseError) {
        via = try head.topVia(bytes)
        from = try head.from(bytes)
        to = try head.to(bytes)
        callID = try head.callID(bytes)
        cseq = try head.cseq(bytes)
        maxForwards = try head.maxForwards(bytes)
    }
}
