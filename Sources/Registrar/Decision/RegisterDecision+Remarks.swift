import BindingTable
import SIPMessage

/// What is remarkable about a contact: where it came from, and what it says.
extension RegisterDecision {
    /// A NAT forgets a UDP mapping after so many seconds or more (RFC 4787 §4.3 has 2 minutes as the least, common
    /// ones keep it for 3): a phone that comes back more rarely may be out of reach in between.
    static let longestNATMemory: UInt32 = 180

    /// The contact is not where the packet came from: something between has another address for the phone.
    ///
    /// What came with a Path is reached by that, and what names itself `.invalid` by its connection only
    /// (RFC 7118 §5): neither is.
    func isElsewhere(_ wish: ContactWish, _ question: Question, _ texts: Span<UInt8>) -> Bool {
        guard wish.uri.isSIP, question.extensions.path.isEmpty else { return false }
        let (source, transport) = (question.path.source, question.path.transport)
        guard
            wish.uri.port ?? usualPort(of: wish.uri, over: transport) != source.port
                || wish.uri.host.address(texts) != source.address
        else { return false }
        return !(transport.isReliable && isInvalid(wish.uri.host, texts))
    }

    /// What the contact's URI shows: another user than the account's, another place than the source.
    func remarks(
        on wish: ContactWish,
        _ draft: Draft,
        _ question: Question,
        _ texts: Span<UInt8>,
        _ aor: Span<UInt8>,
    ) -> Badges {
        guard wish.uri.isSIP else { return [] }
        var badges: Badges = []
        let user = texts.extracting(wish.uri.user.bounds)
        if !wish.isBulk, !equal(user, aor.extracting(0..<question.userCount)) { badges.insert(.contactUser) }
        if isViaElsewhere(wish, draft, question, texts) { badges.insert(.viaHost) }
        guard draft.isElsewhere else { return badges }
        badges.insert(.nat)
        let source = question.path.source.address
        if let address = wish.uri.host.address(texts), address.isPrivate, !source.isPrivate {
            badges.insert(.privateContact)
        }
        if !question.path.transport.isReliable {
            if !question.request.hasRPort { badges.insert(.noRport) }
            if draft.granted > Self.longestNATMemory { badges.insert(.rareForNAT) }
        }
        return badges
    }

    /// The top Via names another address than the source, or over UDP another port (RFC 3261 §18.2.1). A name proves
    /// nothing, for nobody looks it up.
    private func isViaElsewhere(
        _ wish: ContactWish,
        _ draft: Draft,
        _ question: Question,
        _ texts: Span<UInt8>,
    ) -> Bool {
        let request = question.request
        let source = question.path.source
        guard request.sentByHost.kind != .name else { return false }
        if !question.path.transport.isReliable, request.sentByPort ?? 5060 != source.port { return true }
        // Most phones write the same host in both, and of the contact's it is known.
        if !draft.isElsewhere, question.extensions.path.isEmpty,
            equal(
                texts.extracting(request.sentByHost.range.bounds),
                texts.extracting(wish.uri.host.range.bounds)
            )
        {
            return false
        }
        return request.sentByHost.address(texts) != source.address
    }

    private func isInvalid(_ host: Host, _ texts: Span<UInt8>) -> Bool {
        let text = texts.extracting(host.range.bounds)
        return host.kind == .name && text.count > 8
            && isName(text.extracting(text.count - 8..<text.count), ".invalid")
    }
}

/// The port of a URI that names none (RFC 3261 §19.1.2; RFC 7118 §5.2 for WebSocket).
func usualPort(of uri: SIPURI, over transport: TransportKind) -> UInt16 {
    switch transport {
    case .ws: uri.scheme == .sips ? 443 : 80
    case .wss: 443
    case .tls: 5061
    case .udp, .tcp: uri.scheme == .sips ? 5061 : 5060
    }
}
