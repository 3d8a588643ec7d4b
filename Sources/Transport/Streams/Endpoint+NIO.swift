internal import CSocket
internal import NIOCore
internal import SIPMessage

extension Endpoint {
    /// All zero for an address that is not of the internet.
    init(_ address: SocketAddress?) {
        var endpoint = csocket_endpoint()
        address?.withSockAddr { pointer, length in
            csocket_read_sockaddr(UnsafeRawPointer(pointer), length, &endpoint)
        }
        self.init(endpoint)
    }
}
