import BindingTable
import ConsoleLink
import Registrar
import Testing
import Timing

@testable import Host

@Suite("regtop explain, answered by a running registrar")
struct RunningExplanationTests {
    @Test("Rules, blocks and a drain in force decide as they do for a phone")
    func running() throws {
        let world = try ScriptWorld()
        func explain(_ aor: String = "alice@example.com") throws -> AccessExplanation {
            let query = ExplainQuery(from: "10.0.0.1", aor: aor)
            return try AccessExplanation(running: world.state.policy.current, query, at: world.now) { aor in
                !world.state.table.bindings(of: aor, at: world.now).isEmpty
            }
        }
        func perform(_ verb: OperatorVerb) {
            let command = OperatorCommand(verb: verb, reason: "", by: world.welcome.you)
            let clock = ClockReading(timestamp: world.now, wall: ScriptWorld.start.wall)
            #expect(world.desk.perform(command, clock: clock) { _ in true }.refusal == nil)
        }
        #expect(try explain().canRegister)
        #expect(try !explain("alice@elsewhere.test").canRegister)
        perform(.block(.aor(Array("alice@example.com".utf8)), for: .seconds(60)))
        let blocked = try explain()
        #expect(!blocked.canRegister && blocked.lines.last?.contains("403: blocked by kl@local") == true)
        #expect(try explain("bob@example.com").canRegister)
        world.now = world.now + .seconds(61)
        #expect(try explain().canRegister)
        perform(.drain(true, for: nil))
        let newcomer = try explain()
        #expect(!newcomer.canRegister && newcomer.lines.last?.contains("503: it is not registered") == true)
        #expect(throws: HostError.self) { try explain("nonsense") }
    }
}
