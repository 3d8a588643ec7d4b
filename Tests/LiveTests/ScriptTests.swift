import Foundation
import Glibc
import Testing

/// The commands over the control socket, on a real daemon with a real registration.
@Suite("Scripts", .serialized)
struct ScriptTests {
    private let laboratory: Laboratory
    private let daemon: Daemon

    init() throws {
        laboratory = try Laboratory()
        daemon = try Daemon(laboratory)
    }

    /// `regtop serve` until it is let go of.
    private final class Daemon {
        private let process = Process()
        let state: String
        var id: pid_t { process.processIdentifier }

        init(_ laboratory: Laboratory) throws {
            state = "\(laboratory.path)/state"
            try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
            process.executableURL = URL(fileURLWithPath: Program.path)
            process.arguments = ["serve", "--state", state] + laboratory.open
            process.standardError = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            // The socket is the last thing that a start makes.
            for _ in 0..<200 where !FileManager.default.fileExists(atPath: "\(state)/control.sock") {
                usleep(50_000)
            }
        }

        deinit {
            process.terminate()
            process.waitUntilExit()
        }
    }

    private func regtop(_ arguments: String..., input: String = "") throws -> Outcome {
        try Program.run(arguments + ["--state", daemon.state], input: input)
    }

    /// A REGISTER of `user` over UDP; the status line of the answer.
    private func register(_ user: String, expires: Int = 600) throws -> String {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = laboratory.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let id = UUID().uuidString
        let text = """
            REGISTER sip:localhost SIP/2.0\r
            Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bK\(id);rport\r
            Max-Forwards: 70\r
            From: <sip:\(user)@localhost>;tag=1\r
            To: <sip:\(user)@localhost>\r
            Call-ID: \(id)\r
            CSeq: 1 REGISTER\r
            Contact: <sip:\(user)@127.0.0.1:5999>\r
            Expires: \(expires)\r
            Content-Length: 0\r
            \r

            """
        let bytes = Array(text.utf8)
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(sent == bytes.count)
        var answer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(socket, &answer, answer.count, 0)
        let reply = String(decoding: answer.prefix(max(0, count)), as: UTF8.self)
        return reply.split(separator: "\r\n").first.map(String.init) ?? ""
    }

