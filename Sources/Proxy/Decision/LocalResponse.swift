import BindingTable
import Registrar
import SIPDigest
import SIPMessage

/// A request that is answered here: what every answer to it needs.
struct LocalResponse: Sendable, BitwiseCopyable {
    /// Its topmost Via.
    let via: Via
    /// How it came.
    let path: ReceivedFrom
    /// The tag for To: the same for the same request, so that answers given without a transaction agree
    /// (RFC 3261 §8.2.7); nobody can guess it.
    let toTag: UInt64

    /// Answers to a request.
    init(
        to head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        via: Via,
        from path: ReceivedFrom,
        _ table: BindingTable,
    ) {
        self.via = via
        self.path = path
        let branch = table.hash(bytes.extracting(bytes.within(via.branch)))
        toTag = Self.callMark(head, bytes, table) << 32 | branch >> 32
    }

    /// The first half of every tag of ours for a Call-ID.
    private static func callMark(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ table: BindingTable,
    ) -> UInt64 {
        table.hash(bytes.extracting(bytes.within(head.first(.callID) ?? .empty))) >> 32
    }

    /// The request is in a dialog that never was: its To has the tag of a refusal of ours.
    static func isRefused(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ table: BindingTable,
    ) -> Bool {
        guard let tag = (try? head.to(bytes))?.tag, tag.count == 16,
            let value = bytes.hexadecimal(tag.bounds)
        else { return false }
        return value >> 32 == callMark(head, bytes, table)
    }

    /// Where the answers go.
    var destination: Endpoint { via.destination(over: path) }

    /// Appends 100 Trying (RFC 3261 §16.2), without a tag (§8.2.6.2).
    func writeTrying(_ head: borrowing MessageHead, _ bytes: Span<UInt8>, into encoder: inout MessageEncoder)
    {
        encoder.beginResponse(.trying, to: head, bytes, via: via, from: path.source, toTag: nil)
        encoder.copy(.timestamp, of: head, bytes)
        encoder.finish()
    }

    /// Appends a whole response without a body: any status, such as 408, 487 or 503.
    ///
    /// - Parameter retryAfter: seconds for Retry-After.
    func write(
        _ status: StatusCode,
        phrase: String? = nil,
        retryAfter: UInt32? = nil,
        to head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        server: [UInt8],
        into encoder: inout MessageEncoder,
    ) {
        begin(status, phrase: phrase, head, bytes, &encoder)
        if let retryAfter { encoder.header(.retryAfter, decimal: UInt64(retryAfter)) }
        end(server, &encoder)
    }

    /// Appends the response to what was refused here, as the `Refusal` table has it; a challenge is 407 with
    /// Proxy-Authenticate of the domain in From (RFC 3261 §22.3).
    ///
    /// - Returns: the status.
    @discardableResult
    func refuse(
        _ reason: RefusalReason,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        policy: Policy,
        tokens: FlowTokens,
        into encoder: inout MessageEncoder,
    ) -> StatusCode {
        let row = Refusal(reason)
        let status = StatusCode(row)
        let start = encoder.bytes.count
        begin(status, phrase: Refusal.phrase(of: reason), head, bytes, &encoder)
        switch row.extra {
        case .challenge(let stale):
            guard appendChallenge(stale: stale, head, bytes, policy, tokens, &encoder) else {
                // libcrypto failed: no nonce, no challenge.
                encoder.bytes.removeSubrange(start...)
                write(
                    .serviceUnavailable,
                    retryAfter: 5,
                    to: head,
                    bytes,
                    server: policy.server,
                    into: &encoder
                )
                return .serviceUnavailable
            }
        case .unsupported: appendUnsupported(head, bytes, &encoder)
        case .allow: encoder.header(.allow, "REGISTER, OPTIONS")
        case .retryAfter(let seconds): encoder.header(.retryAfter, decimal: UInt64(seconds))
        case .none, .accept, .unsupportedPath, .requireOutbound, .allowEvents, .minExpires: break
        }
        end(policy.server, &encoder)
        return status
    }

    /// Appends 302 with these values of Contact (RFC 3261 §8.3).
    func redirect(
        to contacts: [[UInt8]],
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        server: [UInt8],
        into encoder: inout MessageEncoder,
    ) {
        begin(.movedTemporarily, phrase: nil, head, bytes, &encoder)
        for contact in contacts {
            encoder.beginHeader(.contact)
            encoder.bytes.append(contact.span)
            encoder.endLine()
        }
        end(server, &encoder)
    }

    // MARK: The pieces

    private func begin(
        _ status: StatusCode,
        phrase: String?,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ encoder: inout MessageEncoder,
    ) {
        encoder.beginResponse(
            status,
            phrase: phrase,
            to: head,
            bytes,
            via: via,
            from: path.source,
            toTag: toTag
        )
    }

    private func end(_ server: [UInt8], _ encoder: inout MessageEncoder) {
        if !server.isEmpty {
            encoder.beginHeader(.server)
            encoder.bytes.append(server.span)
            encoder.endLine()
        }
        encoder.finish()
    }

    private func appendChallenge(
        stale: Bool,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ policy: Policy,
        _ tokens: FlowTokens,
        _ encoder: inout MessageEncoder,
    ) -> Bool {
        guard let from = try? head.from(bytes), let uri = try? SIPURI(bytes, in: from.uri) else {
            return false
        }
        var host: [UInt8] = []
        uri.appendCanonicalHost(bytes, to: &host)
        guard let domain = policy.domainIndex(host.span) else { return false }
        return policy.domains[domain].digest.appendChallenge(
            to: &encoder.bytes,
            stale: stale,
            asProxy: true,
            mint: tokens.mint,
            now: path.at,
            using: tokens.worker
        )
    }

    /// What a proxy has to understand, and none here does (RFC 3261 §16.3 step 5).
    private func appendUnsupported(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ encoder: inout MessageEncoder,
    ) {
        encoder.beginHeader(.unsupported)
        var tags = HeaderValues<Token>(.proxyRequire)
        var isFirst = true
        while let tag = try? tags.next(in: head, bytes) {
            if !isFirst { encoder.bytes.append(", ") }
            isFirst = false
            encoder.bytes.append(bytes, tag.range)
        }
        encoder.endLine()
    }
}

extension StatusCode {
    /// The status that a proxy gives to what a row of the table says: its challenge is 407.
    init(_ refusal: Refusal) {
        self = refusal.status == .unauthorized ? .proxyAuthenticationRequired : refusal.status
    }
}
