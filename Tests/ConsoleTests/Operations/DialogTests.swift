import BindingTable
import Cells
import Monitor
import SIPMessage
import Testing
import Timing

@testable import Console

/// What a dialog says while it waits, what it takes for a yes, and how it tells its targets apart.
@Suite struct DialogTests {
    @Test func whatWasMissingIsNotSaidAnyMoreOnceItHasCome() {
        for keys in ["X⇥⇥⇥⏎", "X⌃y", "X⇥⇥⇥⏎⌃y"] {
            var driver = Driver()
            driver.press("jj")
            driver.isHolding = true
            driver.press(keys)
            #expect(driver.screen.contains("has not said yet what this would do."), "\(keys)")
            driver.deliver()
            #expect(!driver.screen.contains("has not said yet"), "\(keys): \(driver.screen)")
            #expect(driver.screen.contains("last binding of its address of record"))
        }
    }

    @Test func theSameForABlock() {
        var driver = Driver(
            world: {
                var world = World(); world.bindings = Samples.many(100); return world
            }()
        )
        driver.press("/example⏎VV")
        driver.isHolding = true
        driver.press("By")
        #expect(driver.screen.contains("has not said yet whom this would hit."))
        driver.deliver()
        #expect(!driver.screen.contains("has not said yet"))
    }

    @Test func whereACountIsTypedYesLeadsThere() {
        var world = World()
        world.bindings = Samples.many(12)
        var driver = Driver(world: world)
        driver.press("VX")
        #expect(driver.screen.contains("Type 12 to go on") && driver.keyBar.contains("y Count"))
        driver.press("y")
        #expect(driver.performed.isEmpty && driver.model.layer != nil)
        var few = Driver()
        few.press("jjX")
        #expect(few.keyBar.contains("y Yes"))
    }

    @Test func quittingTheRegistrarSaysThatYesIsNotEnough() {
        var driver = Driver()
        driver.press("q")
        #expect(!driver.keyBar.contains("y Yes") && driver.keyBar.contains("Q Quit"))
        driver.press("y")
        #expect(driver.screen.contains("Q quits: y is not enough where all logins end."))
        #expect(!driver.effects.contains { if case .quit = $0 { true } else { false } })
        driver.press("Q")
        #expect(driver.effects.contains { if case .quit(0) = $0 { true } else { false } })
    }

    /// Two bindings of 4417 that differ by what `change` does.
    private func twins(_ change: (inout BindingRow) -> Void) -> World {
        var world = World()
        guard var twin = world.bindings.first(where: { $0.aor == "4417@example.test" }) else { return world }
        twin.binding.facts.id = BindingID(partition: 1, generation: 7, slot: 9_990)
        change(&twin)
        world.bindings.append(twin)
        return world
    }

    private func targets(_ world: World) -> [String] {
        var driver = Driver(Size(width: 140, height: 40), world: world)
        driver.press("/4417@⏎VX")
        return driver.lines.filter { $0.contains("4417@example.test  ") && $0.contains(" left") }
    }

    @Test func targetsAreNamedByTheirContactAsInTheList() throws {
        let lines = targets(twins { $0.binding.texts.contact = Array("sip:4417@10.0.0.8:5070;ob".utf8) })
        #expect(lines.contains { $0.contains("4417@example.test  10.0.0.7:5060  ") }, "\(lines)")
        #expect(lines.contains { $0.contains("4417@example.test  10.0.0.8:5070  ") }, "\(lines)")
        #expect(!lines.contains { $0.contains("from ") || $0.contains("refreshed") })
    }

    @Test func targetsOfOneContactAreToldApartBySourceOrRefresh() {
        let bySource = targets(twins { $0.binding.facts.path.source.port = 36_583 })
        #expect(bySource.contains { $0.contains("from 198.51.100.7:36583") }, "\(bySource)")
        let byRefresh = targets(
            twins { $0.binding.facts.refreshedAt = Samples.start.timestamp - .seconds(3_000) }
        )
        #expect(byRefresh.count == 2 && byRefresh.allSatisfy { $0.contains("refreshed ") }, "\(byRefresh)")
        #expect(Set(byRefresh).count == 2)
        let equal = targets(twins { _ in })
        #expect(equal.count == 2 && equal.allSatisfy { $0.contains("#") }, "\(equal)")
    }

    @Test func whatElseIsRegisteredIsNamedByItsContactToo() {
        var driver = Driver(
            world: twins { $0.binding.texts.contact = Array("sip:4417@10.0.0.8:5070;ob".utf8) }
        )
        driver.press("/4417@⏎⏎")
        let line = driver.lines.first { $0.contains("Also registered:") } ?? ""
        #expect(line.contains("10.0.0.8:5070 (") || line.contains("10.0.0.7:5060 ("), "\(line)")
    }
}
