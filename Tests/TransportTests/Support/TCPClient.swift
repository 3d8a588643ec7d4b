import Glibc
import SIPMessage

/// A phone's connection of any kind: blocking calls that give up after five seconds.
protocol StreamClient {
    var endpoint: Endpoint { get throws }
    func send(_ bytes: [UInt8]) throws
    /// Exactly so many bytes, fewer at the connection's end.
    func receiveBytes(_ count: Int) throws -> [UInt8]
    /// Waits for the other side's end, however it comes; false when it doesn't within five seconds.
    func isClosedByPeer() -> Bool
}

extension StreamClient {
    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func receive(_ count: Int) throws -> String {
        String(decoding: try receiveBytes(count), as: UTF8.self)
    }

    /// A message there and its echo back.
    func exchange(_ message: String) throws -> Bool {
        try send(message)
        return try receive(message.utf8.count + 2) == "<\(message)>"
    }
}

/// A phone's connection over plain TCP.
final class TCPClient: StreamClient {
    let descriptor: Int32

    init(to destination: Endpoint, from own: String? = nil, receiveBuffer: Int32? = nil) throws {
        let host = destination.address.isIPv4 ? "127.0.0.1" : "::1"
        descriptor = try openClient(host, SOCK_STREAM)
        if var size = receiveBuffer {
            let length = socklen_t(MemoryLayout<Int32>.size)
            try check(setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, length))
        }
        if let own {
            try withAddress(of: numericEndpoint(own, 0)) { address, length in
                try check(bind(descriptor, address, length))
            }
        }
        try withAddress(of: destination) { address, length in
            try check(connect(descriptor, address, length))
        }
    }

    deinit { close(descriptor) }

    var endpoint: Endpoint { get throws { try localEndpoint(descriptor) } }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            try check(Int32(count))
            sent += count
        }
    }

    /// Sends as much as the other side takes until it takes nothing for a fifth of a second.
    func sendUntilStuck(_ bytes: [UInt8]) throws -> Int {
        var sent = 0
        while sent < bytes.count {
            var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard Glibc.poll(&poll, 1, 200) == 1 else { break }
            let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, flags)
            }
            if count < 0 && errno == EAGAIN { continue }
            try check(Int32(count))
            sent += count
        }
        return sent
    }

    func receiveBytes(_ count: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let more = buffer[received...].withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress, $0.count, 0)
            }
            try check(Int32(more))
            if more == 0 { break }
            received += more
        }
        return Array(buffer[..<received])
    }

    /// From now on nothing that comes is seen or acknowledged, as if the cable were cut.
    func goDeaf() throws {
        // One instruction: take no byte of any packet (BPF_RET | BPF_K, 0); the headers with its types are not
        // for Swift.
        var refuseAll: UInt64 = 0x06
        try withUnsafeMutablePointer(to: &refuseAll) { filter in
            var program = SocketFilter(count: 1, filter: filter)
            // SO_ATTACH_FILTER
            try check(
                setsockopt(descriptor, SOL_SOCKET, 26, &program, socklen_t(MemoryLayout<SocketFilter>.size))
            )
        }
    }

    func isClosedByPeer() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return true }
            if count < 0 { return errno == ECONNRESET }
        }
    }
}

/// A message as it travels over a stream.
func framed(_ body: String) -> String {
    "REGISTER sip:a SIP/2.0\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

/// struct sock_fprog.
private struct SocketFilter {
    var count: UInt16
    var filter: UnsafeMutablePointer<UInt64>
}
