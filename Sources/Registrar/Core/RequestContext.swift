import SIPMessage
import SIPTransaction
import Timing

/// What every answer to a request needs, found before anything else is read.
struct RequestContext: BitwiseCopyable {
    /// The top Via: without it nothing can be answered.
    var via: Via
    /// How the request came, and when.
    var path: ReceivedFrom
    /// The moment on both clocks.
    var clock: ClockReading
    /// Keyed hash of the Call-ID.
    var callIDHash: UInt64
    /// Keyed hash of the top Via's branch.
    var branchHash: UInt64

    /// The tag for To: the same for the same request, so that answers given without a transaction agree
    /// (RFC 3261 §8.2.7), and nobody can guess it, for both hashes are keyed.
    var toTag: UInt64 { spread(callIDHash ^ spread(branchHash)) }

    /// The request without the way that it came by: branch, sent-by and method (RFC 3261 §17.2.3).
    ///
    /// Made of hashes that are there already. They are keyed by the table's secret, so nobody can aim one
    /// request's key at another's; what is mixed in needs no key then.
    func identity(_ head: borrowing MessageHead, _ bytes: Span<UInt8>) -> UInt64 {
        guard hasMagicCookie(bytes) else {
            // RFC 2543: the whole request tells, as it is written.
            return TransactionKey(head, bytes, via: via, path: path).rawValue
        }
        var sentBy = UInt64(via.port ?? 0) << 8 | UInt64(head.method.rawValue)
        for index in via.host.range.bounds { sentBy = (sentBy ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        return spread(branchHash ^ spread(sentBy))
    }

    private func hasMagicCookie(_ bytes: Span<UInt8>) -> Bool {
        let start = Int(via.branch.start)
        guard via.branch.count > 7 else { return false }
        let usual: InlineArray<7, UInt8> = [0x7a, 0x39, 0x68, 0x47, 0x34, 0x62, 0x4b]
        for index in 0..<7 where bytes[start + index] != usual[index] { return via.hasMagicCookie(bytes) }
        return true
    }

    /// The key of the request's transaction: its identity, and the source, for a stranger who learnt a branch
    /// shall get no stored reply.
    ///
    /// - Parameter identity: what `identity` gave.
    func key(_ identity: UInt64) -> TransactionKey {
        let address = path.source.address
        let source = spread(address.low ^ UInt64(path.source.port) << 48) ^ address.high
        return TransactionKey(hash: spread(identity ^ source), isReliable: path.transport.isReliable)
    }

    /// What all copies of the request have in common: From tag, Call-ID and CSeq (RFC 3261 §8.2.2.2).
    func commonKey(_ fields: RequestFields, _ bytes: Span<UInt8>) -> MergedRequests.Key {
        var tag = UInt64(fields.cseq.number)
        for index in fields.from.tag.bounds { tag = (tag ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        return MergedRequests.Key(hash: spread(callIDHash ^ spread(tag)))
    }
}

/// What every request must have besides Via (RFC 3261 §8.1.1), read at once; whatever fails here is a 400.
struct RequestFields: BitwiseCopyable {
    var from: NameAddress
    var to: NameAddress
    var callID: ByteRange
    var cseq: CSeq
    /// Nil in requests of RFC 2543.
    var maxForwards: UInt8?

    init(_ head: borrowing MessageHead, _ bytes: Span<UInt8>) throws(ParseError) {
        from = try head.from(bytes)
        to = try head.to(bytes)
        callID = try head.callID(bytes)
        cseq = try head.cseq(bytes)
        maxForwards = try head.maxForwards(bytes)
    }
}
