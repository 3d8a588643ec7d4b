import BindingTable
import Foundation
import Glibc
import Logging
import Testing
import Timing

@testable import Host

@Suite("The log")
struct LogWriterTests {
    private let folder = ScratchFolder()
    private var path: String { "\(folder.path)/r.log" }

    private func settings() -> LogSettings {
        var settings = LogSettings()
        settings.file = path
        return settings
    }

    private func lines() -> [String] {
        let bytes = FileManager.default.contents(atPath: path) ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("Events become lines with time and level, and nothing in them ends a line or moves a cursor")
    func events() throws {
        let log = try LogWriter(settings(), environment: [:])
        log.logger.log(.notice(Notice(at: .zero, level: .warning, text: "a\u{1b}[2J\nb")))
        let by = OperatorIdentity(user: "kl", from: "local", terminal: "")
        let record = AuditRecord(
            at: WallTime(secondsSince1970: 0),
            by: by,
            action: "evict",
            object: "x",
            result: "done",
            reason: ""
        )
        log.logger.log(.audit(record))
        log.stop()
        let lines = lines()
        try #require(lines.count == 2)
        let stamp = try Regex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{4} ")
        #expect(lines.allSatisfy { $0.contains(stamp) })
        #expect(lines[0].hasSuffix(" warning regtop: a\\x1b[2J\\x0ab"))
        #expect(lines[1].contains(" notice regtop: audit: ") && lines[1].contains("evict"))
    }

    @Test("The journal gets priorities and no time; anything else gets a time")
    func journal() throws {
        let line = { (form: LogForm, level: Logger.Level) in
            String(decoding: form.line(level, "x", at: 0), as: UTF8.self)
        }
        #expect(line(.journal, .error) == "<3>x\n" && line(.journal, .warning) == "<4>x\n")
        #expect(line(.journal, .notice) == "<5>x\n" && line(.journal, .info) == "<6>x\n")
        #expect(line(.timed, .info).hasSuffix(" info regtop: x\n"))
        let file = open(folder.write("journal", ""), O_RDONLY)
        defer { close(file) }
        var facts = stat()
        fstat(file, &facts)
        let named = ["JOURNAL_STREAM": "\(facts.st_dev):\(facts.st_ino)"]
        #expect(LogForm.ofStandardError(environment: named, file: file) == .journal)
        // Standard error sent elsewhere, though the service was started by systemd.
        #expect(LogForm.ofStandardError(environment: ["JOURNAL_STREAM": "1:2"], file: file) == .timed)
        #expect(LogForm.ofStandardError(environment: [:], file: file) == .timed)
    }

    @Test("A disk that is full loses lines, counts them, and the log says so when it can be written again")
    func fullDisk() throws {
        // A full pipe that nobody waits for is as full as a disk.
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        defer { for end in ends { close(end) } }
        let filler = [UInt8](repeating: 0x2e, count: 4_096)
        while write(ends[1], filler, filler.count) > 0 {}
        let log = try LogWriter(LogSink(stream: ends[1]), form: .journal)
        log.write(.info, "one")
        log.write(.info, "two")
        log.stop()
        #expect(log.lost == 2)
        var turn = LogTurn(sink: LogSink(stream: ends[1]), form: .journal)
        let taken = [turn.write(.info, "one", at: 0), turn.write(.info, "two", at: 0)]
        #expect(taken == [false, false])
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        #expect(read(ends[0], &buffer, buffer.count) > 0)
        let isTaken = turn.write(.info, "three", at: 0)
        #expect(isTaken)
        let count = max(0, read(ends[0], &buffer, buffer.count))
        let text = String(decoding: buffer[..<count], as: UTF8.self)
        #expect(text == "<4>2 lines of the log were lost: Resource temporarily unavailable\n<6>three\n")
    }

    @Test("A reader that takes nothing holds nobody up: lines beyond the queue are counted")
    func stuckReader() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let log = try LogWriter(LogSink(stream: ends[1]), form: .journal)
        let long = String(repeating: "x", count: 1_000)
        for _ in 0..<LogWriter.capacity * 3 { log.write(.info, long) }
        #expect(log.lost > 0)
        // Whoever waits for the end of the log waits two seconds at most.
        let start = ContinuousClock.now
        log.stop()
        #expect(ContinuousClock.now - start < .seconds(5))
        close(ends[0])
        close(ends[1])
    }

    @Test("Reopened, lines go into a new file of the name")
    func reopens() throws {
        let log = try LogWriter(settings(), environment: [:])
        // As logrotate does it: what has the file open goes on with it until it is told.
        try FileManager.default.moveItem(atPath: path, toPath: "\(path).1")
        log.write(.info, "one")
        log.reopen()
        log.write(.info, "two")
        log.stop()
        // A stop waits two seconds for the writer, which a busy machine may not let run.
        let end = ContinuousClock.now + .seconds(20)
        while lines().isEmpty, ContinuousClock.now < end { sched_yield() }
        let old = String(decoding: FileManager.default.contents(atPath: "\(path).1") ?? Data(), as: UTF8.self)
        #expect(old.contains("one") && !old.contains("two"))
        #expect(lines().count == 1 && lines()[0].contains("two"), "what came after is in the new file")
    }
}
