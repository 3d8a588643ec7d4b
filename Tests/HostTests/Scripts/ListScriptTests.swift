import BindingTable
import ConsoleLink
import Foundation
import Monitor
import Testing
import Timing

@testable import Host

@Suite("regtop list and export")
struct ListScriptTests {
    private func objects(_ lines: [String]) throws -> [[String: Any]] {
        try lines.map { line in
            let any = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(any as? [String: Any], "\(line)")
        }
    }

    private func aors(_ lines: [String]) throws -> [String] {
        try objects(Array(lines.dropFirst())).compactMap { $0["aor"] as? String }
    }

    private func json(_ world: ScriptWorld, _ change: (inout ListScript) -> Void = { _ in }) -> [String] {
        var script = ListScript()
        script.format = .json
        change(&script)
        return run(world) { (context) throws(HostError) in try script.run(context) }.lines
    }

    @Test("JSON begins with a header that says what follows, and has an object for each binding")
    func jsonLines() throws {
        let world = try ScriptWorld()
        world.register("bob")
        world.register("alice")
        let lines = json(world)
        let all = try objects(lines)
        #expect(all.count == 3)
        #expect(all[0]["what"] as? String == "bindings" && all[0]["matched"] as? Int == 2)
        #expect(all[0]["time"] as? String == "2026-09-21T14:13:20.000Z")
        #expect((all[0]["registrar"] as? [String: Any])?["host"] as? String == "h")
        #expect((all[0]["columns"] as? [String])?.contains("expires_in") == true)
        #expect(all[1]["aor"] as? String == "alice@example.com" && all[1]["expires_in"] as? Int == 600)
        #expect(all[1]["contact"] as? String == "sip:alice@10.0.0.1:5060")
        #expect((all[1]["id"] as? String)?.count == 16)
    }

    @Test("A filter of the console's language chooses, a wrong one is a mistake, nothing at all is 3")
    func filters() throws {
        let world = try ScriptWorld()
        for user in ["alice", "bob", "carol"] { world.register(user) }
        #expect(try aors(json(world) { $0.filter = "aor~^(alice|carol)" }).count == 2)
        var script = ListScript()
        script.filter = "exp<<60"
        let wrong = run(world) { (context) throws(HostError) in try script.run(context) }
        #expect(wrong.code == 2 && wrong.error.contains("column 5") && wrong.lines.isEmpty)
        script.filter = "aor=nobody@example.com"
        let none = run(world) { (context) throws(HostError) in try script.run(context) }
        #expect(none.code == 3)
        script = ListScript()
        script.sort = "shoesize"
        #expect(run(world) { (context) throws(HostError) in try script.run(context) }.code == 2)
        script = ListScript()
        script.columns = ["aor", "shoesize"]
        #expect(run(world) { (context) throws(HostError) in try script.run(context) }.code == 2)
    }

