import BindingTable
import SIPMessage

/// What a REGISTER says, read out of its headers once: numbers and ranges into the message.
///
/// The only place where the meaning of REGISTER's header fields is known (design: hop 5). It is made
/// after the checks of RFC 3261 §8.2 and the domain's look-up, and before any binding is touched.
struct RegisterRequest: BitwiseCopyable {
    /// From, To, Call-ID, CSeq, Max-Forwards.
    var fields: RequestFields
    /// Which of the policy's domains the Request-URI names.
    var domain: Int
    /// Keyed hash of the Call-ID.
    var callIDHash: UInt64
    /// Keyed hash of the top Via's branch.
    var branchHash: UInt64
    /// Seconds in the Expires header field; nil without one.
    var expires: UInt32?
    /// The user name that was proved; empty under open registration.
    var account: ByteRange
    /// User-Agent's value.
    var userAgent: ByteRange
    /// The top Via's sent-by, as written.
    var sentBy: ByteRange
    /// The top Via's host and port.
    var sentByHost: Host
    var sentByPort: UInt16?
    /// The top Via asks for `rport` (RFC 3581).
    var hasRPort: Bool
    /// What is remarkable about the request as a whole.
    var badges: Badges

    /// CSeq's number.
    var cseq: UInt32 { fields.cseq.number }

    /// An evenly spread number that the same request always has: for jitter, so that a repeated request
    /// is answered alike.
    var draw: UInt64 { spread(callIDHash ^ spread(UInt64(cseq)) ^ branchHash) }

    /// The binding was made by this very request: same Call-ID, CSeq and branch.
    func made(_ facts: BindingFacts) -> Bool {
        facts.callIDHash == callIDHash && facts.cseq == cseq && facts.branchHash == branchHash
    }

    /// Reads what the mandatory fields do not hold.
    init(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ fields: RequestFields,
        _ context: RequestContext,
        domain: Int,
        badges: Badges,
    ) throws(ParseError) {
        self.fields = fields
        self.domain = domain
        callIDHash = context.callIDHash
        branchHash = context.branchHash
        self.badges = badges
        expires = try head.expires(bytes)?.value
        account = .empty
        userAgent = head.first(.userAgent) ?? .empty
        sentBy = Self.sentBy(context.via, bytes)
        sentByHost = context.via.host
        sentByPort = context.via.port
        hasRPort = context.via.hasRPort
    }

    /// Host and port of a Via as they stand there.
    private static func sentBy(_ via: Via, _ bytes: Span<UInt8>) -> ByteRange {
        var range = via.host.range
        guard via.port != nil else { return range }
        var end = range.bounds.upperBound
        let limit = via.range.bounds.upperBound
        while end < limit, bytes[end] &- 0x30 > 9 { end += 1 }
        while end < limit, bytes[end] &- 0x30 <= 9 { end += 1 }
        range.count = UInt16(clamping: end - Int(range.start))
        return range
    }
}
