import Glibc
import SIPMessage

@testable import Transport

/// A phone's UDP socket: blocking calls that give up after five seconds.
final class UDPClient {
    let descriptor: Int32

    init(_ host: String = "127.0.0.1") throws {
        descriptor = try openClient(host, SOCK_DGRAM)
        try withAddress(of: try numericEndpoint(host, 0)) { address, length in
            try check(bind(descriptor, address, length))
        }
    }

    deinit { close(descriptor) }

    var endpoint: Endpoint { get throws { try localEndpoint(descriptor) } }

    func send(_ text: String, to destination: Endpoint) throws {
        try send(bytes: Array(text.utf8), to: destination)
    }

    func send(bytes: [UInt8], to destination: Endpoint) throws {
        try withAddress(of: destination) { address, length in
            try check(Int32(sendto(descriptor, bytes, bytes.count, 0, address, length)))
        }
    }

    func hasInput(milliseconds: Int32) -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, milliseconds) == 1
    }

    /// The next datagram and who sent it.
    func receive() throws -> (text: String, from: Endpoint) {
        let (bytes, from) = try receiveBytes()
        return (String(decoding: bytes, as: UTF8.self), from)
    }

    func receiveBytes() throws -> (bytes: [UInt8], from: Endpoint) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let count = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
            }
        }
        try check(Int32(count))
        return (Array(buffer[..<count]), readEndpoint(of: storage))
    }
}

/// A system call that failed in a test.
struct CallFailed: Error {
    let errno: Int32
}

func check(_ code: Int32) throws {
    if code < 0 { throw CallFailed(errno: errno) }
}

func openClient(_ host: String, _ kind: __socket_type) throws -> Int32 {
    let family = host.contains(":") ? AF_INET6 : AF_INET
    let descriptor = socket(family, Int32(kind.rawValue), 0)
    try check(descriptor)
    var timeout = timeval(tv_sec: 5, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    try check(setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size))
    try check(setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, size))
    return descriptor
}

func numericEndpoint(_ host: String, _ port: UInt16) throws -> Endpoint {
    Endpoint(try ListenAddress(transport: .udp, host: host, port: port).resolve())
}

func localEndpoint(_ descriptor: Int32) throws -> Endpoint {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let code = withUnsafeMutablePointer(to: &storage) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    try check(code)
    return readEndpoint(of: storage)
}

func withAddress(
    of endpoint: Endpoint,
    _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void,
) throws {
    var storage = sockaddr_storage()
    let length: Int
    if endpoint.address.isIPv4 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        address.sin_addr.s_addr = UInt32(truncatingIfNeeded: endpoint.address.low).bigEndian
        length = MemoryLayout<sockaddr_in>.size
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in.self) }
    } else {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = endpoint.port.bigEndian
        withUnsafeMutableBytes(of: &address.sin6_addr) {
            $0.storeBytes(of: endpoint.address.high.bigEndian, as: UInt64.self)
            $0.storeBytes(of: endpoint.address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        length = MemoryLayout<sockaddr_in6>.size
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in6.self) }
    }
    try withUnsafePointer(to: &storage) { pointer in
        try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, socklen_t(length)) }
    }
}

func readEndpoint(of storage: sockaddr_storage) -> Endpoint {
    withUnsafeBytes(of: storage) { bytes in
        if storage.ss_family == sa_family_t(AF_INET) {
            let address = bytes.loadUnaligned(as: sockaddr_in.self)
            return Endpoint(
                address: IPAddress(ipv4: UInt32(bigEndian: address.sin_addr.s_addr)),
                port: UInt16(bigEndian: address.sin_port),
            )
        }
        let address = bytes.loadUnaligned(as: sockaddr_in6.self)
        let halves = withUnsafeBytes(of: address.sin6_addr) {
            (
                UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
            )
        }
        return Endpoint(
            address: IPAddress(ipv6High: halves.0, low: halves.1),
            port: UInt16(bigEndian: address.sin6_port),
        )
    }
}
