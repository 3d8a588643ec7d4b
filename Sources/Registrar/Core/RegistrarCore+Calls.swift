import BindingTable
import SIPMessage

/// Which requests the registrar keeps where domains have calls; all others are the proxy's. Nothing here is asked
/// where no domain has.
extension RegistrarCore {
    /// The request in hand is the registrar's: REGISTER, a SUBSCRIBE to registrations, and OPTIONS that asks about a
    /// domain or this host. The head is read.
    mutating func isOurs(_ bytes: Span<UInt8>, _ path: ReceivedFrom) -> Bool {
        switch head.method {
        case .register: true
        case .subscribe: isSubscriptionOfOurs(bytes, path)
        case .options: !leadsElsewhere(bytes, path) && asksUs(bytes, path)
        default: false
        }
    }

    /// The source is blocked, so that nothing of it goes any further.
    func isBlocked(_ path: ReceivedFrom) -> Bool {
        !policy.blocks.isEmpty && policy.blocks.source(path.source.address, at: path.at) != nil
    }

    /// SUBSCRIBE with `Event: reg` for an address of record of ours, or within a dialog that one has made: its target
    /// is then this host, or what the dialog is known by.
    private mutating func isSubscriptionOfOurs(_ bytes: Span<UInt8>, _ path: ReceivedFrom) -> Bool {
        guard isEventReg(bytes) else { return false }
        guard let to = try? head.to(bytes), !to.tag.isEmpty else {
            guard !leadsElsewhere(bytes, path), let uri = try? SIPURI(bytes, in: head.requestURI), uri.isSIP
            else { return false }
            return domain(of: uri, bytes) != nil || isThisHost(uri, bytes, path)
        }
        return belongsToSubscription(to, bytes) || asksUs(bytes, path)
    }

    private func belongsToSubscription(_ to: NameAddress, _ bytes: Span<UInt8>) -> Bool {
        guard !subscriptions.isEmpty, let from = try? head.from(bytes), let callID = try? head.callID(bytes),
            let tag = Self.tag(bytes.extracting(to.tag.bounds))
        else { return false }
        return subscriptions.find(
            localTag: tag,
            remoteTag: bytes.extracting(from.tag.bounds),
            callID: bytes.extracting(callID.bounds)
        ) != nil
    }

    /// `Event: reg`, with or without parameters (RFC 3680 §4.1).
    private func isEventReg(_ bytes: Span<UInt8>) -> Bool {
        guard let event = try? head.optional(.event), event.count >= 3 else { return false }
        let value = bytes.extracting(event.bounds)
        guard value[0] == 0x72, value[1] == 0x65, value[2] == 0x67 else { return false }
        return value.count == 3 || value[3] == 0x3b || value[3] <= 0x20
    }

    /// The Request-URI has no user and names a domain of ours or this host.
    private mutating func asksUs(_ bytes: Span<UInt8>, _ path: ReceivedFrom) -> Bool {
        guard let uri = try? SIPURI(bytes, in: head.requestURI) else {
            // What can't be read is refused here, as ever.
            return true
        }
        guard uri.isSIP, !uri.hasUser else { return false }
        return isThisHost(uri, bytes, path) || domain(of: uri, bytes) != nil && isOurPort(uri.port, path)
    }

    /// The URI's host is the address that the request has reached; a phone on this host has another port.
    private func isThisHost(_ uri: SIPURI, _ bytes: Span<UInt8>, _ path: ReceivedFrom) -> Bool {
        uri.host.address(bytes) == path.local.address && isOurPort(uri.port, path)
    }

    private func isOurPort(_ port: UInt16?, _ path: ReceivedFrom) -> Bool {
        port == nil || port == path.local.port
    }

    /// A value of Route names somebody else: what the Request-URI says counts only there (RFC 3261 §16.4).
    private mutating func leadsElsewhere(_ bytes: Span<UInt8>, _ path: ReceivedFrom) -> Bool {
        guard head.contains(.route) else { return false }
        var routes = HeaderValues<NameAddress>(.route)
        while true {
            guard let next = try? routes.next(in: head, bytes) else { return false }
            guard let uri = try? SIPURI(bytes, in: next.uri, part: .header(.route)), uri.isSIP,
                isThisHost(uri, bytes, path) || domain(of: uri, bytes) != nil && isOurPort(uri.port, path)
            else { return true }
        }
    }
}
