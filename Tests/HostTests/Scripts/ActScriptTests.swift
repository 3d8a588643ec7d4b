import BindingTable
import ConsoleLink
import Foundation
import Testing
import Timing

@testable import Host

@Suite("regtop expire, evict, block, undo and the like")
struct ActScriptTests {
    private func act(
        _ world: ScriptWorld,
        _ names: [String] = [],
        filter: String? = nil,
        answer: String? = nil,
        _ change: (inout ActScript) -> Void = { _ in },
    ) -> (lines: [String], text: String, code: Int32, error: String, questions: [String]) {
        var script = ActScript(isEvict: true)
        (script.names, script.filter) = (names, filter)
        change(&script)
        let person = Person(answer)
        let done = run(world) { (context) throws(HostError) in try script.run(context, asking: person) }
        return (done.lines, done.text, done.code, done.error, person.questions)
    }

    @Test("Without a terminal and without --yes nothing is done: 4")
    func needsYes() throws {
        let world = try ScriptWorld()
        world.register("alice")
        let done = act(world, ["alice@example.com"])
        #expect(done.code == 4 && done.error.contains("--yes"))
        #expect(world.bindings == 1)
        #expect(done.text.contains("evict 1 binding:"))
        #expect(done.text.contains("last binding of: alice@example.com"))
    }

    @Test("Somebody at a terminal is asked, and anything but yes is no")
    func asks() throws {
        let world = try ScriptWorld()
        world.register("alice")
        for answer in ["", "n", "1", "what"] {
            #expect(act(world, ["alice@example.com"], answer: answer).code == 4)
        }
        #expect(world.bindings == 1)
        let done = act(world, ["sip:alice@EXAMPLE.com"], answer: "y")
        #expect(done.code == 0 && done.questions == ["evict it? [y/N] "])
        #expect(world.bindings == 0)
        #expect(done.text.contains("1 evicted"))
        #expect(done.text.contains("regtop undo 1"))
    }

    @Test("For a filter, and above ten, the number must be typed")
    func countTyped() throws {
        let world = try ScriptWorld()
        world.crowd(12)
        #expect(act(world, filter: "aor~^p", answer: "y").code == 4)
        #expect(act(world, filter: "aor~^p", answer: "11").code == 4)
        #expect(world.bindings == 12)
        let done = act(world, filter: "aor~^p", answer: "12")
        #expect(done.code == 0 && done.questions == ["type 12 to evict them: "])
        #expect(world.bindings == 0)
    }

    @Test("A dry run says what it would hit and does nothing, as JSON too")
    func dryRun() throws {
        let world = try ScriptWorld()
        world.register("alice")
        world.register("alice", contact: "<sip:alice@10.0.0.2>", callID: "other")
        world.register("bob")
        let text = act(world, filter: "aor~^(alice|bob)") { $0.isDryRun = true }
        #expect(text.code == 0 && text.text.contains("would evict 3 bindings"))
        #expect(text.text.contains("2 addresses of record lose their last binding"))
        let json = act(world, ["alice@example.com"]) {
            $0.isDryRun = true
            $0.isJSON = true
        }
        #expect(json.lines.count == 3)
        #expect(json.lines[0].contains("\"dry_run\":true") && json.lines[0].contains("\"undo\":null"))
        #expect(json.lines[1].contains("\"outcome\":\"would be done\""))
        #expect(world.bindings == 3)
        #expect(!world.asked.contains { if case .perform = $0 { true } else { false } })
    }

    @Test("Only those are named as lost who lose their last binding")
    func losing() throws {
        let world = try ScriptWorld()
        world.register("alice")
        world.register("alice", contact: "<sip:alice@10.0.0.2>", callID: "other")
        world.register("bob")
        let done = act(world, filter: "contact:10.0.0.1") { $0.isDryRun = true }
        #expect(done.text.contains("last binding of: bob@example.com"))
        #expect(!done.text.contains("last binding of: alice"))
    }

    @Test("What nobody has registered is 3, what is no name is 2")
    func nothing() throws {
        let world = try ScriptWorld()
        #expect(act(world, ["nobody@example.com"]) { $0.isConfirmed = true }.code == 3)
        #expect(act(world, ["nonsense"]) { $0.isConfirmed = true }.code == 2)
        #expect(act(world, filter: "aor:nobody") { $0.isConfirmed = true }.code == 3)
        #expect(act(world, filter: "  ") { $0.isConfirmed = true }.code == 2)
    }

    @Test("A registrar that lets this user only look is 4, and a dry run is looking")
    func readOnly() throws {
        let world = try ScriptWorld(readOnlyBecause: "you are in the group only")
        world.register("alice")
        let done = act(world, ["alice@example.com"]) { $0.isConfirmed = true }
        #expect(done.code == 4 && done.error.contains("you are in the group only"))
        #expect(act(world, ["alice@example.com"]) { $0.isDryRun = true }.code == 0)
        #expect(world.bindings == 1)
    }

    @Test("A phone that refreshes while the question stands is skipped, and told so")
    func changed() throws {
        let world = try ScriptWorld()
        world.register("alice")
        world.register("bob")
        world.beforeAnswer = { number in
            if case .perform = world.asked[number - 1] { world.register("bob") }
        }
        let done = act(world, ["alice@example.com", "bob@example.com"], answer: "yes")
        #expect(done.code == 0 && done.text.contains("1 evicted, 1 skipped: refreshed meanwhile"))
        #expect(done.lines.contains { $0.hasPrefix("changed") && $0.contains("bob@example.com") })
        #expect(world.bindings == 1)
    }

