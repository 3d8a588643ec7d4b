internal import CSocket
internal import Glibc
internal import Synchronization

/// The client's end of a ``LineServer``'s connection: lines are sent from any thread, and one thread waits for what
/// comes. No thread of its own.
public final class LineClient: Sendable {
    /// What `next` waited for.
    public enum Event: Sendable {
        /// A line of the server, without its end.
        case line([UInt8])
        /// Time has passed, or `wake` was called.
        case nothing
        /// The server has closed the connection or has died.
        case ended
        /// The server sent a line that is longer than may be.
        case tooLong
    }

    private struct Outgoing {
        var bytes: [UInt8] = []
        var sent = 0
        var isOver = false
    }

    private let descriptor: Int32
    private let wakeFile: Int32
    private let outgoing = Mutex(Outgoing())
    private let incoming: Mutex<LineCutter>

    /// Connects to the socket at a path.
    ///
    /// - Parameter longestLine: bytes of a line that the server may send.
    public init(path: String, longestLine: Int = 256 << 20) throws(TransportError) {
        let descriptor = csocket_connect_local(path)
        guard descriptor >= 0 else { throw .cannotOpen(socket: path, errno: -descriptor) }
        let wakeFile = csocket_open_wake()
        guard wakeFile >= 0 else {
            csocket_close(descriptor)
            throw .cannotOpen(socket: path, errno: -wakeFile)
        }
        self.descriptor = descriptor
        self.wakeFile = wakeFile
        incoming = Mutex(LineCutter(limit: longestLine))
    }

    deinit {
        csocket_close(descriptor)
        csocket_close(wakeFile)
    }

    /// Sends whole lines as soon as the server takes them; never waits.
    public func send(_ lines: [UInt8]) {
        outgoing.withLock { outgoing in
            guard !outgoing.isOver else { return }
            outgoing.bytes += lines
            flush(&outgoing)
        }
        wake()
    }

    /// Drops what the server has not taken yet, and sends nothing any more.
    public func stopSending() {
        outgoing.withLock { $0 = Outgoing(isOver: true) }
    }

    /// Wakes the thread that waits in `next`.
    public func wake() { csocket_raise_wake(wakeFile) }

    /// The next thing that happens, at most so long from now.
    public func next(timeoutMilliseconds: Int) -> Event {
        if let event = takeLine() { return event }
        let isSending = outgoing.withLock { $0.sent < $0.bytes.count }
        var files = [
            pollfd(fd: descriptor, events: Int16(POLLIN | (isSending ? POLLOUT : 0)), revents: 0),
            pollfd(fd: wakeFile, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&files, nfds_t(files.count), Int32(clamping: timeoutMilliseconds)) > 0 else {
            return .nothing
        }
        if files[1].revents != 0 {
            var count: UInt64 = 0
            _ = read(wakeFile, &count, MemoryLayout<UInt64>.size)
        }
        if files[0].revents & Int16(POLLOUT) != 0 { outgoing.withLock { flush(&$0) } }
        guard files[0].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 else { return .nothing }
        return receive()
    }

    private func takeLine() -> Event? {
        switch incoming.withLock({ $0.next() }) {
        case .line(let line): .line(line)
        case .tooLong: .tooLong
        case nil: nil
        }
    }

    private func receive() -> Event {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .ended }
        incoming.withLock { $0.append(buffer.prefix(count)) }
        return takeLine() ?? .nothing
    }

    private func flush(_ outgoing: inout Outgoing) {
        while outgoing.sent < outgoing.bytes.count {
            let count = outgoing.bytes[outgoing.sent...].withUnsafeBytes { bytes in
                Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            // What the server doesn't take now waits; that it is gone is seen by whoever reads.
            guard count > 0 else { return }
            outgoing.sent += count
        }
        outgoing = Outgoing()
    }
}
