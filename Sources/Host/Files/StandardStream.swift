import Cells
import Glibc

/// Standard output and error, for sentences that may have a stranger's words in them: each is one safe line.
public enum StandardStream: Int32, Sendable {
    /// Standard output.
    case output = 1
    /// Standard error.
    case error = 2

    /// Writes a line; what a terminal would obey is escaped.
    public func write(_ line: String) {
        let bytes = Array(SafeText(line).string.utf8) + [0x0a]
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Glibc.write(rawValue, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            guard count > 0 else { return }
            written += count
        }
    }
}
