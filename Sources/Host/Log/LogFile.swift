import Glibc

/// A file of log lines that is begun anew when it has grown to its size: `name`, `name.1` the one before, and so on.
/// Belongs to the log's thread.
struct LogFile: ~Copyable {
    private let path: String
    private let limit: Int
    private let keep: Int
    private var file: Int32 = -1
    /// Bytes from which on the next file is due; more than `limit` after a rotation that failed.
    private var due: Int

    /// Opens a file for appending, making it with mode 0640 if it isn't there; throws the sentence why it can't.
    ///
    /// - Parameters:
    ///   - limit: bytes after which a new file is begun.
    ///   - keep: older files that are kept.
    init(path: String, limit: Int, keep: Int) throws(HostError) {
        self.path = path
        self.limit = max(1, limit)
        self.keep = max(0, keep)
        due = max(1, limit)
        file = Self.open(path)
        guard file >= 0 else {
            let why = String(cString: strerror(errno))
            throw HostError(
                "log file \(path) can't be opened: \(why); name another by log.file",
                exitCode: 1
            )
        }
    }

    deinit { if file >= 0 { close(file) } }

    /// Appends a line, all of it or nothing; returns 0, or the `errno` of what went wrong.
    mutating func append(_ line: [UInt8]) -> Int32 {
        if file < 0 { file = Self.open(path) }
        guard file >= 0 else { return errno }
        // Asked each time: another program may have cut the file.
        var facts = stat()
        guard fstat(file, &facts) == 0 else { return errno }
        if facts.st_size > 0, Int(facts.st_size) + line.count > due {
            rotate(at: Int(facts.st_size))
            guard fstat(file, &facts) == 0 else { return errno }
        }
        var written = 0
        while written < line.count {
            let count = line.withUnsafeBytes { bytes in
                write(file, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let problem = count < 0 ? errno : ENOSPC
                // Half a line would make nonsense of the next one.
                if written > 0 { _ = ftruncate(file, facts.st_size) }
                return problem
            }
            written += count
        }
        return 0
    }

    /// Closes the file and opens what has its name now; what was open stays if that can't be done.
    mutating func reopen() {
        let fresh = Self.open(path)
        guard fresh >= 0 else { return }
        if file >= 0 { close(file) }
        file = fresh
        due = limit
    }

    /// Moves all files on by one and begins a new one. What can't be moved is appended to, until it has grown by as
    /// much again.
    private mutating func rotate(at size: Int) {
        var isMoved = true
        if keep > 0 {
            for number in stride(from: keep - 1, to: 0, by: -1) {
                _ = rename("\(path).\(number)", "\(path).\(number + 1)")
            }
            isMoved = rename(path, "\(path).1") == 0
        } else {
            isMoved = unlink(path) == 0
        }
        let fresh = isMoved ? Self.open(path) : -1
        guard fresh >= 0 else {
            due = size.addingReportingOverflow(limit).partialValue
            return
        }
        close(file)
        file = fresh
        due = limit
    }

    private static func open(_ path: String) -> Int32 {
        Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o640)
    }
}
