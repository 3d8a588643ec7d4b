import Glibc

/// Whole small files: read at once, replaced at once.
enum TextFile {
    /// Largest file that is read, in bytes: a million accounts.
    static let maximumSize = 256 << 20

    /// The file's bytes; `what` names it in the sentence of an error.
    static func read(_ path: String, what: String) throws(HostError) -> [UInt8] {
        // Not to wait for somebody at the other end of a pipe.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw failure(what, path, "can't be read") }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0 else { throw failure(what, path, "can't be read") }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            throw HostError("\(what) \(path): is not a regular file; name one", exitCode: 1)
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(what, path, "can't be read") }
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: chunk[0..<count])
            guard bytes.count <= maximumSize else {
                throw HostError(
                    "\(what) \(path): larger than \(maximumSize >> 20) MiB; split it",
                    exitCode: 1
                )
            }
        }
    }

    /// Puts new contents in the file's place in one step: readers see the old or the new, never a part.
    /// The new file has mode 0600 unless another is given.
    static func replace(
        _ path: String,
        with bytes: [UInt8],
        what: String,
        mode: mode_t = 0o600,
    ) throws(HostError) {
        let fresh = "\(path).new-\(getpid())"
        let file = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { throw failure(what, fresh, "can't be written") }
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(file, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            offset += count
        }
        // What others shall read they shall, whatever the umask says.
        let isWhole = offset == bytes.count && fchmod(file, mode) == 0 && fsync(file) == 0
        guard close(file) == 0, isWhole, rename(fresh, path) == 0 else {
            let error = failure(what, path, "can't be replaced; the old one stays")
            unlink(fresh)
            throw error
        }
    }

    private static func failure(_ what: String, _ path: String, _ problem: String) -> HostError {
        HostError("\(what) \(path) \(problem): \(String(cString: strerror(errno)))", exitCode: 1)
    }
}
