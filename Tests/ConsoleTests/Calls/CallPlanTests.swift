import BindingTable
import Cells
import Monitor
import SIPMessage
import Testing
import Timing

@testable import Console

/// What a call to an address of record would do now.
@Suite struct CallPlanTests {
    private let now = Samples.start.timestamp

    private func binding(_ place: Int, q: UInt16? = nil, instance: UInt32 = 0, seen: Int = 10) -> Binding {
        var binding = Samples.bindings[place].binding
        (binding.facts.q, binding.facts.instanceHash) = (q, instance)
        binding.facts.refreshedAt = now - .seconds(seen)
        binding.facts.expiresAt = now + .seconds(60)
        binding.gone = nil
        return binding
    }

    private func text(_ plan: CallPlan, own: BindingID? = nil) -> [String] {
        plan.lines(own: own).map { "\($0.name)|" + $0.value.map(\.text.string).joined() }
    }

    @Test func higherPreferenceIsAskedFirstAndEqualOnesAtOnce() {
        let all = [binding(0, q: 500), binding(1), binding(2, q: 1_000)]
        let plan = CallPlan(all, at: now)
        #expect(plan.groups.map(\.q) == [1_000, 500])
        #expect(plan.groups.map { $0.targets.count } == [2, 1])
        let lines = text(plan, own: all[0].facts.id)
        #expect(lines[0].contains("3 phones asked, in 2 rounds by q"))
        #expect(lines.contains { $0.hasPrefix("2. q 0.5|> INVITE") })
    }

    @Test func flowsOfOneInstanceStandInForEachOther() {
        let all = [binding(0, instance: 7, seen: 50), binding(1, instance: 7, seen: 5)]
        let plan = CallPlan(all, at: now)
        #expect(plan.groups.count == 1 && plan.groups[0].targets.count == 1)
        #expect(plan.groups[0].targets[0].binding.facts.id == all[1].facts.id)
        #expect(text(plan).contains { $0.contains("or, if that fails: INVITE") })
    }

    @Test func oneDeadContactDoesNotFailTheCall() {
        var dead = binding(0)
        dead.facts.path.transport = .ws
        dead.facts.reachability.connection = .gone
        let plan = CallPlan([dead, binding(1)], at: now)
        #expect(plan.verdict.word == "DOUBTFUL")
        #expect(text(plan)[0].contains("1 can't be reached"))
        #expect(CallPlan([dead], at: now).verdict.word == "FAILS")
    }
}
