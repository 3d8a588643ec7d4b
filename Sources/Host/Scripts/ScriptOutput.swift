import Glibc
import Synchronization

/// Standard output, in large pieces; a reader who has had enough ends the program as if all were well.
public final class StandardOutput: ScriptSink {
    private let descriptor: Int32
    private var held: [UInt8] = []
    private static let most = 1 << 16

    /// The stream of a descriptor, 1 unless given.
    public init(descriptor: Int32 = 1) { self.descriptor = descriptor }

    /// Somebody looks at it.
    public static var isTerminal: Bool { isatty(1) == 1 }

    /// Holds the bytes back, and writes when there are enough.
    public func write(_ bytes: [UInt8]) throws(HostError) {
        held += bytes
        if held.count >= Self.most { try flush() }
    }

    /// Writes all that is held back.
    public func flush() throws(HostError) {
        var offset = 0
        defer { held.removeAll(keepingCapacity: true) }
        while offset < held.count {
            let count = held.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EPIPE { throw .brokenPipe }
            guard count > 0 else {
                throw HostError("output can't be written: \(String(cString: strerror(errno)))", exitCode: 1)
            }
            offset += count
        }
    }

    /// The same.
    public func finish() throws(HostError) { try flush() }
}

/// A file that is there whole in the end, or is what it was: it is written beside its place and moved there. Ctrl-C
/// and other endings take the part away.
public final class WholeFile: ScriptSink {
    private let path: String, part: String
    private let mayReplace: Bool
    private let file: StandardOutput
    private let descriptor: Int32
    private var isOpen = true

    /// Begins a file, mode 0600, that takes the place of the one at `path` in the end, or, where that may not be,
    /// is refused then if there is one.
    public init(_ path: String, mayReplace: Bool = true) throws(HostError) {
        self.path = path
        self.mayReplace = mayReplace
        // A number that no process has had: a part that a kill has left behind is in nobody's way.
        part = "\(path).part-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        // Known before it is there: a signal may come at any moment.
        PartialFiles.add(part)
        descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            let failure = Self.failure(path, "can't be written")
            PartialFiles.remove(part)
            throw failure
        }
        file = StandardOutput(descriptor: descriptor)
    }

    deinit { discard() }

    /// Into the part.
    public func write(_ bytes: [UInt8]) throws(HostError) { try file.write(bytes) }
    /// Into the part.
    public func flush() throws(HostError) { try file.flush() }

    /// Puts the file in its place, synced.
    public func finish() throws(HostError) {
        try file.flush()
        guard fsync(descriptor) == 0 else { throw Self.failure(path, "can't be written") }
        if mayReplace {
            guard rename(part, path) == 0 else { throw Self.failure(path, "can't be replaced") }
        } else {
            // A second name is given only where there is none; then the first one goes.
            guard link(part, path) == 0 else { throw Self.failure(path, "can't be made") }
            unlink(part)
        }
        isOpen = false
        close(descriptor)
        PartialFiles.remove(part)
    }

    /// Nothing was there to be written: what stands in the place stays.
    public func abandon() throws(HostError) { discard() }

    private func discard() {
        guard isOpen else { return }
        isOpen = false
        close(descriptor)
        unlink(part)
        PartialFiles.remove(part)
    }

    private static func failure(_ path: String, _ problem: String) -> HostError {
        HostError("\(path) \(problem): \(String(cString: strerror(errno)))", exitCode: 1)
    }
}

/// Parts of files that a signal must not leave behind.
enum PartialFiles {
    private static let paths = Mutex<Set<String>>([])

    static func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }
    static func remove(_ path: String) { paths.withLock { _ = $0.remove(path) } }
    /// Takes them away.
    static func discard() { paths.withLock { for path in $0 { unlink(path) } } }
}

/// Who is asked before an act.
public protocol Questioner {
    /// Somebody is there who can answer.
    var isThere: Bool { get }
    /// Their answer to a question; nil if there is none.
    func answer(to question: String) -> String?
}

/// The person at the terminal.
public struct TerminalQuestioner: Questioner {
    /// Whoever sits there.
    public init() {}

    /// Standard input is a terminal.
    public var isThere: Bool { isatty(0) == 1 }

    /// Asks on standard error, for standard output may go elsewhere.
    public func answer(to question: String) -> String? {
        let bytes = Array(question.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
        return readLine()
    }
}
