import BindingTable
import ConsoleLink
import Registrar
import Testing
import Timing

@testable import Host

@Suite("regtop evict --rate, abort and undo without a number")
struct StaggerScriptTests {
    /// A script over a world in which time passes while it pauses.
    private func context(
        _ world: ScriptWorld,
        _ sink: MemorySink,
        remarks: @escaping (ProgressRemark) -> Void = { _ in },
        isInterrupted: @escaping () -> Bool = { false },
        isWritten: @escaping () -> Bool = { true },
    ) -> ScriptContext {
        ScriptContext(
            world,
            output: sink,
            utcOffset: .zero,
            pause: { milliseconds in
                for _ in 0..<milliseconds / 50 {
                    world.now = world.now + .milliseconds(50)
                    _ = world.desk.advance(to: world.clock, audit: { _ in isWritten() }, end: { _ in })
                }
            },
            remark: remarks,
            isInterrupted: isInterrupted
        )
    }

    private func code(_ body: () throws(HostError) -> Void) -> (code: Int32, error: String) {
        do throws(HostError) {
            try body()
            return (0, "")
        } catch {
            return (error.exitCode, error.description)
        }
    }

    private func script(_ filter: String, rate: Int) -> ActScript {
        var script = ActScript(isEvict: true)
        (script.filter, script.rate, script.isConfirmed) = (filter, rate, true)
        return script
    }

    private func performed(_ world: ScriptWorld) -> [OperatorCommand] {
        world.asked.compactMap { if case .perform(let command, _) = $0 { command } else { nil } }
    }

    @Test("The registrar does it, the script looks on, and one number undoes it")
    func follows() throws {
        let world = try ScriptWorld()
        world.crowd(40)
        let sink = MemorySink()
        var remarks: [String] = []
        let context = context(world, sink, remarks: { remarks.append($0.text) })
        let script = script("aor~^p", rate: 10)
        #expect(code { () throws(HostError) in try script.run(context, asking: Person(nil)) }.code == 0)
        #expect(world.bindings == 0)
        #expect(performed(world).count == 1 && performed(world).first?.rate == 10)
        #expect(remarks.count > 5 && remarks.contains { $0.contains("of 40, 10 a second, ") })
        #expect(remarks.last == "evicted 40 of 40 bindings")
        #expect(sink.lines.first == "evicted 40 of 40 bindings")
        #expect(sink.lines.last?.hasPrefix("put back: regtop undo 1") == true)
    }

    @Test("Ctrl-C aborts it, and says how many were done and how they come back: 130")
    func interrupted() throws {
        let world = try ScriptWorld()
        world.crowd(40)
        let sink = MemorySink()
        let context = context(world, sink, isInterrupted: { world.bindings < 30 })
        let script = script("aor~^p", rate: 10)
        let end = code { () throws(HostError) in try script.run(context, asking: Person(nil)) }
        #expect(end.code == 130)
        #expect(world.bindings == 25)
        let done = 40 - world.bindings
        #expect(sink.lines.first == "aborted by kl@local: evicted \(done) of 40 bindings")
        #expect(sink.lines.contains { $0.hasPrefix("put back: regtop undo 1") })
        #expect(!world.desk.isUnderWay)
    }

    @Test("One that the registrar stops is an error that says why, and what was done comes back: 1")
    func stopped() throws {
        let world = try ScriptWorld()
        world.crowd(40)
        let sink = MemorySink()
        let context = context(world, sink, isWritten: { world.bindings > 30 })
        let script = script("aor~^p", rate: 10)
        let end = code { () throws(HostError) in try script.run(context, asking: Person(nil)) }
        #expect(end.code == 1)
        #expect(end.error.hasPrefix("stopped: The audit trail cannot be written"), "\(end.error)")
        let done = 40 - world.bindings
        #expect(done > 0 && world.bindings <= 30 && !world.desk.isUnderWay)
        #expect(sink.lines.first?.contains("evicted \(done) of 40 bindings") == true, "\(sink.lines)")
        #expect(sink.lines.last?.hasPrefix("put back: regtop undo 1") == true)
    }

    @Test("Who may only look can't abort")
    func readOnly() throws {
        let world = try ScriptWorld(readOnlyBecause: "asked for")
        world.crowd(2)
        let targets = (0..<2).flatMap { number in
            world.state.table.bindings(of: Array("p0000\(number)@example.com".utf8), at: world.now)
        }.map { BindingTarget(id: $0.facts.id, version: $0.facts.version) }
        let by = OperatorIdentity(user: "mb", from: "local", terminal: "-")
        let verb = OperatorVerb.evict(targets, refuseFor: nil)
        let command = OperatorCommand(verb: verb, reason: "", by: by, rate: 1)
        #expect(world.desk.perform(command, clock: world.clock) { _ in true }.progress?.total == 2)
        for number in [nil, 1] as [UInt64?] {
            let done = run(world) { (context) throws(HostError) in
                try OperationScript(.abort(number)).run(context)
            }
            #expect(done.code == 4 && done.error == "read-only: asked for", "\(done.error)")
        }
        #expect(world.desk.isUnderWay)
    }

