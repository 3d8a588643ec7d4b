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

    /// `$XDG_STATE_HOME/regtop/audit.log`, by default under `~/.local/state`.
    public static func standardPath(environment: [String: String]) -> String {
        if let state = environment["XDG_STATE_HOME"], !state.isEmpty { return "\(state)/regtop/audit.log" }
        return "\(environment["HOME"] ?? "")/.local/state/regtop/audit.log"
    }

    /// Appends a line and waits until the kernel has it; throws the sentence that the operator reads.
    func append(_ record: AuditRecord) throws(HostError) {
        try makeDirectory()
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("can't be opened") }
        defer { close(file) }
        var line = Array(Self.line(record).utf8)
        line.append(0x0a)
        let written = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        guard written == line.count else { throw failure("can't be written") }
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

    private func makeDirectory() throws(HostError) {
        var made = ""
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
