import Capture
import ConsoleLink
import Foundation
import Monitor
import Testing
import Timing

@testable import Host

/// The messages of attempts as packets and as rows, and files that an export leaves alone.
@Suite("regtop export --pcap")
struct MessagesScriptTests {
    private func written(
        _ world: ScriptWorld,
        _ change: (inout MessagesScript) -> Void = { _ in },
    ) -> (bytes: [UInt8], code: Int32) {
        var script = MessagesScript()
        change(&script)
        let sink = MemorySink()
        do throws(HostError) {
            try script.run(ScriptContext(world, output: sink, utcOffset: .zero) { _ in })
            return (sink.bytes, 0)
        } catch {
            return (sink.bytes, error.exitCode)
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("Packets of all attempts, or of those that a filter and a number leave")
    func packets() throws {
        let world = try ScriptWorld()
        for user in ["alice", "bob", "carol"] {
            world.register(user)
            world.now = world.now + .seconds(5)
        }
        let all = written(world)
        #expect(all.code == 0)
        #expect(all.bytes.starts(with: [0x0a, 0x0d, 0x0d, 0x0a]))
        for user in ["alice", "bob", "carol"] { #expect(text(all.bytes).contains("To: <sip:\(user)@")) }
        #expect(text(all.bytes).contains("attempt 1: OK"))
        #expect(text(all.bytes).contains("as the registrar h has read and sent them"))
        let bob = text(written(world) { $0.filter = "aor~bob" }.bytes)
        #expect(bob.contains("sip:bob@") && !bob.contains("sip:alice@"))
        let newest = text(written(world) { $0.newest = 1 }.bytes)
        #expect(newest.contains("sip:carol@") && !newest.contains("sip:bob@"))
    }

    @Test("Calls are among them unless only tries to register are asked for")
    func calls() throws {
        let world = try ScriptWorld()
        world.register("alice")
        world.call(from: "bob", to: "alice")
        for filter in ["", "aor:alice", "caller:bob", "result:answered", "result:answ"] {
            #expect(
                text(written(world) { $0.filter = filter }.bytes).contains("INVITE sip:alice"),
                "\(filter)"
            )
        }
        for filter in ["caller:alice", "result:busy"] {
            #expect(written(world) { $0.filter = filter }.code == 3, "\(filter)")
        }
        let registers = text(written(world) { $0.kind = .registrations }.bytes)
        #expect(registers.contains("REGISTER sip:") && !registers.contains("INVITE sip:"))
    }

    @Test("Nothing that matches is 3, and not a byte is written")
    func nothing() throws {
        let world = try ScriptWorld()
        #expect(written(world).code == 3)
        world.register("alice")
        let none = written(world) { $0.filter = "aor~nobody" }
        #expect(none.code == 3 && none.bytes.isEmpty)
        #expect(written(world) { $0.failuresOnly = true }.code == 3)
        #expect(written(world) { $0.filter = "aor<<1" }.code == 2)
    }

    @Test("JSON has the messages of each attempt, without their secrets if that is wanted")
    func json() throws {
        let world = try ScriptWorld()
        world.register("alice", agent: Array("Phone\r\nAuthorization: Digest response=\"s3cret\"".utf8))
        for isRedacted in [false, true] {
            let bytes = written(world) { ($0.format, $0.isRedacted) = (.rows(.json), isRedacted) }.bytes
            let lines = text(bytes).split(separator: "\n").map { Data($0.utf8) }
            try #require(lines.count == 2)
            let row = try #require(try JSONSerialization.jsonObject(with: lines[1]) as? [String: Any])
            let messages = try #require(row["messages"] as? [[String: Any]])
            #expect(messages.count == 2 && messages[0]["request"] as? Bool == true)
            #expect(messages[0]["from"] as? String == "10.0.0.1:5060")
            let request = try #require(messages[0]["text"] as? String)
            #expect(request.contains(isRedacted ? "response=\"xxxxxx\"" : "response=\"s3cret\""))
            #expect(text(bytes).contains("s3cret") == !isRedacted)
        }
    }

    @Test("Packets have no secret if that is wanted, and say so")
    func secrets() throws {
        let world = try ScriptWorld()
        world.register(
            "alice",
            contact: "<sip:alice:hunter2@10.0.0.1>",
            agent: Array("P\r\nAuthorization: Digest response=\"s3cret\"".utf8)
        )
        let plain = text(written(world).bytes)
        #expect(plain.contains("response=\"s3cret\"") && plain.contains("alice:hunter2@"))
        #expect(!plain.contains("are filled with x"))
        let filled = text(written(world) { $0.isRedacted = true }.bytes)
        #expect(!filled.contains("s3cret") && !filled.contains("hunter2"))
        #expect(filled.contains("response=\"xxxxxx\"") && filled.contains("sip:alice:xxxxxxx@10.0.0.1"))
        #expect(filled.contains("are filled with x"))
    }

    @Test("What matches nothing leaves the file that is there as it was, and no part of another")
    func filesStay() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("C\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appendingPathComponent("out")
        try Data("before".utf8).write(to: file)
        let world = try ScriptWorld()
        var list = ListScript()
        list.isExport = true
        for format in [ReportFormat.json, .csv, .text] {
            list.format = format
            let error = #expect(throws: HostError.self) {
                try list.run(ScriptContext(world, output: try WholeFile(file.path), utcOffset: .zero))
            }
            #expect(error?.exitCode == 3)
        }
        #expect(throws: HostError.self) {
            try MessagesScript().run(ScriptContext(world, output: try WholeFile(file.path), utcOffset: .zero))
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == "before")
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["out"])
        world.register("alice")
        try list.run(ScriptContext(world, output: try WholeFile(file.path), utcOffset: .zero))
        #expect(try String(contentsOf: file, encoding: .utf8).contains("alice@example.com"))
    }
}
