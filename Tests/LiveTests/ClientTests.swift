import Foundation
import Testing

/// Real clients against the real program, seen on its screen.
@Suite("Real clients", .serialized)
struct ClientTests {
    private let laboratory: Laboratory
    private var fixtures: String { Fixtures.path("live") }

    init() throws {
        laboratory = try Laboratory()
        try laboratory.add(user: "alice", password: "secret")
    }

    private func sipp(_ transport: String, password: String, pause: Int = 2_000) throws -> Outcome {
        try Command.run(
            "/usr/bin/sipp",
            [
                "127.0.0.1:\(laboratory.port)", "-sf", "\(fixtures)/register.xml", "-t", transport, "-i",
                "127.0.0.1",
                "-s", "alice", "-au", "alice", "-ap", password, "-key", "domain", "sip.test", "-m", "1", "-d",
                "\(pause)", "-nostdin", "-timeout", "15s", "-timeout_error",
            ],
            environment: ["TERM": "dumb"],
            folder: laboratory.path,
            seconds: 20
        )
    }

    @Test(
        "SIPp over UDP and TCP: bound, seen, gone; a wrong password is named",
        .enabled(if: has("tmux", "sipp"))
    )
    func sippRegisters() throws {
        let console = try Tmux(
            laboratory,
            laboratory.service + ["--view", "attempts"],
            columns: 140,
            rows: 40
        )
        try console.wait(for: "ATTEMPTS")
        for transport in ["u1", "t1"] {
            #expect(try sipp(transport, password: "secret").status == 0)
            #expect(try sipp(transport, password: "wrong").status != 0)
        }
        let screen = try console.wait(for: "PASSWD")
        let rows = screen.split(separator: "\n").filter { $0.contains("alice@sip.test") }
        #expect(rows.contains { $0.contains("udp") && $0.contains("R 401 R 200") && $0.contains("OK") })
        #expect(rows.contains { $0.contains("tcp") && $0.contains("R 401 R 200") && $0.contains("OK") })
        #expect(rows.contains { $0.contains("R0 401 R0 200") && $0.contains("UNREG") })
        try console.text("/result:PASSWD")
        try console.type("Enter")
        try console.wait(for: "result:PASSWD")
        try console.type("Enter")
        let why = try console.wait(for: "wrong password for the known user")
        #expect(why.contains("MISMATCH"))
        try console.text("qQQ")
        try console.wait(for: "EXIT 0")
    }

    @Test("baresip over UDP, TCP and TLS", .enabled(if: has("tmux", "baresip")))
    func baresip() throws {
        let console = try Tmux(
            laboratory,
            laboratory.allTransports() + ["--view", "bindings"],
            columns: 140,
            rows: 40
        )
        try console.wait(for: "BINDINGS")
        for transport in ["udp", "tcp", "tls"] {
            let folder = "\(laboratory.path)/baresip-\(transport)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let account = """
                <sip:alice@sip.test;transport=\(transport)>;auth_user=alice;auth_pass=secret;regint=60;\
                outbound="sip:127.0.0.1:\(laboratory.port(transport));transport=\(transport)"\n
                """
            try account.write(toFile: "\(folder)/accounts", atomically: true, encoding: .utf8)
            let modules =
                try Command.run(
                    "/usr/bin/find",
                    ["/usr/lib", "-name", "account.so", "-path", "*baresip*"]
                ).output.split(separator: "\n").first.map { ($0 as NSString).deletingLastPathComponent } ?? ""
            let config = """
                sip_listen 127.0.0.1:0
                module_path \(modules)
                module g711.so
                module_app account.so
                module_app menu.so
                """
            try config.write(toFile: "\(folder)/config", atomically: true, encoding: .utf8)
            try "".write(toFile: "\(folder)/contacts", atomically: true, encoding: .utf8)
            let done = try Command.run(
                "/usr/bin/baresip",
                ["-4", "-s", "-f", folder, "-t", "3"],
                seconds: 15
            )
            #expect((done.output + done.error).contains("200 OK"))
        }
        try console.text("3")
        // The preview of Bindings says UNREG too, and the last of the three is drawn last.
        try console.wait(for: "3 ATTEMPTS")
        let screen = try console.wait(for: " tls ")
        #expect(screen.contains("baresip v"))
        for transport in ["tcp", "tls"] {
            let rows = screen.split(separator: "\n").filter { $0.contains(transport) && $0.contains("OK") }
            #expect(!rows.isEmpty, "\(transport): \(screen)")
        }
    }

    /// Debian's python3-websockets is there.
    private static var hasWebSockets: Bool {
        let found = try? Command.run("/usr/bin/python3", ["-c", "import websockets"]).status == 0
        return found == true || ProcessInfo.processInfo.environment["CI"] != nil
    }

    @Test(
        "A WebSocket client registers with outbound, and its binding is marked when the connection goes",
        .enabled(if: has("tmux", "python3") && Self.hasWebSockets)
    )
    func webSocket() throws {
        let console = try Tmux(
            laboratory,
            laboratory.allTransports() + ["--view", "bindings"],
            columns: 140,
            rows: 40
        )
        try console.wait(for: "BINDINGS")
        for scheme in ["ws", "wss"] {
            let url = "\(scheme)://127.0.0.1:\(laboratory.port(scheme))/"
            func register(_ password: String, hold: String = "") throws -> Outcome {
                try Command.run(
                    "/usr/bin/python3",
                    ["\(fixtures)/register-ws.py", url, "alice", password, "sip.test"],
                    environment: hold.isEmpty ? [:] : ["HOLD": hold]
                )
            }
            let done = try register("secret")
            #expect(done.status == 0, "\(done.error)")
            #expect(done.output.contains("Require: outbound"))
            #expect(try register("wrong").status == 1)
            #expect(try register("secret", hold: "0.2").status == 0)
            // The binding before had the same flow, so this one takes its row.
            try console.wait(for: " \(scheme) ")
            let screen = try console.wait(for: "CONN")
            let rows = screen.split(separator: "\n").filter { $0.contains("df7jal23ls0d.invalid") }
            #expect(rows.contains { $0.contains(" \(scheme) ") && $0.contains("CONN") }, "\(screen)")
        }
    }

    @Test("A scanner can't tell known users from unknown ones", .enabled(if: has("tmux", "sipsak")))
    func scanner() throws {
        let console = try Tmux(
            laboratory,
            laboratory.service + ["--view", "attempts"],
            columns: 140,
            rows: 40
        )
        try console.wait(for: "ATTEMPTS")
        var replies: [String] = []
        for user in ["alice", "nobody"] {
            let done = try Command.run(
                "/usr/bin/sipsak",
                [
                    "-p", "127.0.0.1:\(laboratory.port)", "-U", "-C", "sip:\(user)@127.0.0.1:9", "-s",
                    "sip:\(user)@sip.test", "-u", user, "-a", "wrong", "-x", "60", "-vvv",
                ]
            )
            #expect(done.status != 0)
            replies.append(Self.shape(done.output))
        }
        #expect(replies[0] == replies[1])
        try console.wait(for: "NOUSER")
        try console.wait(for: "PASSWD")
    }

    /// The reply's header names and status, without what differs between any two replies.
    private static func shape(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("SIP/2.0") || $0.hasPrefix("WWW-") }
            .map { $0.prefix(30) }.joined(separator: "\n")
    }
}
