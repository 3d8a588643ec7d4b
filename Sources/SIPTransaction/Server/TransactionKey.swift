public import SIPMessage

/// Which server transaction a request belongs to; RFC 3261 §17.2.3.
///
/// A hash of 64 bits under the process's random key, so nobody can make two requests collide. The source
/// is part of it: a retransmission comes from where the request came from, and a stranger who learnt
/// a branch gets no stored reply. Of an INVITE only its address: while it rings, a NAT may give its CANCEL and its ACK
/// another port, or they come by a new connection.
public struct TransactionKey: Hashable, Sendable, BitwiseCopyable {
    /// The hash; never 0.
    public let rawValue: UInt64
    /// The transport repeats nothing by itself, so there is nothing to keep.
    public let isReliable: Bool

    /// The key of a request.
    ///
    /// With a branch of RFC 3261 it is made of branch, sent-by and method. A request of RFC 2543 has
    /// none: then of Request-URI, From, To, Call-ID, CSeq and top Via as they are written, since a
    /// retransmission is the same bytes.
    ///
    /// - Parameters:
    ///   - via: the request's top Via.
    ///   - method: the method to match, which is the request's own unless a CANCEL or an ACK looks for
    ///     its INVITE (§9.2, §17.2.3).
    public init(
        _ head: borrowing MessageHead,
        _ message: Span<UInt8>,
        via: Via,
        path: ReceivedFrom,
        as method: Method? = nil,
    ) {
        let own = head.method
        let method = method ?? own
        let isModern = via.hasMagicCookie(message)
        var hasher = Hasher()
        // Numbers and lengths in one word each: two texts in a row can't be cut otherwise.
        hasher.combine(path.source.address.high)
        hasher.combine(path.source.address.low)
        let port = method == .invite ? 0 : path.source.port
        hasher.combine(UInt64(port) << 32 | UInt64(via.port ?? 0) << 16 | UInt64(method.rawValue))
        if method == .other { hasher.combine(message, head.methodRange) }
        if isModern {
            hasher.combine(UInt32(via.branch.count) << 16 | UInt32(via.host.range.count))
            hasher.combine(text: message, via.branch)
            hasher.combine(text: message, via.host.range)
        } else {
            hasher.combine(message, head.requestURI)
            for name in Self.oldNames { hasher.combine(message, head.first(name) ?? .empty) }
        }
        rawValue = UInt64(bitPattern: Int64(hasher.finalize())) | 1
        isReliable = path.transport.isReliable
    }

    private static let oldNames: [HeaderName] = [.via, .from, .to, .callID, .cseq]
}

extension Hasher {
    /// Feeds a text and its length, so that two texts in a row can't be cut otherwise.
    @inline(__always)
    mutating func combine(_ message: Span<UInt8>, _ range: ByteRange) {
        combine(range.count)
        combine(text: message, range)
    }

    /// Feeds a text whose length was fed already.
    @inline(__always)
    mutating func combine(text message: Span<UInt8>, _ range: ByteRange) {
        let lower = min(Int(range.start), message.count)
        let upper = min(lower + Int(range.count), message.count)
        message.extracting(lower..<upper).withUnsafeBytes { combine(bytes: $0) }
    }
}
