import BindingTable
import Cells
import Console
import Registrar
import SIPMessage
import Simulation
import Testing
import Timing

/// The tour on the demo's phones, from its first line to its last, by keys only.
@Suite struct TourTests {
    private func world(_ size: Size = Size(width: 80, height: 24)) throws -> World {
        var plan = Plan(
            domain: "demo.test",
            seed: 0x5eed,
            passwords: [:],
            crowd: 40,
            nonceLifetime: Population.nonceLifetime,
            view: .overview,
            size: size
        )
        plan.expiry = ExpiryPolicy(standard: 120, minimum: 20, maximum: 300, jitterPercent: 0)
        func aor(_ user: String) -> String { "\(user)@demo.test" }
        plan.stage = TourStage(lost: aor(Lead.lost), haunted: aor(Lead.haunted), good: aor(Lead.good))
        let world = try World(plan)
        world.run(seconds: 25)
        return world
    }

    private func step(_ world: World) -> String {
        // The two last lines have positions of lists, which look alike.
        let lines = world.lines.dropLast(2).map { $0.trimmingPrefix { "─ ".contains($0) } }
        for number in 1...5
        where lines.contains(where: { $0.hasPrefix("TOUR \(number)/5") || $0.hasPrefix("\(number)/5 ") }) {
            return "\(number)/5"
        }
        return ""
    }

    @Test(arguments: [Size(width: 40, height: 10), Size(width: 80, height: 24), Size(width: 140, height: 40)])
    func playsToItsEndByTheKeysThatItNames(_ size: Size) throws {
        let world = try world(size)
        world.press(":tour⏎")
        #expect(step(world) == "1/5")
        world.press("3/4417⏎")
        #expect(step(world) == "2/5", "\(world.screen)")
        world.press("⏎")
        #expect(step(world) == "3/5", "\(world.screen)")
        #expect(world.says("wrong password") || size.height < 20)
        world.press("2/4423⏎")
        #expect(step(world) == "3/5")
        world.press("Oy")
        #expect(step(world) == "4/5", "\(world.screen)")
        #expect(world.bindings(of: Lead.haunted).count == 1)
        world.press("\\/1001⏎")
        let before = world.bindings(of: Lead.good).count
        world.press("Xy")
        #expect(step(world) == "4/5" && world.says("put it back: u"), "\(world.screen)")
        #expect(world.bindings(of: Lead.good).count == before - 1)
        world.press("u")
        #expect(step(world) == "5/5", "\(world.screen)")
        #expect(world.bindings(of: Lead.good).count == before)
        world.press("5⇥")
        #expect(step(world).isEmpty)
        #expect(world.says("That was the tour, all five steps."), "\(world.screen)")
    }

    @Test func noStepIsPassedByDoingSomethingElse() throws {
        let world = try world()
        world.press(":tour⏎ 2 jjk ⏎⎋ 3 ⏎⎋ 4 g 5 ⇥ b ? ⎋ 1 ⇥ p p K K")
        #expect(step(world) == "1/5", "looking around is not finding it")
        world.press("3/1001⏎ 3⏎⎋")
        #expect(step(world) == "1/5", "another phone's attempts")
        world.press("3\\/4417⏎")
        #expect(step(world) == "2/5", "\(world.screen)")
        world.press("2\\⏎⎋ 3\\g⏎d⎋")
        #expect(step(world) == "2/5", "another attempt, and one whose reason is hidden")
        world.press("3\\/4417⏎⏎")
        if step(world) == "2/5" { world.press("d") }
        #expect(step(world) == "3/5")
        world.press("2\\/1001⏎ Xy u")
        #expect(step(world) == "3/5", "the binding of a phone without ghosts")
        world.press("\\/4423⏎ O⎋ O⏎")
        #expect(step(world) == "3/5", "asked, and thought better of it")
        world.press("Oy u")
        #expect(step(world) == "4/5", "what comes back in the same moment was cleared all the same")
        world.press("\\/1001⏎ Xy")
        world.run(seconds: 3)
        #expect(step(world) == "4/5", "taken and not put back")
        world.press("5⇥")
        #expect(step(world) == "4/5", "the record of something else")
        world.press("2 5⇥ u⏎")
        #expect(step(world) == "5/5" || world.says("That was the tour"), "put back from the audit screen")
    }

    @Test func theWholePopulationKeepsItsLeadsForTenMinutes() throws {
        let world = try world()
        world.run(seconds: 600)
        #expect(world.bindings(of: Lead.lost).isEmpty)
        #expect(world.bindings(of: Lead.haunted).count > 2)
        #expect(world.bindings(of: Lead.good).count == 1)
        world.press("2/4423⏎")
        #expect(world.lines(with: "~ghost").count > 1, "\(world.screen)")
    }
}
