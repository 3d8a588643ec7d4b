import BindingTable
import Cells
import Console
import Registrar
import SIPMessage
import Simulation
import Testing
import Timing

/// Three tasks of a night on call, counted in key presses from the first screen: to the cause in less than ten, to the
/// cure in five more. Two hundred other phones come and go meanwhile.
@Suite struct TaskTests {
    private static let toCause = 9, toCure = 5

    /// A world with a crowd, and phone 4417 as the story has it.
    private func world(password: String = "secret", _ configure: (inout PhoneProfile) -> Void) throws -> World
    {
        var plan = Plan(
            domain: "demo.test",
            seed: 3,
            passwords: ["4717": "secret"],
            crowd: 200,
            nonceLifetime: Population.nonceLifetime,
            view: .overview
        )
        plan.expiry = ExpiryPolicy(standard: 3_600, minimum: 20, maximum: 3_600, jitterPercent: 0)
        plan.contacts = ContactPolicy(maximum: 20)
        let world = try World(plan)
        world.handsets.add(
            "4717",
            password: password,
            from: Endpoint("198.51.100.7:6000"),
            now: world.now,
            configure: configure
        )
        return world
    }

    private func presses(_ world: World, _ keys: String) -> Int {
        world.presses = 0
        world.press(keys)
        return world.presses
    }

    @Test func theWrongPassword() throws {
        let world = try world(password: "wrong") { $0.retryAfter = .seconds(8) }
        world.run(seconds: 60)
        #expect(world.bindings(of: "4717").isEmpty)

        let cause = presses(world, "3/4717⏎⏎")
        #expect(cause <= Self.toCause, "\(cause) keys")
        #expect(world.says("REJECTED: wrong password for the known user \"4717\"."))
        #expect(world.says("set a new one: regtop account add"), "the cure stands there")

        // As it says, in another shell; then the accounts are read anew.
        world.plan.passwords["4717"] = "wrong"
        let cure = presses(world, "⌃r")
        #expect(cure <= Self.toCure, "\(cure) keys")
        #expect(world.run(atMost: 20) { world.bindings(of: "4717").count == 1 })
        world.press("2/4717⏎")
        #expect(world.lines(with: "4717@demo.test").count == 1)
    }

    @Test(arguments: [6, 14]) func theGhosts(_ moves: Int) throws {
        let world = try world {
            $0.expires = 3_600
            $0.refreshAfter = .seconds(5)
        }
        #expect(world.run(atMost: 10) { world.bindings(of: "4717").count == 1 })
        for step in 1...moves {
            world.handsets.move("4717", to: Endpoint("198.51.100.7:\(6_000 + step)"), now: world.now)
            #expect(world.run(atMost: 20) { world.bindings(of: "4717").count == step + 1 })
        }
        world.run(seconds: 2)

        let cause = presses(world, "2/4717⏎⏎")
        #expect(cause <= Self.toCause, "\(cause) keys")
        #expect(world.says("1 phone, \(moves) ghosts: O keeps the newest."), "\(world.screen)")

        // More than ten are counted by hand.
        let cure = presses(world, moves > 10 ? "Oy\(moves)⏎" : "Oy")
        #expect(cure <= Self.toCure, "\(cure) keys")
        #expect(world.bindings(of: "4717").map(\.facts.path.source.port) == [UInt16(6_000 + moves)])
        #expect(world.auditTrail.count == moves)
    }

    @Test func thePhoneThatFlaps() throws {
        let world = try world {
            $0.kind = .flapping
            $0.refreshAfter = .seconds(6)
        }
        world.run(seconds: 60)
        #expect(world.run(atMost: 20) { world.bindings(of: "4717").count == 1 })

        let cause = presses(world, "2/4717⏎⏎")
        #expect(cause <= Self.toCause, "\(cause) keys")
        #expect(
            world.says("OK R 401 R 200") && world.says("UNREG R0 401 R0 200"),
            "it registers and removes itself, over and over:\n\(world.screen)"
        )

        let before = try #require(world.bindings(of: "4717").first)
        let cure = presses(world, "Xyu")
        #expect(cure <= Self.toCure, "\(cure) keys")
        #expect(world.auditTrail.map(\.record.action) == ["evict", "undo"])
        let after = try #require(world.bindings(of: "4717").first)
        #expect(after.texts == before.texts && after.facts.expiresAt == before.facts.expiresAt)
    }
}
