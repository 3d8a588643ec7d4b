internal import CSocket
internal import SIPMessage

/// One bound UDP socket of one loop. The loop closes it at its end.
struct UDPSocket: Sendable {
    let descriptor: Int32
    /// The real address and port.
    let bound: Endpoint
    /// Bound to every address of the host, so each datagram tells which it reached.
    let isWildcard: Bool
    /// The kernel's last count of datagrams lost before this socket.
    var drops: UInt32 = 0

    /// Opens and binds; `address` as it stands in settings is for the error only.
    init(
        _ local: csocket_endpoint,
        address: ListenAddress,
        sharesPort: Bool,
        settings: UDPSettings,
    ) throws(TransportError) {
        var local = local
        var options = csocket_udp_options(
            receive_bytes: Int32(clamping: settings.receiveBuffer),
            send_bytes: Int32(clamping: settings.sendBuffer),
            share_port: sharesPort,
        )
        descriptor = csocket_open_udp(&local, &options)
        guard descriptor >= 0 else {
            throw .cannotListen(listener: address.description, errno: -descriptor)
        }
        var real = csocket_endpoint()
        _ = csocket_local_endpoint(descriptor, &real)
        bound = Endpoint(real)
        isWildcard = bound.address.isWildcard
    }

    func close() { csocket_close(descriptor) }

    /// Whether a message that shall leave from `local` to `destination` can leave here.
    func carries(from local: Endpoint, to destination: Endpoint) -> Bool {
        guard bound.address.isIPv4 == destination.address.isIPv4 else { return false }
        if local.port != 0 && local.port != bound.port { return false }
        return isWildcard || local.address.isWildcard || local.address == bound.address
    }

    /// Opens every address once per loop; the outer index of the result is the loop's.
    ///
    /// The first socket of an address is bound without sharing, so that a port which another program holds
    /// (even a second one of ours) is noticed; only then may the other loops join it.
    static func open(
        _ addresses: [ListenAddress],
        loops: Int,
        settings: UDPSettings,
    ) throws(TransportError) -> [[UDPSocket]] {
        var sockets: [[UDPSocket]] = Array(repeating: [], count: loops)
        do {
            for address in addresses {
                var local = try address.resolve()
                for loop in 0..<loops {
                    let socket = try UDPSocket(
                        local,
                        address: address,
                        sharesPort: loop > 0,
                        settings: settings,
                    )
                    sockets[loop].append(socket)
                    local.port = socket.bound.port
                    if loop == 0 && loops > 1 { try socket.allowPortSharing(address) }
                }
            }
        } catch {
            for socket in sockets.joined() { socket.close() }
            throw error
        }
        return sockets
    }

    private func allowPortSharing(_ address: ListenAddress) throws(TransportError) {
        let code = csocket_allow_port_sharing(descriptor)
        guard code == 0 else { throw .cannotListen(listener: address.description, errno: -code) }
    }
}
