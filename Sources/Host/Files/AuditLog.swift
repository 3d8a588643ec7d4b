import BindingTable
import Cells
import Glibc
import Timing

/// The audit trail on disk: one line an act, appended before the act is done, so that no act is unrecorded.
///
/// The file is opened for each line: it may be rotated at any time, and a full or read-only disk is
/// noticed when it matters. Mode 0600 in a directory of mode 0700.
public struct AuditLog: Sendable {
    /// Where it is.
    public let path: String

    /// The trail at a path.
    public init(path: String) { self.path = path }

    /// Appends a line and waits until the kernel has it; throws the sentence that the operator reads.
    func append(_ record: AuditRecord) throws(HostError) { try append([record]) }

    /// Appends lines, with one write and one wait for all.
    func append(_ records: [AuditRecord]) throws(HostError) {
        try makeDirectory()
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("can't be opened") }
        defer { close(file) }
        var lines: [UInt8] = []
        for record in records {
            lines += Array(Self.line(record).utf8)
            lines.append(0x0a)
        }
        let end = lseek(file, 0, SEEK_END)
        let written = lines.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        guard written == lines.count else {
            let code = written < 0 ? errno : ENOSPC
            // Half a line would swallow the next one.
            if written > 0, end >= 0 { ftruncate(file, end) }
            errno = code
            throw failure("can't be written")
        }
        guard fdatasync(file) == 0 || errno == EINVAL || errno == EROFS else {
            throw failure("can't be synced")
        }
    }

    /// One line: time, who, action, object, result and reason, separated by tabs; nothing in it can end
    /// the line or move a terminal's cursor.
    static func line(_ record: AuditRecord) -> String {
        let time = CivilTime(record.at)
        let fields = [
            "\(time.date)T\(time.clock)Z", "\(record.by.short) \(record.by.terminal)", record.action,
            record.object,
            record.result, record.reason,
        ]
        return fields.map { SafeText($0).string }.joined(separator: "\t")
    }

    /// The last lines, oldest first, as far as they can be read: what somebody else has written into the file, and a
    /// line that was cut short, are passed over.
    func tail(_ limit: Int) -> [AuditRecord] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return [] }
        let start = max(0, facts.st_size - Self.tailBytes)
        var bytes = [UInt8](repeating: 0, count: facts.st_size - start)
        let count = bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, start) }
        guard count > 0 else { return [] }
        var lines = bytes.prefix(count).split(separator: 0x0a, omittingEmptySubsequences: false)
        // The first may begin in its middle.
        if start > 0 { lines.removeFirst() }
        let records = lines.compactMap { Self.record(String(decoding: $0, as: UTF8.self)) }
        return records.suffix(max(0, limit))
    }

    /// So much of the file is read for its last lines.
    private static let tailBytes = 1 << 20

    /// Reads what `line` wrote; nil for anything else.
    static func record(_ line: String) -> AuditRecord? {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 6, let at = WallTime(rfc3339: fields[0]),
            let space = fields[1].lastIndex(of: " ")
        else {
            return nil
        }
        let who = fields[1][..<space]
        guard let sign = who.lastIndex(of: "@") else { return nil }
        let by = OperatorIdentity(
            user: String(who[..<sign]),
            from: String(who[who.index(after: sign)...]),
            terminal: String(fields[1][fields[1].index(after: space)...])
        )
        let words = fields[2...].map { SafeText($0).string }
        return AuditRecord(
            at: at,
            by: by,
            action: words[0],
            object: words[1],
            result: words[2],
            reason: words[3]
        )
    }

    private func makeDirectory() throws(HostError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/").dropLast() {
            made += "/\(part)"
            if mkdir(made, 0o700) != 0, errno != EEXIST { throw failure("has no directory") }
        }
    }

    private func failure(_ what: String) -> HostError {
        let why = String(cString: strerror(errno))
        return HostError("the audit log \(what): \(why) (\(path))", exitCode: 1)
    }
}
