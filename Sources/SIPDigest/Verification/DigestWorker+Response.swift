internal import SIPMessage

extension DigestWorker {
    /// The response that credentials should have, RFC 7616 §3.4.1, from the texts as the client wrote
    /// them; nil if libcrypto failed.
    ///
    /// One digest, two for a method and uri that were not seen lately, three with a body to protect.
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
        guard let ha2 = ha2(algorithm, head.methodRange, credentials.uri, body: body, in: message) else {
            return nil
        }
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

    /// H(A2), RFC 7616 §3.4.3; one digest unless method and uri are those of an earlier message.
    private func ha2(
        _ algorithm: DigestAlgorithm,
        _ method: ByteRange,
        _ uri: ByteRange,
        body: DigestValue?,
        in message: Span<UInt8>,
    ) -> DigestValue? {
        let method = method.bounds(within: message.count)
        let uri = uri.bounds(within: message.count)
        if body == nil, let known = memo.value(algorithm, message, method, uri) { return known }
        begin(algorithm)
        append(message.extracting(method))
        append(0x3a)
        append(message.extracting(uri))
        if let body {
            append(0x3a)
            append(hexOf: body)
        }
        let value = finish(algorithm)
        if body == nil, let value { memo.remember(value, message, method, uri) }
        return value
    }
}
