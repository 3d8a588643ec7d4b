import CSocket
import Foundation
import Glibc

/// A client of a Unix socket as a test wants it: blocking calls that give up after five seconds.
final class LocalClient {
    let descriptor: Int32

    init(_ path: String) throws {
        descriptor = csocket_connect_local(path)
        try check(descriptor)
        _ = fcntl(descriptor, F_SETFL, 0)
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        try check(setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, length))
        try check(setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, length))
    }

    deinit { close(descriptor) }

    /// Sends as much as the other side takes within five seconds; how much that was.
    @discardableResult
    func send(_ text: String) -> Int {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return sent }
            sent += count
        }
        return sent
    }

    /// The next line; nil at the end, or after five seconds.
    func line() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while recv(descriptor, &byte, 1, 0) == 1 {
            if byte == 0x0a { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }

    /// Waits for the other side's end, however it comes; false when it doesn't within five seconds.
    func isClosedByPeer() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return true }
            if count < 0 { return errno != EAGAIN }
        }
    }
}

/// A path for a socket of a test's own, short enough to be one; removed with it.
final class SocketPlace {
    let folder: String
    var path: String { "\(folder)/s" }

    init() {
        folder = "/tmp/regtop-s\(UInt32.random(in: 0..<UInt32.max))"
        mkdir(folder, 0o700)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}
