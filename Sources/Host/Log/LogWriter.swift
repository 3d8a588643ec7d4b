import BindingTable
import Cells
import Dispatch
import Glibc
import Logging
import Synchronization
import Transport

/// The log: lines from any thread, written by one of its own, so that a slow or full disk holds nobody up.
///
/// Lines wait in a queue of fixed length. What finds no room there or on the disk is counted, and the log says how
/// much that was as soon as it can be written again.
public final class LogWriter: Sendable {
    private struct Line: Sendable {
        var level: Logger.Level
        var text: String
        var at: time_t
    }

    private struct Queue: Sendable {
        var lines: [Line] = []
        var overflow: UInt64 = 0
        /// How many of the lines go into the file as it was, before it is opened anew.
        var reopensAfter: Int?
        var isEnding = false
    }

    private let queue = Mutex(Queue())
    private let wake = WakeUp()
    private let ended = DispatchSemaphore(value: 0)
    private let lostLines = Atomic<UInt64>(0)
    private let thread = Mutex<LoopThread?>(nil)

    /// Most lines that wait.
    static let capacity = 4_096

    /// Lines that were lost since the start.
    var lost: UInt64 { lostLines.load(ordering: .relaxed) }

    /// Begins to write where the settings say: to `log.file`, else to standard error. Throws the sentence why a file
    /// can't be opened.
    ///
    /// - Parameter environment: of the process; `JOURNAL_STREAM` counts.
    convenience init(_ settings: LogSettings, environment: [String: String]) throws(HostError) {
        guard let path = settings.file else {
            let form = LogForm.ofStandardError(environment: environment)
            try self.init(LogSink(stream: STDERR_FILENO), form: form)
            return
        }
        let file = try LogFile(path: path, limit: settings.size << 20, keep: settings.keep)
        try self.init(LogSink(file: file), form: .timed)
    }

    init(_ sink: consuming LogSink, form: LogForm) throws(HostError) {
        let box = Mutex<LogSink?>(sink)
        do {
            let thread = try LoopThread(name: "regtop-log") { [self] in
                guard let sink = box.withLock({ $0.take() }) else { return }
                var turn = LogTurn(sink: sink, form: form)
                run(&turn)
                ended.signal()
            }
            self.thread.withLock { $0 = thread }
        } catch {
            throw HostError("\(error)", exitCode: 1)
        }
    }

    /// Puts a line into the queue; never waits.
    func write(_ level: Logger.Level, _ text: String) {
        let line = Line(level: level, text: text, at: time(nil))
        let isFirst = queue.withLock { queue in
            guard queue.lines.count < Self.capacity else {
                queue.overflow += 1
                return false
            }
            queue.lines.append(line)
            return true
        }
        if isFirst { wake.raise() } else { lostLines.add(1, ordering: .relaxed) }
    }

    /// Opens the file of that name anew, after what waits now: a program that has moved it away wants it to be let go.
    func reopen() {
        queue.withLock { $0.reopensAfter = $0.lines.count }
        wake.raise()
    }

    /// Writes what waits and ends the thread; gives up after two seconds if nobody takes the lines.
    func stop() {
        queue.withLock { $0.isEnding = true }
        wake.raise()
        guard ended.wait(timeout: .now() + 2) == .success else { return }
        thread.withLock { $0 }?.join()
        ended.signal()
    }

    /// The thread's life.
    private func run(_ turn: inout LogTurn) {
        while true {
            wake.wait(milliseconds: 1_000)
            let taken = queue.withLock { queue in
                defer { queue = Queue(isEnding: queue.isEnding) }
                return queue
            }
            turn.miss(taken.overflow, because: "too many at once")
            for (index, line) in taken.lines.enumerated() {
                if index == taken.reopensAfter { turn.reopen() }
                if turn.write(line.level, line.text, at: line.at) { continue }
                lostLines.add(1, ordering: .relaxed)
            }
            if taken.reopensAfter == taken.lines.count { turn.reopen() }
            turn.tellLosses(at: time(nil))
            if taken.isEnding { return }
        }
    }
}

/// What the log's thread works with.
struct LogTurn: ~Copyable {
    private var sink: LogSink
    private let form: LogForm
    /// Lines lost of which the log doesn't tell yet, and why.
    private var untold: UInt64 = 0
    private var reason = ""

    init(sink: consuming LogSink, form: LogForm) {
        self.sink = sink
        self.form = form
    }

    /// Lines are lost already.
    mutating func miss(_ count: UInt64, because reason: String) {
        guard count > 0 else { return }
        untold += count
        self.reason = reason
    }

    /// Writes a line, after what is to be told of earlier ones; false if it is lost.
    mutating func write(_ level: Logger.Level, _ text: String, at moment: time_t) -> Bool {
        tellLosses(at: moment)
        let problem = untold > 0 ? EAGAIN : sink.append(form.line(level, text, at: moment))
        guard problem != 0 else { return true }
        miss(1, because: untold > 0 ? reason : String(cString: strerror(problem)))
        return false
    }

    /// Says that lines were lost, if it can be said now.
    mutating func tellLosses(at moment: time_t) {
        guard untold > 0 else { return }
        let lines = untold == 1 ? "1 line of the log was" : "\(untold) lines of the log were"
        let text = "\(lines) lost: \(reason)"
        if sink.append(form.line(.warning, text, at: moment)) == 0 { untold = 0 }
    }

    mutating func reopen() { sink.reopen() }
}

/// Where lines end up. A noncopyable value of the log's thread.
struct LogSink: ~Copyable, Sendable {
    private var file: LogFile?
    private let stream: Int32

    /// A file that rotates.
    init(file: consuming LogFile) {
        self.file = consume file
        stream = -1
    }

    /// A stream, such as standard error; it stays open.
    init(stream: Int32) { self.stream = stream }

    /// Writes a line; returns 0 or an `errno`.
    mutating func append(_ line: [UInt8]) -> Int32 {
        if var file = file.take() {
            let problem = file.append(line)
            self.file = consume file
            return problem
        }
        var written = 0
        while written < line.count {
            let count = line.withUnsafeBytes { bytes in
                Glibc.write(stream, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : EIO }
            written += count
        }
        return 0
    }

    mutating func reopen() {
        guard var file = file.take() else { return }
        file.reopen()
        self.file = consume file
    }
}

/// swift-log's end of the writer.
struct LineLogHandler: LogHandler {
    private let writer: LogWriter
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .debug

    init(_ writer: LogWriter) { self.writer = writer }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { writer.write(event.level, "\(event.message)") }
}

extension LogWriter {
    /// A logger whose lines come here.
    var logger: Logger { Logger(label: "regtop") { _ in LineLogHandler(self) } }
}
