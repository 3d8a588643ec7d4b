import SIPMessage

/// Writes the two requests that a client transaction sends of itself: the ACK of a refusal (RFC 3261 §17.1.1.3) and CANCEL
/// (§9.1). Both are made from the INVITE as it was sent.
enum HopByHopRequest {
    /// Appends it.
    ///
    /// - Parameters:
    ///   - method: ACK or CANCEL.
    ///   - head: the INVITE.
    ///   - to: the value of To of the response that an ACK is for; nil: that of the INVITE.
    static func write(
        _ method: SIPMessage.Method,
        for head: borrowing MessageHead,
        _ request: Span<UInt8>,
        to: Span<UInt8>? = nil,
        into encoder: inout MessageEncoder,
    ) {
        guard let via = try? head.topVia(request), let cseq = try? head.cseq(request) else { return }
        encoder.beginRequest(method, uri: request.extracting(head.requestURI.bounds))
        encoder.header(.via, request, via.range)
        encoder.copy(.route, of: head, request)
        encoder.header(.maxForwards, "70")
        encoder.copy(.from, of: head, request)
        if let to {
            encoder.beginHeader(.to)
            encoder.bytes.append(unfolding: to, ByteRange(start: 0, count: UInt16(clamping: to.count)))
            encoder.endLine()
        } else {
            encoder.copy(.to, of: head, request)
        }
        encoder.copy(.callID, of: head, request)
        encoder.cseq(cseq.number, method)
        encoder.finish()
    }
}
