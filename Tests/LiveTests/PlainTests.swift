import Foundation
import Glibc
import Testing

/// `--plain` and recordings, with the real program.
@Suite("Lines and recordings", .serialized)
struct PlainTests {
    @Test("Over a pipe, without a terminal, changes and commands are lines, and quit ends it")
    func pipe() throws {
        let laboratory = try Laboratory()
        let state = "\(laboratory.path)/state"
        let arguments = ["--plain", "--state", state] + laboratory.open
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = arguments
        process.environment = ["TERM": "dumb", "PATH": "/usr/bin:/bin", "HOME": laboratory.path]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer { process.terminate() }
        let lines = PrintedLines(output.fileHandleForReading.fileDescriptor)
        try #require(lines.wait(for: "listening on"), "\(lines.text)")
        let phones = try PlainPhone(port: laboratory.port)
        // Once what is there has been looked at, what comes is new, and told.
        for number in 0..<50 where !lines.text.contains("registered  early") {
            #expect(phones.register("early\(number)").contains("200 OK"))
            _ = lines.wait(for: "registered  early", seconds: 0.3)
        }
        #expect(phones.register("alice").contains("200 OK"))
        #expect(phones.register("alice", expires: 1).contains("423"))
        #expect(lines.wait(for: "registered  alice@localhost") && lines.wait(for: "FAILED  number "))
        let attached = try Program.run(
            ["attach", "--plain", "--state", state],
            input: "show alice@localhost\nreport alice@localhost\nquit\n"
        )
        #expect(attached.status == 0, "\(attached.error)")
        #expect(attached.output.contains("It is registered"))
        #expect(attached.output.contains("REGISTRATION OF alice@localhost"))
        input.fileHandleForWriting.write(Data("evict alice@localhost\nyes\nundo\nquit\n".utf8))
        #expect(lines.waitForEnd(), "quit ends it")
        let text = lines.text
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(!text.utf8.contains(0x1b))
        #expect(text.contains("registered  alice@localhost"), "\(text)")
        #expect(text.contains("FAILED  number ") && text.contains("SHORT, "), "\(text)")
        #expect(text.contains("evict 1 binding:") && text.contains("evicted 1 binding; undo puts back"))
        #expect(text.contains("1 binding put back"))
        let report = try Program.run(["report", "alice@localhost", "--state", state])
        #expect(report.status == 75, "it has ended")
    }

    @Test("Where a screen can't be had, --plain is named; --record keeps a file that is there")
    func refusals() throws {
        let laboratory = try Laboratory()
        let dumb = try Program.run(laboratory.open + ["--demo"])
        #expect(dumb.status == 69 && dumb.error.contains("--plain"))
        #expect(try Program.run(["attach", "--plain", "--at", "12:00"]).status == 2)
        let mine = "\(laboratory.path)/mine.cast"
        try "mine".write(toFile: mine, atomically: true, encoding: .utf8)
        let screen = try Pty(
            laboratory.open + ["--record", mine],
            columns: 80,
            rows: 24,
            folder: laboratory.path
        )
        // Somebody has to read what it shows until then.
        for _ in 0..<50 where !isGone(screen.process, within: 0.1) { _ = screen.count(seconds: 0.1) }
        #expect(isGone(screen.process, within: 0.1))
        #expect(try String(contentsOfFile: mine, encoding: .utf8) == "mine")
        let error = try String(contentsOfFile: "\(laboratory.path)/pty.err", encoding: .utf8)
        #expect(error.contains("--record \(mine): it is there already"), "\(error)")
    }
}

/// What a program prints into a pipe, as it comes.
private final class PrintedLines {
    private let descriptor: Int32
    private var bytes: [UInt8] = []
    private var isOver = false

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// All so far.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Reads until a text is there; false if it does not come in time.
    func wait(for wanted: String, seconds: Double = 10) -> Bool {
        read(seconds: seconds) { text.contains(wanted) }
    }

    /// Reads to the end; false if it does not come in time.
    func waitForEnd() -> Bool { read(seconds: 10) { isOver } }

    private func read(seconds: Double, until isThere: () -> Bool) -> Bool {
        let end = PlainPhones.now + seconds
        while !isThere() {
            let rest = end - PlainPhones.now
            guard rest > 0, !isOver else { return false }
            var file = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&file, 1, Int32(max(1, rest * 1_000))) > 0 else { continue }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count > 0 { bytes += buffer.prefix(count) } else { isOver = true }
        }
        return true
    }
}

/// A phone of one datagram a time.
private final class PlainPhone {
    private let socket: Int32
    private var cseq = 0
    private let port: UInt16

    init(port: UInt16) throws {
        self.port = port
        socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        try #require(socket >= 0)
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    /// The status line of the answer.
    func register(_ user: String, expires: Int = 600) -> String {
        cseq += 1
        let text = """
            REGISTER sip:localhost SIP/2.0\r
            Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bK\(UUID().uuidString);rport\r
            Max-Forwards: 70\r
            From: <sip:\(user)@localhost>;tag=1\r
            To: <sip:\(user)@localhost>\r
            Call-ID: plain-\(user)\r
            CSeq: \(cseq) REGISTER\r
            Contact: <sip:\(user)@127.0.0.1:5999>\r
            Expires: \(expires)\r
            Content-Length: 0\r
            \r

            """
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let bytes = Array(text.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        var answer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(socket, &answer, answer.count, 0)
        let reply = String(decoding: answer.prefix(max(0, count)), as: UTF8.self)
        return reply.split(separator: "\r\n").first.map(String.init) ?? ""
    }
}
