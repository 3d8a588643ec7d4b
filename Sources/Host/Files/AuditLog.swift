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
        guard fields.count == 6, let at = wallTime(fields[0]), let space = fields[1].lastIndex(of: " ") else {
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

    /// `2026-11-25T12:04:31Z`
    private static func wallTime(_ text: String) -> WallTime? {
        let parts = text.split { !$0.isASCII || !$0.isNumber }
        let numbers = parts.compactMap { Int32($0).map { Int($0) } }
        guard text.utf8.count == 20, text.utf8.last == 0x5a, numbers.count == 6,
            (1...12).contains(numbers[1]),
            (1...31).contains(numbers[2]), (0...23).contains(numbers[3]), (0...59).contains(numbers[4]),
            (0...60).contains(numbers[5])
        else { return nil }
        // Days from civil date over eras of 400 years beginning on 1 March (`CivilTime` goes the other way).
        let year = numbers[0] - (numbers[1] <= 2 ? 1 : 0)
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (numbers[1] + (numbers[1] > 2 ? -3 : 9)) + 2) / 5 + numbers[2] - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let seconds = ((days * 24 + numbers[3]) * 60 + numbers[4]) * 60 + numbers[5]
        return WallTime(secondsSince1970: seconds)
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
