internal import SIPMessage

extension DigestWorker {
    /// The response that credentials should have, RFC 7616 §3.4.1, from the texts as the client wrote
    /// them; nil if libcrypto failed.
    ///
    /// Two digests, three with a body to protect.
    func response(
        to credentials: DigestCredentials,
        ha1: DigestValue,
        _ head: borrowing MessageHead,
        _ message: Span<UInt8>,
    ) -> DigestValue? {
        let algorithm = ha1.algorithm
        var body: DigestValue? = nil
        if credentials.qop == .authInt {
            begin(algorithm)
            append(message.extracting(head.body.bounds(within: message.count)))
            body = finish(algorithm)
            guard body != nil else { return nil }
        }
        begin(algorithm)
        append(message.extracting(head.methodRange.bounds(within: message.count)))
        append(0x3a)
        append(message.extracting(credentials.uri.bounds(within: message.count)))
        if let body {
            append(0x3a)
            append(hexOf: body)
        }
        guard let ha2 = finish(algorithm) else { return nil }
        begin(algorithm)
        append(hexOf: ha1)
        append(0x3a)
        append(message.extracting(credentials.nonce.bounds(within: message.count)))
        append(0x3a)
        if credentials.qop != .none {
            append(message.extracting(credentials.ncRange.bounds(within: message.count)))
            append(0x3a)
            append(message.extracting(credentials.cnonce.bounds(within: message.count)))
            append(0x3a)
            append(message.extracting(credentials.qopRange.bounds(within: message.count)))
            append(0x3a)
        }
        append(hexOf: ha2)
        return finish(algorithm)
    }
}
