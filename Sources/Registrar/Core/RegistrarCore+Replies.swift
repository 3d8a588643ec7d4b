import BindingTable
import SIPDigest
import SIPMessage
import Timing

extension RegistrarCore {
    /// Writes the reply to a refusal other than 401, as the table says (`Refusal`).
    ///
    /// - Parameter status: another status than the table's, for a reason that means another thing within a dialog.
    mutating func refuse(
        _ reason: RefusalReason,
        as status: StatusCode? = nil,
        _ bytes: Span<UInt8>,
        _ context: RequestContext,
        _ handling: inout Handling,
    ) {
        let row = Refusal(reason)
        let status = status ?? row.status
        encoder.beginResponse(
            status,
            phrase: Refusal.phrase(of: reason),
            to: head,
            bytes,
            via: context.via,
            from: context.path.source,
            toTag: context.toTag,
        )
        appendExtra(row.extra, bytes, context)
        appendServer()
        encoder.finish()
        handling.end = .replied
        handling.exchange.status = status.rawValue
        handling.exchange.refusal = reason
    }

    /// 401 (RFC 3261 §22.2): written on the page as a 200 is, for half of all replies are challenges.
    mutating func challenge(
        _ reason: RefusalReason,
        domain: Int,
        _ bytes: Span<UInt8>,
        _ fields: RequestFields,
        _ context: RequestContext,
        _ handling: inout Handling,
    ) {
        guard case .challenge(let stale) = Refusal(reason).extra else {
            return refuse(reason, bytes, context, &handling)
        }
        tail.update(to: context.clock.wall, server: policy.server)
        let start = encoder.bytes.count
        write { core, cursor in
            cursor.put("SIP/2.0 401 Unauthorized\r\nVia: ")
            core.writeHead(&cursor, bytes, fields, context)
        }
        let isMade = policy.domains[domain].digest.appendChallenge(
            to: &encoder.bytes,
            stale: stale,
            mint: state.verifier.mint,
            now: context.path.at,
            using: worker
        )
        guard isMade else {
            // libcrypto failed: no nonce, no challenge.
            encoder.bytes.removeSubrange(start...)
            return refuse(.overloaded(retryAfter: 5), bytes, context, &handling)
        }
        let end = tail.plain
        encoder.bytes.append(end.span)
        handling.end = .replied
        handling.exchange.status = StatusCode.unauthorized.rawValue
        handling.exchange.refusal = reason
    }

    /// 505 to a request whose Via is of another version too: all that is copied is copied unread, and it goes
    /// back to where the request came from (RFC 3261 §21.5.6).
    mutating func refuseVersion(_ bytes: Span<UInt8>, _ path: ReceivedFrom, _ handling: inout Handling) {
        encoder.beginResponse(.versionNotSupported)
        encoder.copy(.via, of: head, bytes)
        encoder.copy(.from, of: head, bytes)
        encoder.copy(.to, of: head, bytes)
        encoder.copy(.callID, of: head, bytes)
        encoder.copy(.cseq, of: head, bytes)
        appendServer()
        encoder.finish()
        handling.end = .replied
        handling.destination = path.source
        handling.exchange.status = StatusCode.versionNotSupported.rawValue
        handling.exchange.refusal = .version
    }

    /// Appends a row's extra headers.
    private mutating func appendExtra(_ extra: Refusal.Extra, _ bytes: Span<UInt8>, _ context: RequestContext)
    {
        switch extra {
        case .allow(let withRegister): appendAllow(withRegister: withRegister, bytes)
        case .accept:
            encoder.header(.accept, "")
            encoder.header(.acceptEncoding, "")
        case .allowEvents: encoder.header(.allowEvents, "reg")
        case .unsupported: appendUnsupported(bytes)
        case .unsupportedPath:
            encoder.header(.unsupported, "path")
            encoder.copy(.path, of: head, bytes)
        case .requireOutbound: encoder.header(.require, "outbound")
        case .minExpires(let seconds): encoder.header(.minExpires, decimal: UInt64(seconds))
        case .retryAfter(let seconds):
            // Up to twice as long, by chance that differs from phone to phone: they must not all come at once.
            let spreadOut = UInt64(seconds) + spread(context.callIDHash) % UInt64(max(1, seconds))
            encoder.header(.retryAfter, decimal: spreadOut)
        case .none, .challenge: break
        }
    }

    /// `Allow` with the methods that are served where the Request-URI points (RFC 3261 §20.5).
    private mutating func appendAllow(withRegister: Bool, _ bytes: Span<UInt8>) {
        guard withRegister else { return encoder.header(.allow, "OPTIONS") }
        let offers = offersSubscriptions(bytes)
        encoder.header(.allow, offers ? "REGISTER, SUBSCRIBE, OPTIONS" : "REGISTER, OPTIONS")
    }

    /// SUBSCRIBE is served by the domain of the Request-URI or, if that is none of ours, by one of ours.
    private func offersSubscriptions(_ bytes: Span<UInt8>) -> Bool {
        var host: [UInt8] = []
        (try? SIPURI(bytes, in: head.requestURI))?.appendCanonicalHost(bytes, to: &host)
        guard let domain = policy.domainIndex(host.span) else { return policy.offersSubscriptions }
        return policy.domains[domain].offersSubscriptions
    }

    /// `Unsupported` with those tags of `Require` that are not offered (RFC 3261 §8.2.2.3).
    private mutating func appendUnsupported(_ bytes: Span<UInt8>) {
        encoder.beginHeader(.unsupported)
        var tags = HeaderValues<Token>(.require)
        var isFirst = true
        while let tag = try? tags.next(in: head, bytes) {
            if OptionTags(bytes, in: tag.range).isSubset(of: bench.offered) { continue }
            if !isFirst { encoder.bytes.append(", ") }
            isFirst = false
            encoder.bytes.append(bytes, tag.range)
        }
        encoder.endLine()
    }

    /// 200 to OPTIONS: what is understood here (RFC 3261 §11.2). Empty lists say that nothing is. `Supported` has what
    /// the domain offers, as `extensionsAndBody` left it on the bench.
    mutating func capabilities(_ bytes: Span<UInt8>, _ context: RequestContext, _ handling: inout Handling) {
        encoder.beginResponse(
            .ok,
            to: head,
            bytes,
            via: context.via,
            from: context.path.source,
            toTag: context.toTag
        )
        appendAllow(withRegister: true, bytes)
        if offersSubscriptions(bytes) { encoder.header(.allowEvents, "reg") }
        encoder.header(.accept, "")
        encoder.header(.acceptEncoding, "")
        encoder.header(.acceptLanguage, "en")
        encoder.beginHeader(.supported)
        var isFirst = true
        for (tag, name) in Self.optionNames where bench.offered.contains(tag) {
            if !isFirst { encoder.bytes.append(", ") }
            isFirst = false
            encoder.bytes.append(name)
        }
        encoder.endLine()
        appendServer()
        encoder.finish()
        handling.end = .replied
        handling.exchange.status = StatusCode.ok.rawValue
    }

    private static let optionNames: [(OptionTags, StaticString)] = [
        (.path, "path"), (.outbound, "outbound"), (.gruu, "gruu"), (.gin, "gin"),
    ]

    /// `Server`, unless the policy has none.
    mutating func appendServer() {
        guard !policy.server.isEmpty else { return }
        encoder.beginHeader(.server)
        let server = policy.server
        encoder.bytes.append(server.span)
        encoder.endLine()
    }
}
