import Glibc

/// Holds a state directory for one process: the kernel lets go of it when the process ends, however it ends.
///
/// The lock is on a file that says whose it is; nobody needs to remove it.
final class StateLock: Sendable {
    private let file: Int32

    /// Makes the directory if it isn't there, and takes it; throws one sentence if somebody else has it.
    init(_ directory: StateDirectory, group: String? = nil) throws(HostError) {
        try directory.prepare(group: group)
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        // Not `file` yet: what is thrown once it is set has `deinit` close it as well.
        let opened = open(directory.lock, flags, 0o600)
        guard opened >= 0 else {
            throw directory.failure("its lock can't be opened")
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let problem = errno
            let owner = Self.owner(opened)
            close(opened)
            guard problem == EWOULDBLOCK else {
                throw directory.failure("its lock can't be taken", because: problem)
            }
            throw HostError(
                "a registrar\(owner) runs on \(directory.path) already: `regtop attach` shows its console; "
                    + "another one needs another directory, --state DIR",
                exitCode: 1
            )
        }
        let text = Array("\(getpid())\n".utf8)
        // For people and for the sentence above; the lock itself doesn't need it.
        if ftruncate(opened, 0) == 0 {
            _ = text.withUnsafeBytes { pwrite(opened, $0.baseAddress, $0.count, 0) }
        }
        file = opened
    }

    deinit { close(file) }

    /// ` (process 4711)`, as the lock's holder has written it.
    private static func owner(_ file: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
        let digits = bytes.prefix(max(0, count)).prefix { $0 >= 0x30 && $0 <= 0x39 }
        return digits.isEmpty ? "" : " (process \(String(decoding: digits, as: UTF8.self)))"
    }
}

extension StateDirectory {
    /// Makes the directory and those above it: 0700, or 0750 and the group's where a group may attach.
    ///
    /// One of ours that others can't look into is opened for the group; any other keeps its mode, for somebody has made
    /// it so.
    func prepare(group: String?) throws(HostError) {
        var made = path.hasPrefix("/") ? "" : "."
        var isNew = false
        for part in path.split(separator: "/") {
            made += "/\(part)"
            isNew = mkdir(made, 0o700) == 0
            guard isNew || errno == EEXIST || errno == EROFS || errno == EACCES else {
                throw failure("it can't be made")
            }
        }
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
            throw failure("it can't be made", because: errno == 0 ? ENOTDIR : errno)
        }
        guard let group else { return }
        guard let entry = getgrnam(group) else {
            throw HostError("control.group \(group): there is no such group on this host", exitCode: 2)
        }
        let isPrivate = facts.st_mode & 0o007 == 0 && facts.st_uid == geteuid()
        let isOpen = facts.st_gid == entry.pointee.gr_gid && facts.st_mode & 0o050 == 0o050
        guard isNew || isPrivate && !isOpen else { return }
        guard chown(path, uid_t.max, entry.pointee.gr_gid) == 0, chmod(path, 0o750) == 0 else {
            throw failure("it can't be given to the group \(group)")
        }
    }

    /// One sentence about the directory.
    func failure(_ what: String, because code: Int32 = errno) -> HostError {
        let why = String(cString: strerror(code))
        return HostError(
            "the state directory \(path): \(what): \(why); name another with --state DIR",
            exitCode: 1
        )
    }
}
