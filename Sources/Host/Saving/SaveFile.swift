import Console
import Glibc
import Timing
import Transport

/// A file that a console saves into: counted, told of while it grows, and stopped when the operator wants.
final class SaveFile: ScriptSink {
    private let file: WholeFile
    private let isStopped: @Sendable () -> Bool
    private let tell: @Sendable (SaveReport) -> Void
    private var told: Timestamp
    private var expected: Int?
    private(set) var rows = 0, bytes = 0

    /// The operator hears of it so often.
    private static let period = Interval.milliseconds(500)

    /// Begins a file; throws what is wrong with its place.
    init(
        _ path: String,
        mayReplace: Bool,
        isStopped: @escaping @Sendable () -> Bool,
        tell: @escaping @Sendable (SaveReport) -> Void,
    ) throws(HostError) {
        file = try WholeFile(path, mayReplace: mayReplace)
        self.isStopped = isStopped
        self.tell = tell
        told = SystemClock.read().timestamp
    }

    func write(_ bytes: [UInt8]) throws(HostError) {
        guard !isStopped() else { throw Self.stopped }
        try file.write(bytes)
        self.bytes += bytes.count
        let now = SystemClock.read().timestamp
        guard now - told >= Self.period else { return }
        told = now
        tell(.writing(rows: rows, of: expected))
    }

    func flush() throws(HostError) { try file.flush() }
    func finish() throws(HostError) {
        guard !isStopped() else { throw Self.stopped }
        try file.finish()
    }
    func abandon() throws(HostError) { try file.abandon() }
    func expect(_ rows: Int) { expected = rows }
    func noteRow() { rows += 1 }

    private static let stopped = HostError("stopped; no file was made", exitCode: 1)
}

/// Where a file goes that an operator has named.
enum SavePlace {
    /// The path from the root: `~/` is the operator's home, and what begins with no slash lies in the working directory.
    static func path(_ file: String, home: String?) -> String {
        if file.hasPrefix("~/"), let home, !home.isEmpty { return home + file.dropFirst(1) }
        guard !file.hasPrefix("/"), let directory = getcwd(nil, 0) else { return file }
        defer { free(directory) }
        let here = String(cString: directory)
        return here.hasSuffix("/") ? here + file : "\(here)/\(file)"
    }

    /// What stands there already.
    enum Present {
        case nothing, file
        /// A directory, a pipe, a device: nothing that a file takes the place of.
        case other
    }

    static func present(_ path: String) -> Present {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return .nothing }
        return facts.st_mode & S_IFMT == S_IFREG ? .file : .other
    }
}
