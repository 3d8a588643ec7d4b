import Foundation
import Glibc
import Testing

/// `regtop serve` and the other commands, as scripts see them.
@Suite("Commands", .serialized)
struct CommandTests {
    private let laboratory: Laboratory

    init() throws { laboratory = try Laboratory() }

    @Test("Serve says when it is ready, reads anew on SIGHUP and stops cleanly on SIGTERM")
    func serve() throws {
        try laboratory.add(user: "alice", password: "secret")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["serve", "--state", "\(laboratory.path)/state"] + laboratory.service
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        defer { process.terminate() }
        var text = ""
        func read(until wanted: String) {
            while !text.contains(wanted) {
                let data = errors.fileHandleForReading.availableData
                guard !data.isEmpty else { return }
                text += String(decoding: data, as: UTF8.self)
            }
        }
        read(until: "regtop: ready on tcp:127.0.0.1:\(laboratory.port)")
        #expect(text.contains("regtop: ready on udp:127.0.0.1:\(laboratory.port)"))
        kill(process.processIdentifier, SIGHUP)
        read(until: "read anew")
        #expect(text.contains("read anew"))
        kill(process.processIdentifier, SIGTERM)
        read(until: "SIGTERM")
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test("Mistakes are one sentence with the documented exit code")
    func mistakes() throws {
        let cases: [([String], Int32, String)] = [
            (["--listen", "udp:127.0.0.1:99999"], 2, "99999"),
            (["--nonsense"], 2, "--nonsense"),
            ([], 69, "terminal"),
            (["serve", "--config", "/nonexistent.yaml"], 1, "/nonexistent.yaml"),
            (["serve", "--accounts", "/nonexistent.txt"], 1, "/nonexistent.txt"),
            (["account", "remove", "--accounts", "/nonexistent.txt", "a@b"], 1, "/nonexistent.txt"),
            (["account", "add", "--accounts", "x", "nobody"], 2, "USER@DOMAIN"),
            (["theme", "show", "none"], 1, "ansi"),
        ]
        for (arguments, code, word) in cases {
            let arguments = arguments.first == "--listen" ? ["serve"] + arguments : arguments
            let done = try Program.run(arguments, environment: ["XDG_STATE_HOME": laboratory.path])
            #expect(done.status == code, "\(arguments): \(done.status) \(done.error)")
            #expect(done.error.contains(word), "\(arguments): \(done.error)")
            #expect(done.output.isEmpty)
        }
    }

    @Test("The example of the settings passes the check; themes are listed, shown and checked")
    func configAndThemes() throws {
        let example = try Program.run(["config", "example"])
        let file = "\(laboratory.path)/regtop.yaml"
        try example.output.write(toFile: file, atomically: true, encoding: .utf8)
        let check = try Program.run(["config", "check", "--config", file])
        #expect(check.status == 0 && check.output.contains("domain    example.test"))
        #expect(try Program.run(["theme", "list"]).output.contains("okabe"))
        #expect(try Program.run(["theme", "check"]).status == 0)
        #expect(try Program.run(["theme", "show", "mono"]).output.contains("state.fail"))
        #expect(try Program.run(["--version"]).status == 0)
    }
}