    @Test("Sorting, turning round, a limit and columns do what they say")
    func options() throws {
        let world = try ScriptWorld()
        world.register("alice", expires: 300)
        world.register("bob", expires: 100)
        world.register("carol", expires: 200)
        #expect(
            try aors(json(world) { $0.sort = "expires_in" })
                == ["bob@example.com", "carol@example.com", "alice@example.com"]
        )
        #expect(
            try aors(
                json(world) {
                    $0.sort = "expires"
                    $0.isReverse = true
                    $0.limit = 2
                }
            ) == ["alice@example.com", "carol@example.com"]
        )
        let keys = try objects(json(world) { $0.columns = ["tp", "aor"] })[1].keys.sorted()
        #expect(keys == ["aor", "transport"])
    }

    @Test("Rows that come, go and refresh while a long list is read are neither lost nor doubled")
    func pages() throws {
        let world = try ScriptWorld()
        world.crowd(1_000)
        // Between two windows phones above and below come and go, the row that holds the window among them.
        world.beforeAnswer = { number in
            world.register("a\(number)")
            world.register("z\(number)")
            world.register("p00499", expires: number > 4 ? 0 : 700)
            for user in 0..<5 { world.register("p0000\(user)", expires: 700) }
        }
        let lines = json(world) { $0.height = 100 }
        let found = try aors(lines).filter { $0.hasPrefix("p") }
        #expect(Set(found).count == found.count)
        #expect(found == found.sorted())
        let expected = Set((0..<1_000).map { "p" + String(format: "%05d", $0) + "@example.com" })
        #expect(expected.subtracting(found).subtracting(["p00499@example.com"]).isEmpty)
    }

    @Test("In an order that refreshes change, whoever overtakes the reader comes last, and once")
    func overtaking() throws {
        for isReverse in [false, true] {
            let world = try ScriptWorld()
            world.crowd(300)
            var refreshed = 0
            world.beforeAnswer = { _ in
                world.now = world.now + .milliseconds(10)
                // The last row of a window, and some beyond it.
                for _ in 0..<7 {
                    world.register("p" + String(format: "%05d", refreshed * 37 % 300), expires: 900)
                    refreshed += 1
                }
            }
            let lines = json(world) {
                $0.sort = "expires_in"
                $0.isReverse = isReverse
                $0.height = 20
            }
            let found = try aors(lines)
            #expect(found.count == 300, "reverse \(isReverse): \(found.count)")
            #expect(Set(found).count == 300)
        }
    }

    @Test("A million rows would not be held: what is written leaves at once, and a reader who goes ends it")
    func brokenPipe() throws {
        let world = try ScriptWorld()
        world.crowd(500)
        var script = ListScript()
        script.format = .csv
        script.height = 50
        let asked = world.asked.count
        let done = run(world, capacity: 4_000) { (context) throws(HostError) in try script.run(context) }
        #expect(done.code == 0 && done.error.isEmpty)
        #expect(world.asked.count - asked < 4)
    }

    @Test("What a stranger wrote is escaped in every format")
    func hostile() throws {
        let world = try ScriptWorld()
        let agent: [UInt8] = Array("=cmd|' /C calc'!A0,\"x\" \u{202e}\u{9b}2J".utf8) + [0xff, 0xfe]
        #expect(world.register("alice", agent: agent).hasPrefix("SIP/2.0 200"))
        for format in ReportFormat.allCases {
            var script = ListScript()
            script.format = format
            script.columns = ["aor", "user_agent"]
            let done = run(world) { (context) throws(HostError) in try script.run(context) }
            #expect(done.code == 0)
            #expect(!done.text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x9b })
            #expect(!done.text.unicodeScalars.contains("\u{202e}"), "\(format)")
            #expect(done.text.contains("xff"), "\(format): \(done.text)")
            if format == .json { _ = try objects(done.lines) }
            if format == .csv {
                let row = try #require(done.lines.last)
                #expect(row.hasPrefix("alice@example.com,\"'=cmd|"))
                #expect(row.contains("\"\"x\"\""))
            }
        }
    }

    @Test("An export has all fields, and a field's name stands for one thing only")
    func export() throws {
        let world = try ScriptWorld()
        world.register("alice")
        let lines = json(world) { $0.isExport = true }
        let row = try objects(lines)[1]
        let names = try #require(try objects(lines)[0]["columns"] as? [String])
        #expect(Set(names).count == names.count)
        #expect(Set(row.keys) == Set(names))
        #expect(row["call_id"] as? String == "call-alice" && row["cseq"] as? Int == 1)
        #expect(row["account"] is NSNull)
        #expect(row["created_at"] as? String == "2026-09-21T14:13:20.000Z")
    }

    @Test("A file is written whole or not at all")
    func files() throws {
        let folder = ScratchFolder()
        let path = "\(folder.path)/out.json"
        let file = try WholeFile(path)
        try file.write(Array("one\n".utf8))
        #expect(!FileManager.default.fileExists(atPath: path))
        try file.finish()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\n")
        do {
            let second = try WholeFile(path)
            try second.write(Array("two\n".utf8))
            try second.flush()
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.json"])
        #expect(throws: HostError.self) { try WholeFile("\(folder.path)/none/out.json") }
    }

    @Test("Without a journal, the past can't be shown, and it says so")
    func replay() throws {
        let world = try ScriptWorld()
        world.register("alice")
        var script = ListScript()
        script.at = WallTime(secondsSince1970: 1)
        let done = run(world) { (context) throws(HostError) in try script.run(context) }
        #expect(done.code == 1 && done.error.contains("--at") && done.lines.isEmpty)
    }
}
