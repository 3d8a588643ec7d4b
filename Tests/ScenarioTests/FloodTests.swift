import BindingTable
import Cells
import Console
import SIPMessage
import Simulation
import Testing
import Timing

/// "Somebody hammers us, and can people still log in?": one address sends three times what we can do.
@Suite struct FloodTests {
    private static let flooder = Endpoint("203.0.113.9:9999")

    /// A registrar that does a thousand messages a second, and nine phones that come back every 8 seconds.
    private func world() throws -> World {
        let users = (4_401...4_409).map { "\($0)" } + ["4417"]
        let passwords = Dictionary(uniqueKeysWithValues: users.map { ($0, "secret-\($0)") })
        let world = try World(Plan(passwords: passwords, view: .overview))
        world.inbox.service = .milliseconds(1)
        world.inbox.shedding = .microseconds(50)
        world.inbox.room = 400
        for (index, user) in users.dropLast().enumerated() {
            let source = Endpoint("198.51.100.\(10 + index):5060")
            world.handsets.add(user, password: "secret-\(user)", from: source, now: world.now) {
                $0.refreshAfter = .seconds(8)
            }
        }
        world.run(seconds: 20)
        #expect(world.bindings.count == 9)
        world.flood = Flood(
            from: Self.flooder,
            domain: "example.test",
            perSecond: 3_000,
            seconds: 3_600,
            now: world.now
        )
        world.run(seconds: 2)
        return world
    }

    @Test func aFloodFromOneAddressKeepsNoOtherPhoneFromRegistering() throws {
        let world = try world()
        let source = Endpoint("198.51.100.7:5062")
        world.handsets.add("4417", password: "secret-4417", from: source, now: world.now)
        #expect(world.run(atMost: 10) { world.handsets["4417"].phone.grants == 1 })
        world.run(seconds: 8)
        #expect(world.inbox.drops > 1_000, "it was a flood")
        #expect(world.inbox.shed.keys.map { $0 } == [Self.flooder.address], "and nobody else pays for it")
        #expect(try #require(world.inbox.shed[Self.flooder.address]) > 1_000)
        #expect(world.bindings.count == 10, "nobody's binding ended meanwhile")
        for user in (4_401...4_409).map({ "\($0)" }) {
            let phone = world.handsets[user].phone
            #expect(phone.timeouts == 0 && phone.refusals == 0, "\(user)")
        }
    }

    @Test func theOverviewNamesTheFlooderAndABlockFromThereRefusesItAndNobodyElse() throws {
        let world = try world()
        #expect(world.lines(with: "203.0.113.9").count == 1)
        // The third pane holds the sources, the busiest first.
        world.press("⇥⇥")
        #expect(world.lines(with: "▸203.0.113.9").count == 1)
        world.press("B")
        #expect(
            world.says("Every REGISTER and call from 203.0.113.9, whatever its port, is refused with 403")
        )
        #expect(world.says("All phones behind that address are hit, if it is a NAT."))
        world.press("y")
        #expect(world.messageLine.contains("203.0.113.9 is refused for 10 m"))
        world.run(seconds: 1)
        let before = world.spoken.count
        world.run(seconds: 5)
        let later = world.spoken[before...]
        let refused = later.filter { $0.exchange.status == 403 }
        #expect(refused.count > 1_000)
        #expect(refused.allSatisfy { $0.exchange.path.source == Self.flooder })
        #expect(later.allSatisfy { $0.exchange.path.source != Self.flooder || $0.exchange.status == 403 })
        #expect(later.contains { $0.exchange.status == 200 }, "the others go on")
        world.press("3!")
        let rows = world.lines(with: "203.0.113.9:9999")
        #expect(rows.count > 10 && rows.allSatisfy { $0.contains("R 403 ") && $0.contains(" BLOCKED") })
        world.press("b")
        #expect(world.lines(with: "203.0.113.9").first?.contains(" 9m ") == true)
    }
}