    @Test("JSON has one object, and a dry run says how long it would take")
    func json() throws {
        let world = try ScriptWorld()
        world.crowd(12)
        let sink = MemorySink()
        var script = script("aor~^p", rate: 4)
        script.isJSON = true
        let context = context(world, sink)
        #expect(code { () throws(HostError) in try script.run(context, asking: Person(nil)) }.code == 0)
        #expect(sink.lines.count == 1 && sink.text.contains("\"state\":\"finished\""))
        #expect(sink.text.contains("\"done\":12") && sink.text.contains("\"undo\":1"))
        let other = try ScriptWorld()
        other.crowd(12)
        script.isJSON = false
        script.isDryRun = true
        let dry = run(other) { (context) throws(HostError) in try script.run(context, asking: Person(nil)) }
        #expect(dry.text.contains("4 a second: takes about 3 s.") && other.bindings == 12)
    }

    @Test("abort ends whatever is under way, or says that nothing is")
    func abort() throws {
        let world = try ScriptWorld()
        world.crowd(20)
        func operate(_ act: OperationScript.Act) -> (
            lines: [String], text: String, code: Int32, error: String
        ) {
            run(world) { (context) throws(HostError) in try OperationScript(act).run(context) }
        }
        #expect(operate(.abort(nil)).code == 3)
        #expect(operate(.abort(7)).code == 4)
        let targets = world.state.table.bindings(of: Array("p00001@example.com".utf8), at: world.now)
            .map { BindingTarget(id: $0.facts.id, version: $0.facts.version) }
        let command = OperatorCommand(
            verb: .evict(targets, refuseFor: nil),
            reason: "",
            by: world.welcome.you,
            rate: 1
        )
        _ = try world.ask { .perform(command, serial: $0) }
        #expect(operate(.undoable(undoesLast: false)).text.contains("under way: evicting 0 of 1"))
        let done = operate(.abort(nil))
        #expect(done.code == 0 && done.lines == ["aborted by kl@local: evicted 0 of 1 binding"])
    }

    @Test("undo alone lists what can be undone and what would come back; --yes undoes your own last act")
    func undoable() throws {
        let world = try ScriptWorld()
        world.register("alice")
        world.register("bob")
        func operate(_ act: OperationScript.Act) -> (
            lines: [String], text: String, code: Int32, error: String
        ) {
            run(world) { (context) throws(HostError) in try OperationScript(act).run(context) }
        }
        #expect(operate(.undoable(undoesLast: false)).code == 3)
        #expect(operate(.undoable(undoesLast: true)).code == 3)
        func evict(_ user: String, by: OperatorIdentity) throws {
            let targets = world.state.table.bindings(of: Array("\(user)@example.com".utf8), at: world.now)
                .map { BindingTarget(id: $0.facts.id, version: $0.facts.version) }
            let command = OperatorCommand(verb: .evict(targets, refuseFor: nil), reason: "", by: by)
            _ = try world.ask { .perform(command, serial: $0) }
        }
        try evict("alice", by: world.welcome.you)
        try evict("bob", by: OperatorIdentity(user: "mb", from: "local", terminal: "-"))
        let list = operate(.undoable(undoesLast: false))
        #expect(
            list.lines.count == 3 && list.lines[1].contains("mb@local") && list.lines[1].contains("bob@")
        )
        #expect(operate(.undoable(undoesLast: true)).text.contains("undone: act 1, evict of alice@"))
        #expect(world.bindings == 1, "alice is back, and bob was somebody else's")
    }

    @Test("Dry-run rows of an undo say that they would be")
    func dryRun() throws {
        let world = try ScriptWorld()
        world.register("alice")
        var script = ActScript(isEvict: true)
        (script.names, script.isConfirmed) = (["alice@example.com"], true)
        let ready = script
        _ = run(world) { (context) throws(HostError) in try ready.run(context, asking: Person(nil)) }
        var undo = OperationScript(.undo([1]))
        undo.isDryRun = true
        let asked = undo
        let done = run(world) { (context) throws(HostError) in try asked.run(context) }
        #expect(done.lines.last?.hasPrefix("would be done") == true)
        #expect(world.bindings == 0)
    }

    @Test("A block says what it hits, several at once")
    func reach() throws {
        let world = try ScriptWorld()
        world.register("alice")
        world.register("bob")
        let words = ["aor:alice@example.com", "ip:10.0.0.1"]
        var script = OperationScript(.block(words, for: .seconds(60)))
        script.isDryRun = true
        let asked = script
        let dry = run(world) { (context) throws(HostError) in try asked.run(context) }
        #expect(
            dry.lines == [
                "would be so: alice@example.com, 10.0.0.1 are refused for 1 m",
                "It hits 2 bindings of 2 addresses of record now; all of them do well.",
            ]
        )
        let done = run(world) { (context) throws(HostError) in
            try OperationScript(.block(words, for: nil)).run(context)
        }
        #expect(done.code == 0 && world.desk.blocks(at: world.now).count == 2)
    }
}
