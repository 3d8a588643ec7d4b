import BindingTable
import ConsoleLink
import Testing

@testable import Host

@Suite("regtop report")
struct ReportScriptTests {
    private func report(_ world: ScriptWorld, _ name: String) -> (lines: [String], code: Int32, error: String)
    {
        let done = run(world) { (context) throws(HostError) in try ReportScript(name).run(context) }
        return (done.lines, done.code, done.error)
    }

    @Test("Who is registered, who was refused, and why, in plain lines of at most 78 columns")
    func registered() throws {
        let world = try ScriptWorld()
        world.register("alice")
        world.register("alice", contact: "<sip:alice:secret@10.0.0.2>", callID: "other")
        world.register("alice", expires: 5)
        let done = report(world, "alice@example.com")
        #expect(done.code == 0, "\(done.error)")
        let text = done.lines.joined(separator: "\n")
        #expect(text.contains("BINDINGS: 2") && text.contains("SHORT") && text.contains("REJECTED: "))
        #expect(!text.contains("secret"))
        #expect(
            done.lines.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { (0x20...0x7e).contains($0) } }
        )
        #expect(report(world, "alice").lines == done.lines)
        #expect(report(world, "sip:alice@EXAMPLE.com").lines == done.lines)
    }

    @Test("Who is unknown is told so, and it ends with 3; no name is 2")
    func unknown() throws {
        let world = try ScriptWorld()
        let done = report(world, "nobody@example.com")
        #expect(done.code == 3)
        #expect(done.lines.contains { $0.hasPrefix("Nothing is known of it") })
        #expect(report(world, " ").code == 2)
    }
}
