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
        for _ in 0..<200 where !FileManager.default.fileExists(atPath: "\(state)/control.sock") {
            usleep(50_000)
        }
        // Once what is there has been looked at, what comes is new.
        usleep(2_500_000)
        let phones = try PlainPhone(port: laboratory.port)
        #expect(phones.register("alice").contains("200 OK"))
        #expect(phones.register("alice", expires: 1).contains("423"))
        usleep(2_500_000)
        let attached = try Program.run(
            ["attach", "--plain", "--state", state],
            input: "show alice@localhost\nreport alice@localhost\nquit\n"
        )
        #expect(attached.status == 0, "\(attached.error)")
        #expect(attached.output.contains("It is registered"))
        #expect(attached.output.contains("REGISTRATION OF alice@localhost"))
        input.fileHandleForWriting.write(Data("evict alice@localhost\nyes\nundo\nquit\n".utf8))
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
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