    @Test("Many are several acts, each with its number, and bindings of one address stay together")
    func batches() throws {
        let world = try ScriptWorld()
        world.crowd(25)
        let done = act(world, filter: "aor~^p") {
            $0.isConfirmed = true
            $0.batch = 10
        }
        #expect(done.code == 0 && world.bindings == 0)
        #expect(done.text.contains("25 evicted"))
        #expect(done.text.contains("regtop undo 1 2 3"))
        let undone = operate(world, .undo([1, 2, 3]))
        #expect(undone.code == 0 && world.bindings == 25)
    }

    // MARK: Acts without targets

    private func operate(
        _ world: ScriptWorld,
        _ act: OperationScript.Act,
        _ change: (inout OperationScript) -> Void = { _ in },
    ) -> (lines: [String], text: String, code: Int32, error: String) {
        var script = OperationScript(act)
        change(&script)
        return run(world) { (context) throws(HostError) in try script.run(context) }
    }

    @Test("A block refuses until it is lifted or its time is over, and is listed")
    func blocks() throws {
        let world = try ScriptWorld()
        #expect(operate(world, .blocks).code == 3)
        let done = operate(world, .block(["aor:sip:alice@Example.com"], for: .seconds(90))) {
            $0.reason = "test"
        }
        #expect(
            done.code == 0 && done.lines == ["alice@example.com is refused for 90 s  (undo: regtop undo 1)"]
        )
        #expect(world.register("alice").hasPrefix("SIP/2.0 403"))
        let listed = operate(world, .blocks)
        #expect(listed.text.contains("aor:alice@example.com") && listed.text.contains("test"))
        #expect(operate(world, .unblock("aor:alice@example.com")).code == 0)
        #expect(world.register("alice").hasPrefix("SIP/2.0 200"))
        #expect(operate(world, .unblock("aor:alice@example.com")).code == 4)
        #expect(operate(world, .block(["ip:10.0.0.1"], for: nil)) { $0.isDryRun = true }.code == 0)
        #expect(world.register("alice").hasPrefix("SIP/2.0 200"))
        #expect(operate(world, .block(["10.0.0.1:5060"], for: nil)).code == 2)
        #expect(operate(world, .block(["ip:10.0.0"], for: nil)).code == 2)
    }

    @Test(
        "Who is blocked, lifted or evicted is written in all forms alike, a user alone if only one is known"
    )
    func writtenForms() throws {
        for word in ["alice@example.com", "aor:alice@example.com", "alice", "sip:alice@EXAMPLE.com"] {
            let world = try ScriptWorld()
            world.register("alice")
            let done = operate(world, .block([word], for: nil))
            #expect(
                done.code == 0 && done.text.hasPrefix("alice@example.com is refused"),
                "\(word): \(done.error)"
            )
            #expect(world.register("alice").hasPrefix("SIP/2.0 403"))
            #expect(operate(world, .unblock(word)).code == 0, "\(word)")
            #expect(act(world, [word]) { $0.isConfirmed = true }.code == 0, "\(word)")
            #expect(world.bindings == 0)
        }
        let world = try ScriptWorld()
        for word in ["10.0.0.1", "ip:10.0.0.1"] {
            #expect(operate(world, .block([word], for: nil)).text.hasPrefix("10.0.0.1 is refused"))
            #expect(world.register("alice").hasPrefix("SIP/2.0 403"))
            #expect(operate(world, .unblock(word)).code == 0)
        }
        let nobody = operate(world, .block(["nobody"], for: nil))
        #expect(nobody.code == 2 && nobody.error.contains("nobody of that name is known; write user@domain"))
        for domain in ["a.example", "b.example"] { world.register("carol", domain: domain) }
        let which = operate(world, .block(["carol"], for: nil))
        #expect(which.code == 2 && which.error.contains("carol@a.example or carol@b.example; write which"))
    }

    @Test("A drain is begun, told and ended")
    func drain() throws {
        let world = try ScriptWorld()
        #expect(operate(world, .drainStatus).lines == ["off: everybody may register"])
        #expect(operate(world, .drain(true, for: .seconds(1_800))) { $0.reason = "upgrade" }.code == 0)
        #expect(world.register("alice").hasPrefix("SIP/2.0 503"))
        let status = operate(world, .drainStatus)
        #expect(
            status.text.hasPrefix("on until 14:43:20: newcomers are turned away since 14:13:20 by kl@local")
        )
        #expect(status.text.contains("upgrade"))
        #expect(operate(world, .drainStatus) { $0.isJSON = true }.text.contains("\"on\":true"))
        #expect(operate(world, .drain(false, for: nil)).code == 0)
        #expect(world.register("alice").hasPrefix("SIP/2.0 200"))
    }

    @Test("Undo of what can't be undone is 4; a reload says what changed, or why nothing did")
    func undoAndReload() throws {
        let world = try ScriptWorld()
        #expect(operate(world, .undo([99])).code == 4)
        world.reload = ReloadReport(changes: ["limits.rate: 5"])
        #expect(operate(world, .reload).lines == ["changed: limits.rate: 5"])
        world.reload = ReloadReport(refusal: "line 3: nonsense")
        let done = operate(world, .reload)
        #expect(done.code == 1 && done.error.contains("line 3"))
        let reader = try ScriptWorld(readOnlyBecause: "the group only looks")
        #expect(operate(reader, .reload).code == 4)
        #expect(operate(reader, .drain(true, for: nil)).code == 4)
    }
}
