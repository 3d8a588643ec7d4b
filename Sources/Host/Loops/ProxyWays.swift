import Proxy
import SIPMessage

/// How the proxy's thread reaches the network: what is sent, and what is asked, is done by others. None of it waits.
struct ProxyWays: Sendable {
    /// Sends a datagram from the socket that fits its path; `path.source` is the destination. False: there is none.
    var sendDatagram: @Sendable (Datagram) -> Bool
    /// Sends a message on its path's connection; false when that is gone.
    var sendOnConnection: @Sendable (Datagram) -> Bool
    /// Sends a message over a connection of ours to `path.source`, which is made if there is none; `host` is the name
    /// that the place was found by, for TLS. False if that is given up at once; what fails later is told to the inbox.
    var connect: @Sendable (Datagram, _ host: String?) -> Bool
    /// Finds a host and tells once, on any thread, where it is, the best place first; nowhere: it was not found.
    var find: @Sendable (HostHop, _ found: @escaping @Sendable ([ServerAddress]) -> Void) -> Void
    /// A place was not reached: for a while it is found after others.
    var avoid: @Sendable (Endpoint, TransportKind) -> Void
}
