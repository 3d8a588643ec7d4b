import SIPMessage
import Timing

/// How a request leaves: the way, and what we call ourselves on it.
struct WayOut: Hashable, Sendable, BitwiseCopyable {
    /// The way; `source` is the destination, `local` the address of ours that it leaves from. `connection` is `.none`
    /// where one is still to be made.
    var path: ReceivedFrom
    /// What stands in Via and Record-Route: our address towards the destination and the port that we listen on for the
    /// transport; port 0 where we listen on none.
    var sentBy: Endpoint

    /// Pairs the two.
    init(path: ReceivedFrom, sentBy: Endpoint) {
        self.path = path
        self.sentBy = sentBy
    }
}

extension ProxyPlace {
    /// The way back along a flow; nil: no address of ours leads there.
    func way(by flow: ReceivedFrom) -> WayOut? {
        var path = flow
        if path.local.address.isUnspecified {
            guard let address = address(flow.source.address) else { return nil }
            path.local.address = address
        }
        let sentBy = Endpoint(
            address: path.local.address,
            port: port(for: path.transport, at: path.local) ?? path.local.port
        )
        return WayOut(path: path, sentBy: sentBy)
    }

    /// The way to a place that a host was found at; nil: no address of ours leads there, or we have no UDP socket of
    /// the destination's family (over streams we can call without listening).
    func way(to server: ServerAddress, at now: Timestamp) -> WayOut? {
        guard let address = address(server.endpoint.address) else { return nil }
        let port = port(for: server.transport, at: Endpoint(address: address, port: 0))
        guard port != nil || server.transport.isReliable else { return nil }
        let local = Endpoint(address: address, port: port ?? 0)
        let path = ReceivedFrom(
            source: server.endpoint,
            local: local,
            transport: server.transport,
            at: now
        )
        return WayOut(path: path, sentBy: local)
    }

    /// The port that we listen on for a transport at an address: the one that is named, if we do on it, else the first.
    private func port(for transport: TransportKind, at local: Endpoint) -> UInt16? {
        var found: UInt16?
        for listener in listeners where listener.transport == transport {
            let itsAddress = listener.endpoint.address
            guard itsAddress == local.address || itsAddress.isUnspecified && itsAddress.covers(local.address)
            else { continue }
            if listener.endpoint.port == local.port { return local.port }
            if found == nil { found = listener.endpoint.port }
        }
        return found
    }

    /// We listen at this address and port, over whatever transport.
    func isOurs(_ address: IPAddress, port: UInt16) -> Bool {
        for listener in listeners where listener.endpoint.port == port {
            // "Any address" leads to this host.
            if address.isUnspecified { return true }
            let itsAddress = listener.endpoint.address
            if itsAddress == address { return true }
            if itsAddress.isUnspecified, addresses.contains(address) || address.isLoopback { return true }
        }
        return false
    }
}

extension IPAddress {
    /// All zero: any address of its family.
    var isUnspecified: Bool { high == 0 && low == 0 }

    /// A socket at this wildcard takes what comes to an address; one of IPv6 may take IPv4 too.
    fileprivate func covers(_ other: IPAddress) -> Bool { isIPv4 == other.isIPv4 || !isIPv4 }
}
