import BindingTable
import Testing
import Timing

@testable import ConsoleLink

@Suite("Acts on all that match")
struct OntoTests {
    private let targets = [BindingTarget(id: BindingID(rawValue: 7), version: 3)]

    @Test("Expire and evict take the frozen targets and keep their terms; other verbs stay as they are")
    func onto() {
        #expect(OperatorVerb.expire([]).onto(targets) == .expire(targets))
        #expect(
            OperatorVerb.evict([], refuseFor: .seconds(60)).onto(targets)
                == .evict(targets, refuseFor: .seconds(60))
        )
        let undo = OperatorVerb.undo(CommandID(rawValue: 1))
        #expect(undo.onto(targets) == undo)
    }
}
