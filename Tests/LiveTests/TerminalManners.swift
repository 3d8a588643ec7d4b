import Foundation
import Glibc
import Testing

/// The console in a real terminal: acts, manners, and every way out.
@Suite("Console in a terminal", .serialized)
struct TerminalManners {
    private let laboratory: Laboratory

    init() throws { laboratory = try Laboratory() }

    private func demo(_ arguments: [String] = [], columns: Int = 80, rows: Int = 24) throws -> Tmux {
        let listen = [
            "--listen", "udp:127.0.0.1:\(laboratory.port)", "--listen", "tcp:127.0.0.1:\(laboratory.port)",
        ]
        return try Tmux(laboratory, ["--demo", "12"] + listen + arguments, columns: columns, rows: rows)
    }

    @Test("Evict asks with Cancel in focus, is audited, and can be undone", .enabled(if: has("tmux")))
    func evictAndUndo() throws {
        let console = try demo(["--view", "bindings", "--filter", "aor~^1001"])
        try console.wait(for: "1001@demo.test")
        try console.text("X")
        try console.wait(for: "EVICT 1 BINDING")
        // Enter on a fresh dialog is Cancel.
        try console.type("Enter")
        try console.wait(for: "Enter Open")
        #expect(!laboratory.auditLog.contains("evict"))
        try console.text("X")
        try console.wait(for: "EVICT 1 BINDING")
        try console.text("y")
        try console.wait(for: "u = put back")
        #expect(laboratory.auditLog.contains("evict\t1001@demo.test"))
        try console.text("u")
        try console.wait(for: "1001@demo.test")
        #expect(laboratory.auditLog.contains("undo"))
    }

    @Test("--read-only removes the acts and says why", .enabled(if: has("tmux")))
    func readOnly() throws {
        let console = try demo(["--view", "bindings", "--read-only"])
        let screen = try console.wait(for: "1001@demo.test")
        #expect(screen.contains("RO"))
        #expect(!screen.contains("Evict"))
        try console.text("X")
        try console.wait(for: "read-only")
    }

    @Test("Resized to anything, it draws; too small, it says what it needs", .enabled(if: has("tmux")))
    func resize() throws {
        let console = try demo()
        try console.wait(for: "OVERVIEW")
        for (columns, rows) in [(140, 40), (40, 10), (200, 60)] {
            try console.resize(columns: columns, rows: rows)
            try console.wait(for: "OV")
        }
        try console.resize(columns: 30, rows: 8)
        try console.wait(for: "40x10")
        try console.resize(columns: 80, rows: 24)
        try console.wait(for: "OVERVIEW")
    }

    @Test("Quitting and SIGTERM give the screen back", .enabled(if: has("tmux")))
    func restores() throws {
        let quits = try demo()
        try quits.wait(for: "OVERVIEW")
        try quits.text("QQ")
        let after = try quits.wait(for: "EXIT 0")
        #expect(!after.contains("OVERVIEW"))
        let ends = try Tmux(laboratory, laboratory.open, columns: 80, rows: 24)
        try ends.wait(for: "OVERVIEW")
        kill(try ends.programID(), SIGTERM)
        #expect(try !ends.wait(for: "EXIT 0").contains("OVERVIEW"))
    }

    @Test(
        "A lost terminal ends the program within a second, and the audit says so",
        .enabled(if: has("tmux"))
    )
    func hangUp() throws {
        let console = try demo()
        try console.wait(for: "OVERVIEW")
        let program = try console.programID()
        kill(try console.serverID(), SIGKILL)
        #expect(isGone(program, within: 1))
        #expect(laboratory.auditLog.contains("session\tlost"))
    }

    @Test("A terminal that stops reading delays no reply", .enabled(if: has("tmux", "sipp")))
    func stalled() throws {
        let console = try Tmux(
            laboratory,
            laboratory.open + ["--view", "attempts"],
            columns: 140,
            rows: 40
        )
        try console.wait(for: "ATTEMPTS")
        let server = try console.serverID()
        kill(server, SIGSTOP)
        defer { kill(server, SIGCONT) }
        let scenario = "\(laboratory.path)/flood.xml"
        try Self.flood.write(toFile: scenario, atomically: true, encoding: .utf8)
        let done = try Command.run(
            "/usr/bin/sipp",
            [
                "127.0.0.1:\(laboratory.port)", "-sf", scenario, "-i", "127.0.0.1", "-m", "1000", "-r", "500",
                "-nostdin",
                "-timeout", "15s", "-timeout_error", "-max_retrans", "0",
            ],
            environment: ["TERM": "dumb"],
            folder: laboratory.path,
            seconds: 20
        )
        #expect(done.status == 0, "\(done.error.suffix(300))")
        kill(server, SIGCONT)
        try console.wait(for: "1,000 attempts")
    }

    private static let flood = """
        <?xml version="1.0" encoding="ISO-8859-1" ?>
        <!DOCTYPE scenario SYSTEM "sipp.dtd">
        <scenario name="flood"><send><![CDATA[

        REGISTER sip:localhost SIP/2.0
        Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch];rport
        Max-Forwards: 70
        From: <sip:u[call_number]@localhost>;tag=[call_number]
        To: <sip:u[call_number]@localhost>
        Call-ID: [call_id]
        CSeq: 1 REGISTER
        Contact: <sip:u[call_number]@[local_ip]:[local_port]>
        Expires: 300
        Content-Length: 0

        ]]></send><recv response="200" timeout="200"></recv></scenario>
        """

    @Test(
        "A terminal that can't be used is one sentence and exit code 69",
        .enabled(if: has("tmux")),
        arguments: ["dumb", ""]
    )
    func badTerminal(_ type: String) throws {
        let screen = try start(with: type).wait(for: "EXIT 69")
        #expect(screen.contains("TERM"))
    }

    @Test("A terminal nobody knows is drawn on plainly", .enabled(if: has("tmux")))
    func unknownTerminal() throws {
        try start(with: "no-such-terminal").wait(for: "OVERVIEW")
    }

    private func start(with type: String) throws -> Tmux {
        let script = type.isEmpty ? "env -u TERM" : "env TERM=\(type)"
        let wrapper = "\(laboratory.path)/wrapped"
        try "#!/bin/sh\nexec \(script) '\(Program.path)' \"$@\"\n".write(
            toFile: wrapper,
            atomically: true,
            encoding: .utf8
        )
        chmod(wrapper, 0o755)
        return try Tmux(laboratory, laboratory.open, program: wrapper)
    }
}
