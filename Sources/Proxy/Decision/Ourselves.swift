import BindingTable
import Registrar
import SIPMessage
import Timing

/// Tells whether a URI names this proxy (RFC 3261 §16.4).
struct Ourselves {
    let policy: Policy
    let place: ProxyPlace
    let tokens: FlowTokens
    /// Hashes what is only known here.
    let table: BindingTable
    /// How the request came.
    let path: ReceivedFrom
    let now: Timestamp

    /// The flow that a URI of ours names in its user part; nil: none, or nobody here has made it for the dialog.
    ///
    /// - Parameter seals: of the dialog if its sender has begun it, and if the other end has.
    func flow(of uri: SIPURI, _ bytes: Span<UInt8>, in seals: [DialogSeal]) -> SealedFlow? {
        guard uri.isSIP, uri.hasUser else { return nil }
        for (index, seal) in seals.enumerated() {
            let user = bytes.extracting(bytes.within(uri.user))
            guard let token = tokens.open(user, for: seal.dialog, place: place, at: now) else { continue }
            return SealedFlow(
                token: token,
                isSenders: token.isCallees == (index == 1),
                nameIsSame: index == 0 ? token.beginner == seal.beginner : token.other == seal.other
            )
        }
        return nil
    }

    /// The domain that is served here and that a URI's host names.
    func domain(of uri: SIPURI, _ bytes: Span<UInt8>) -> Int? {
        guard uri.isSIP else { return nil }
        var host: [UInt8] = []
        uri.appendCanonicalHost(bytes, to: &host)
        return policy.domainIndex(host.span)
    }

    /// A host and port are ours: an address that we listen at, or a domain that is served here.
    func isNamed(by uri: SIPURI, _ bytes: Span<UInt8>) -> Bool {
        guard uri.isSIP else { return false }
        if let address = uri.host.address(bytes) { return isAddress(address, of: uri, bytes) }
        return domain(of: uri, bytes) != nil && hasPortOfOurs(uri)
    }

    /// A name below a domain that is served here, such as `sip.example.com`: what a phone is told to send through.
    func mayBeNamed(by uri: SIPURI, _ bytes: Span<UInt8>) -> Bool {
        guard uri.isSIP, uri.host.kind == .name, hasPortOfOurs(uri) else { return false }
        var host: [UInt8] = []
        uri.appendCanonicalHost(bytes, to: &host)
        guard let point = host.firstIndex(of: 0x2e) else { return false }
        return policy.domainIndex(host.span.extracting(point + 1..<host.count)) != nil
    }

    /// `maddr` is an address that we listen at.
    func isMaddr(of uri: SIPURI, _ bytes: Span<UInt8>) -> Bool {
        guard let value = uri.parameter("maddr", bytes), let address = IPAddress(bytes, in: value) else {
            return false
        }
        return isAddress(address, of: uri, bytes)
    }

    private func isAddress(_ address: IPAddress, of uri: SIPURI, _ bytes: Span<UInt8>) -> Bool {
        let isSecure = uri.scheme == .sips || uri.transport(bytes)?.isSecure == true
        let port = uri.port ?? (isSecure ? 5_061 : 5_060)
        return place.isOurs(address, port: port)
            || address == path.local.address && port == path.local.port
    }

    /// A URI names no port, or one that we listen at.
    func hasPortOfOurs(_ uri: SIPURI) -> Bool {
        guard let port = uri.port else { return true }
        return port == path.local.port || place.listeners.contains { $0.endpoint.port == port }
    }
}
