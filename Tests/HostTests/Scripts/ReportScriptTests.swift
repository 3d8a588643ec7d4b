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

    @Test("What a call would come to is the registrar's own answer, told once")
    func call() throws {
        let world = try ScriptWorld()
        world.register("alice")
        world.register("alice", contact: "<sip:alice@10.0.0.2>", callID: "other")
        var sent = RouteAnswer(aor: Array("alice@example.com".utf8), outcome: .redirected, status: 302)
        sent.contacts = [Array("<sip:alice@10.0.0.1:5060>".utf8)]
        world.route = sent
        let done = report(world, "alice@example.com")
        let place = try #require(done.lines.firstIndex(of: "A CALL TO IT NOW"))
        #expect(done.lines[place + 1].contains("302: the caller is sent to"))
        #expect(!done.lines.contains { $0.contains("INVITE") })
        let shown = run(world) { (context) throws(HostError) in
            try ShowScript("alice@example.com").run(context)
        }
        #expect(shown.lines.count { $0.contains("call now  302  sent to 1 contact") } == 2)
        #expect(!shown.text.contains("INVITE"))
    }

    @Test("Calls to it and from it are told beside its logins, and say nothing of them")
    func calls() throws {
        let world = try ScriptWorld()
        world.register("alice")
        world.call(from: "bob", to: "alice")
        for name in ["alice@example.com", "bob@example.com"] {
            let done = report(world, name)
            let place = try #require(done.lines.firstIndex(of: "LAST CALLS: 1, newest first"), "\(name)")
            #expect(done.lines[place + 1].contains("answered"))
            #expect(
                done.lines[(place + 1)...].joined().split(separator: " ").joined(separator: " ")
                    .contains("bob@example.com -> alice@example.com"),
                "\(done.lines[place...])"
            )
            let shown = run(world) { (context) throws(HostError) in try ShowScript(name).run(context) }
            #expect(shown.code == 0 && shown.lines.contains("last calls, newest first"), "\(shown.text)")
        }
        #expect(report(world, "alice@example.com").lines.contains { $0.hasPrefix("LAST ATTEMPTS: 1") })
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
