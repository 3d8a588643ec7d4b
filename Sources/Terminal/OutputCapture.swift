internal import CNcurses
internal import Glibc

/// Standard output and error while the screen is ours: a pipe whose lines a log view can show.
///
/// A full pipe loses text rather than stop who writes. Restored by `stop`, and by `CrashRestore` on
/// every other way out.
public final class OutputCapture {
    /// Where standard output belongs; -1 when it isn't captured.
    private(set) var savedOutput: Int32 = -1
    /// Where standard error belongs; -1 when it isn't captured.
    private(set) var savedError: Int32 = -1
    /// The descriptor to wait for; read it with `readLines`.
    public let descriptor: Int32
    private let writeEnd: Int32
    private var partial: [UInt8] = []

    private static let longestLine = 4096

    /// Starts to capture; nil when no pipe can be made.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        descriptor = ends[0]
        writeEnd = ends[1]
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = rg_set_nonblocking(end, 1)
        }
        start()
    }

    func start() {
        guard savedOutput < 0 else { return }
        fflush(nil)
        savedOutput = rg_duplicate(1)
        savedError = rg_duplicate(2)
        dup2(writeEnd, 1)
        dup2(writeEnd, 2)
    }

    func stop() {
        guard savedOutput >= 0 else { return }
        fflush(nil)
        dup2(savedOutput, 1)
        dup2(savedError, 2)
        Glibc.close(savedOutput)
        Glibc.close(savedError)
        savedOutput = -1
        savedError = -1
    }

    /// Closes the pipe, once `stop` has given both back.
    func close() {
        Glibc.close(descriptor)
        Glibc.close(writeEnd)
    }

    /// The lines that were printed since, as they came: show them through `SafeText` only.
    ///
    /// - Parameter flushing: also a last line that has no end yet.
    public func readLines(flushing: Bool = false) -> [String] {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        var lines: [String] = []
        for _ in 0..<8 {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            for byte in buffer.prefix(count) {
                if byte == UInt8(ascii: "\n") || partial.count >= OutputCapture.longestLine {
                    finishLine(into: &lines)
                }
                if byte != UInt8(ascii: "\n") { partial.append(byte) }
            }
        }
        if flushing, !partial.isEmpty { finishLine(into: &lines) }
        return lines
    }

    private func finishLine(into lines: inout [String]) {
        if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
        lines.append(String(decoding: partial, as: UTF8.self))
        partial.removeAll(keepingCapacity: true)
    }
}
