import Glibc
import SIPMessage

/// One socket of the simulated phones: bound to a loopback address, non-blocking.
struct DemoSocket {
    let descriptor: Int32
    /// The address that it is bound to, with the port that it got.
    let local: Endpoint

    /// Binds a socket to `source` and, for a stream, begins to connect to `registrar`; nil if that fails.
    init?(source: IPAddress, transport: TransportKind, registrar: Endpoint) {
        let kind = Int32(
            (transport == .udp ? SOCK_DGRAM.rawValue : SOCK_STREAM.rawValue) | SOCK_NONBLOCK.rawValue
                | SOCK_CLOEXEC.rawValue
        )
        let descriptor = socket(source.isIPv4 ? AF_INET : AF_INET6, kind, 0)
        guard descriptor >= 0 else { return nil }
        let here = Endpoint(address: source, port: 0)
        guard Self.with(here, { bind(descriptor, $0, $1) }) == 0, let bound = Self.name(of: descriptor, here)
        else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        local = bound
        let connected = Self.with(registrar) { connect(descriptor, $0, $1) }
        guard connected == 0 || errno == EINPROGRESS else {
            close(descriptor)
            return nil
        }
    }

    /// The host has IPv6 on its loopback.
    static var hasIPv6: Bool {
        let descriptor = socket(AF_INET6, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let loopback = Endpoint(address: IPAddress(ipv6High: 0, low: 1), port: 0)
        return with(loopback) { bind(descriptor, $0, $1) } == 0
    }

    /// Sends all of a message; false if the socket doesn't take it.
    func send(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            == bytes.count
    }

    /// What has come: bytes, nothing (nil), or an empty array when the connection is gone.
    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 8_192)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0 { return errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED ? nil : [] }
        return Array(buffer.prefix(count))
    }

    private static func name(of descriptor: Int32, _ endpoint: Endpoint) -> Endpoint? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { return nil }
        let port = withUnsafeBytes(of: storage) { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self) }
        return Endpoint(address: endpoint.address, port: UInt16(bigEndian: port))
    }

    private static func with(_ endpoint: Endpoint, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32)
        -> Int32
    {
        if endpoint.address.isIPv4 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = endpoint.port.bigEndian
            address.sin_addr.s_addr = UInt32(truncatingIfNeeded: endpoint.address.low).bigEndian
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = endpoint.port.bigEndian
        withUnsafeMutableBytes(of: &address.sin6_addr) { bytes in
            bytes.storeBytes(of: endpoint.address.high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: endpoint.address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }
}
