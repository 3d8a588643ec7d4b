import BindingTable
import Registrar
import SIPMessage
import Simulation
import Testing
import Timing

/// "Is 4417 registered, and until when?": a phone's life on the Bindings screen.
@Suite struct PhoneLifeTests {
    /// What the screen says is left of 4417's binding, in seconds; nil if it says nothing.
    private func countdown(_ world: World) -> Int? {
        let words = world.lines(with: "4417@example.test").first?.split(separator: " ") ?? []
        guard let clock = words.first(where: { $0.dropLast(2).last == ":" && $0.utf8.count <= 5 }) else {
            return nil
        }
        let parts = clock.split(separator: ":").compactMap { Int($0) }
        return parts.count == 2 ? parts[0] * 60 + parts[1] : nil
    }

    @Test func theCountdownGoesDownByExactlyTheSecondsThatPassUntilThePhoneRefreshes() throws {
        let world = try World()
        #expect(world.screen.contains("No phone is registered."))
        world.handsets.add("4417", password: "secret", from: Endpoint("198.51.100.7:5062"), now: world.now)
        world.run(seconds: 2)
        let row = world.lines(with: "4417@example.test")
        #expect(row.count == 1)
        #expect(row.first?.contains("198.51.100.7:5062") == true)
        #expect(row.first?.contains(" NEW ") == true)
        #expect(countdown(world) == 60)
        var (left, grants) = (60, 1)
        for _ in 1...200 {
            world.run(seconds: 1)
            let hasRefreshed = world.handsets["4417"].phone.grants > grants
            // What is left is rounded up, and the refresh was within this second.
            left = hasRefreshed ? 60 : left - 1
            grants = world.handsets["4417"].phone.grants
            #expect(countdown(world) == left)
        }
        #expect(grants >= 4)
        #expect(world.bindings.count == 1)
        #expect(world.bindings.first?.facts.refreshes == UInt32(grants - 1))
    }

    @Test func aPhoneThatGoesSilentIsLateByItsOwnRhythmAndThenEndsAndStaysDimUntilAMove() throws {
        let world = try World(Plan(passwords: ["4410": "other", "4417": "secret"]))
        world.handsets.add("4410", password: "other", from: Endpoint("198.51.100.6:5062"), now: world.now)
        world.handsets.add("4417", password: "secret", from: Endpoint("198.51.100.7:5062"), now: world.now) {
            $0.refreshAfter = .seconds(30)
        }
        #expect(world.run(atMost: 400) { world.handsets["4417"].phone.grants == 8 })
        #expect(world.lines(with: "4417@").first?.contains(" OK ") == true)
        world.handsets["4417"].isSilent = true
        let binding = try #require(world.bindings(of: "4417").first)
        #expect(world.run(atMost: 60) { world.lines(with: "4417@").first?.contains(" LATE ") == true })
        let grants = world.spoken.filter {
            $0.exchange.status == 200 && $0.asked("From")?.contains("4417") == true
        }
        let times = grants.map(\.exchange.path.at)
        let longest = try #require(zip(times.dropFirst(), times).map { $0 - $1 }.max())
        #expect(world.now - binding.facts.refreshedAt > longest, "late only beyond what it ever took")
        #expect(try #require(countdown(world)) > 0, "late is a warning: calls may still reach it")

        #expect(world.run(atMost: 60) { world.lines(with: "4417@").first?.contains(" GONE ") == true })
        let late = world.now - binding.facts.expiresAt
        #expect(late >= .zero && late < .seconds(1))
        #expect(world.bindings(of: "4417").isEmpty)
        world.run(seconds: 5)
        #expect(world.state.table.tombstone(binding.facts.id)?.gone?.cause == .expired)
        #expect(world.isDim("4417@"))
        #expect(!world.isDim("4410@"))
        #expect(world.messageLine.contains("1 row left (kept dim until you move)"))
        world.press("j")
        #expect(world.lines(with: "4417@").isEmpty)
        #expect(world.lines(with: "4410@").count == 1)
    }
}