    private func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(object as? [String: Any])
        }
    }

    @Test("A registration is listed, shown, evicted, put back, and told by history")
    func life() throws {
        #expect(try regtop("list").status == 3)
        #expect(try register("alice") == "SIP/2.0 200 OK")
        let list = try regtop("list", "--json")
        #expect(list.status == 0, "\(list.error)")
        let rows = try objects(list.output)
        #expect(rows.count == 2 && rows[0]["matched"] as? Int == 1)
        #expect(rows[1]["aor"] as? String == "alice@localhost")
        let show = try regtop("show", "alice@localhost")
        #expect(show.status == 0 && show.output.contains("binding 1 of 1") && show.output.contains("OK"))

        let asked = try regtop("evict", "alice@localhost")
        #expect(asked.status == 4 && asked.error.contains("--yes"))
        let dry = try regtop("evict", "alice@localhost", "--dry-run")
        #expect(dry.status == 0 && dry.output.contains("would evict 1 binding"))
        let evicted = try regtop("evict", "alice@localhost", "--yes", "--reason", "a test", "--json")
        #expect(evicted.status == 0, "\(evicted.error)")
        let act = try objects(evicted.output)
        let number = try #require(act[0]["undo"] as? Int)
        #expect(act[1]["outcome"] as? String == "done")
        #expect(try regtop("list").status == 3)
        #expect(try regtop("evict", "alice@localhost", "--yes").status == 3)
        #expect(try regtop("undo", "\(number)").status == 0)
        #expect(try regtop("list", "aor:alice").status == 0)
        #expect(try regtop("undo", "\(number)").status == 4)

        let history = try regtop("history", "alice@localhost", "--json")
        #expect(history.status == 0, "\(history.error)")
        let causes = try objects(history.output).dropFirst().compactMap { $0["cause"] as? String }
        #expect(causes == ["restored", "evicted by operator", "registered"])
    }

    @Test("A drain turns newcomers away, a block an address of record, and both are told and lifted")
    func acts() throws {
        #expect(try regtop("drain").output.hasPrefix("off"))
        #expect(try regtop("drain", "on", "--for", "30m", "--reason", "upgrade").status == 0)
        #expect(try register("bob").hasPrefix("SIP/2.0 503"))
        #expect(try regtop("drain", "status").output.contains("upgrade"))
        #expect(try regtop("drain", "off").status == 0)
        #expect(try register("bob").hasPrefix("SIP/2.0 200"))
        #expect(try regtop("block", "aor:bob@localhost", "--for", "1h").status == 0)
        #expect(try register("bob").hasPrefix("SIP/2.0 403"))
        #expect(try regtop("block").output.contains("aor:bob@localhost"))
        let explained = try regtop("explain", "bob@localhost", "--from", "127.0.0.1")
        #expect(explained.status == 1 && explained.output.contains("blocked by"))
        let why = try regtop("explain", "bob@localhost")
        #expect(why.status == 0 && why.output.contains("REJECTED"))
        #expect(try regtop("unblock", "aor:bob@localhost").status == 0)
        #expect(try regtop("explain", "bob@localhost", "--from", "127.0.0.1").status == 0)
        #expect(try regtop("stats").status == 0)
        #expect(try regtop("reload").status == 0)
    }

    /// The program beside the test, with what it says on standard error in a file.
    private func begin(_ arguments: [String], errors: String) throws -> Process {
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = arguments + ["--state", daemon.state]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: errors) ?? FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }

    private func wait(milliseconds: Int = 10_000, for isSo: () throws -> Bool) rethrows -> Bool {
        for _ in 0..<milliseconds {
            if try isSo() { return true }
            usleep(1_000)
        }
        return false
    }

    @Test("The first Ctrl-C aborts an act with a rate; where nobody answers, the second ends it: 130")
    func interruptedTwice() throws {
        for number in 0..<5 { #expect(try register("u\(number)") == "SIP/2.0 200 OK") }
        let errors = "\(laboratory.path)/evict.err"
        let words = ["evict", "--filter", "aor~^u", "--rate", "1", "--yes"]
        var evict = try begin(words, errors: errors)
        func isBegun() throws -> Bool {
            try String(contentsOfFile: errors, encoding: .utf8).contains("evicting")
        }
        #expect(try wait(for: isBegun))
        kill(evict.processIdentifier, SIGINT)
        evict.waitUntilExit()
        #expect(evict.terminationStatus == 130)
        let acts = try regtop("undo").output
        #expect(acts.contains("evict") && !acts.contains("under way"), "it was aborted: \(acts)")
        #expect(try regtop("list", "aor~^u").status == 0, "and not all have gone")
        evict = try begin(words, errors: errors)
        #expect(try wait(for: isBegun))
        // The registrar hears nothing for a while: it can't be asked to abort.
        kill(daemon.id, SIGSTOP)
        defer { kill(daemon.id, SIGCONT) }
        kill(evict.processIdentifier, SIGINT)
        #expect(!wait(milliseconds: 1_000) { !evict.isRunning }, "it waits for the abort")
        kill(evict.processIdentifier, SIGINT)
        try #require(wait { !evict.isRunning })
        #expect(evict.terminationStatus == 130)
    }

    @Test("Ctrl-C while a file is being written leaves no part of it")
    func interruptedExport() throws {
        for number in 0..<1_500 { _ = try register("user-\(number)") }
        let folder = "\(laboratory.path)/out"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder) }
        let export = try begin(
            ["export", "--json", "-o", "\(folder)/all.json"],
            errors: "\(laboratory.path)/export.err"
        )
        let isBegun = try wait { try names().contains { $0.hasPrefix("all.json.part-") } }
        // What it still waits for does not come: it can't have ended.
        kill(daemon.id, SIGSTOP)
        defer { kill(daemon.id, SIGCONT) }
        #expect(isBegun)
        kill(export.processIdentifier, SIGINT)
        try #require(wait { !export.isRunning })
        #expect(export.terminationStatus == 130)
        #expect(try names().isEmpty)
    }

    @Test("Exports are whole files, pictures have no escapes, and mistakes have their exit codes")
    func output() throws {
        #expect(try register("carol") == "SIP/2.0 200 OK")
        let file = "\(laboratory.path)/out.csv"
        #expect(try regtop("export", "--csv", "-o", file).status == 0)
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("id,version,aor,contact"))
        let batch = try regtop("--batch", "-n", "2", "-d", "1", "--view", "overview")
        #expect(batch.status == 0, "\(batch.error)")
        #expect(!batch.output.utf8.contains(0x1b))
        #expect(batch.output.split(separator: "\n").count { $0.hasPrefix("bindings ") } == 2)
        #expect(try regtop("list", "exp<<60").status == 2)
        #expect(try regtop("block", "dora").status == 2)
        #expect(try regtop("block", "carol").status == 0, "she is the only one of that name")
        let nobody = try Program.run(["list", "--state", "\(laboratory.path)/nowhere"])
        #expect(nobody.status == 75 && nobody.output.isEmpty)
        #expect(try Program.run(["--batch", "--state", "\(laboratory.path)/nowhere"]).status == 75)
        // A reader who has had enough is no mistake.
        let shell = "'\(Program.path)' list --state '\(daemon.state)' --json; exit $?"
        let piped = try Command.run("/bin/sh", ["-c", "{ \(shell) ; } | true"])
        #expect(piped.status == 0 && piped.error.isEmpty)
    }
}
