import BindingTable
import Registrar
import SIPMessage
import Simulation
import Testing
import Timing

/// "One phone, fourteen contacts, and thirteen of them ring nowhere": what a NAT leaves behind, and one key.
@Suite struct GhostTests {
    /// A world with one phone that its NAT has moved so many times, each seen by the registrar.
    private func world(moves: Int) throws -> World {
        var plan = Plan()
        plan.expiry = ExpiryPolicy(standard: 3_600, minimum: 20, maximum: 3_600, jitterPercent: 0)
        plan.contacts = ContactPolicy(maximum: 20)
        let world = try World(plan)
        world.handsets.add("4417", password: "secret", from: Endpoint("198.51.100.7:6000"), now: world.now) {
            $0.expires = 3_600
            $0.refreshAfter = .seconds(30)
        }
        #expect(world.run(atMost: 10) { world.bindings(of: "4417").count == 1 })
        for step in 1...moves {
            world.handsets.move("4417", to: Endpoint("198.51.100.7:\(6_000 + step)"), now: world.now)
            #expect(world.run(atMost: 60) { world.bindings(of: "4417").count == step + 1 })
        }
        world.run(seconds: 2)
        return world
    }

    @Test func fourteenGhostsOfAPhoneThatMovedAreSeenAndClearedWithOneKey() throws {
        let world = try world(moves: 14)
        world.press("1")
        #expect(world.screen.contains("ghosts 14"))
        world.press("2/ghost:yes⏎")
        #expect(world.screen.contains("14 of 15"))
        #expect(world.lines(with: "~ghost").count == 14)
        #expect(world.keyBar.contains("O Ghosts"))
        world.press("⏎")
        #expect(world.says("1 phone, 14 ghosts: O keeps the newest."))
        #expect(world.says("This one is a ghost: its phone has registered a newer contact"))

        world.press("O")
        #expect(world.screen.contains("EVICT 14 BINDINGS"))
        #expect(world.says("The address of record keeps another binding") || world.says("keeps a binding"))
        #expect(world.performed.isEmpty && world.bindings.count == 15)
        world.press("y14⇥⏎")
        #expect(world.bindings(of: "4417").map(\.facts.path.source.port) == [6_014])
        #expect(world.auditTrail.count == 14)
        #expect(
            world.auditTrail.allSatisfy { $0.record.action == "evict" && !$0.record.object.contains(":6014") }
        )

        world.press("u")
        #expect(world.bindings(of: "4417").count == 15)
        world.press("⎋\\O")
        #expect(world.screen.contains("EVICT 14 BINDINGS"), "what is put back is what it was")
    }

    @Test func aPhoneThatComesBackToItsOldContactIsNoGhost() throws {
        let world = try world(moves: 1)
        world.press("/ghost:yes⏎")
        #expect(world.screen.contains("1 of 2"))
        world.handsets.move("4417", to: Endpoint("198.51.100.7:6000"), now: world.now)
        world.run(seconds: 60)
        world.press("/ghost:no⏎")
        #expect(world.lines(with: ":6000").count == 1)
    }
}
