import BindingTable
import Console
import Monitor
import Registrar
import SIPMessage
import Simulation
import Testing
import Timing

/// Phones that fall silent, seen from the console: one alone, and a whole office; with the real registrar, on a
/// virtual clock.
@Suite struct OutageTests {
    private static let office = (1...12).map { "office\($0)" }
    private static let others = (1...8).map { "home\($0)" }

    /// An office behind one network, and people at home, all with a rhythm that is known.
    private func world(view: StartView = .overview) throws -> World {
        var plan = Plan()
        plan.view = view
        plan.passwords = Dictionary(
            uniqueKeysWithValues: (Self.office + Self.others).map { ($0, "secret") }
        )
        let world = try World(plan)
        func add(_ user: String, _ address: String, _ place: Int) {
            world.handsets.add(user, password: "secret", from: Endpoint(address), now: world.now) { profile in
                // Everybody comes in a time of its own, and always after 40 s.
                profile.startAfter = .seconds(1 + place * 3)
                profile.refreshAfter = .seconds(36)
            }
        }
        for (index, user) in Self.office.enumerated() { add(user, "203.0.113.\(index + 10):5060", index) }
        for (index, user) in Self.others.enumerated() { add(user, "198.51.\(index).7:5060", index) }
        world.run(seconds: 900)
        return world
    }

    private func overview(_ world: World) throws -> Overview {
        world.bringMonitorUpToDate()
        let window = world.monitor.answer(WindowQuery(subject: .overview, height: 0), at: world.now)
        guard case .overview(let numbers) = window.content else {
            Issue.record("no overview")
            return Overview()
        }
        return numbers
    }

    @Test func onePhoneAloneIsMissedAndNoSiteIsOut() throws {
        let world = try world()
        #expect(try overview(world).outages.isEmpty)
        world.handsets["home3"].isSilent = true
        var wasMissed = false
        for _ in 0..<70 {
            world.run(seconds: 1)
            let numbers = try overview(world)
            wasMissed = wasMissed || numbers.missedBeats == 1
            #expect(numbers.outages.isEmpty)
        }
        #expect(wasMissed)
        #expect(world.bindings(of: "home3").isEmpty)
    }

    /// From the overview to the phones of the office in two keys, and it is told when they are back.
    @Test func anOfficeIsOneAlarmThatLeadsToItsPhones() throws {
        let world = try world()
        for user in Self.office.dropLast() { world.handsets[user].isSilent = true }
        #expect(world.run(atMost: 70) { (try? overview(world).outages.isEmpty) == false })
        world.run(seconds: 4)
        let outage = try #require(try overview(world).outages.first)
        #expect(outage.kind == .site && outage.name == "203.0.113.0/24")
        #expect(outage.phones == 12)
        #expect(
            world.says("site 203.0.113.0/24: \(outage.silent) of 12 phones silent since"),
            "\(world.screen)"
        )
        #expect(
            world.monitor.takeAlarms(at: world.now).notices.contains {
                $0.text.hasPrefix("site 203.0.113.0/24")
            }
        )
        #expect(world.run(atMost: 60) { (try? overview(world).outages.first?.silent) == 11 })
        world.press("⇤⇤⇤⏎")
        #expect(world.screen.contains("ip:203.0.113.0/24 beat:missed"), "\(world.screen)")
        for user in Self.office { world.handsets[user].isSilent = false }
        #expect(world.run(atMost: 90) { (try? overview(world).outages.isEmpty) == true })
        let notices = world.monitor.takeAlarms(at: world.now).notices.map(\.text)
        #expect(notices.contains { $0.hasPrefix("site 203.0.113.0/24 is back") }, "\(notices)")
    }

    /// What the phones of the demo do in a minute is what was forecast, within a quarter.
    @Test func refreshesComeAsForecast() throws {
        var plan = Plan()
        plan.crowd = 150
        plan.expiry = ExpiryPolicy(standard: 120, minimum: 20, maximum: 120, jitterPercent: 0)
        let world = try World(plan)
        world.run(seconds: 900)
        let forecast = try overview(world).forecast
        let expected = forecast.rates.prefix(12).reduce(0) { $0 + $1 * Double(RefreshForecast.slotSeconds) }
        let before = world.spoken.count
        world.run(seconds: 120)
        // A refresh of a binding, not the login of one that comes and goes.
        let came = world.spoken[before...].count { spoken in
            let kind = world.crowd?.kind(at: spoken.exchange.path.source)
            return spoken.exchange.status == 200 && !spoken.exchange.isUnregister && kind != .flapping
        }
        #expect(abs(Double(came) - expected) < Double(came) / 4, "\(expected) expected, \(came) came")
        #expect(forecast.restartPeak >= forecast.steady)
        #expect(forecast.wavePeak(jitter: 25) <= forecast.wavePeak(jitter: 0))
    }
}
