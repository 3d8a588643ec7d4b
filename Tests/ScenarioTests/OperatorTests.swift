import BindingTable
import Cells
import Console
import Registrar
import SIPMessage
import Simulation
import Testing
import Timing

/// "Take that phone off, I'll see whether it comes back": acts, their trail, and a console that may not act.
@Suite struct OperatorTests {
    /// A world with phone 4417 registered since eight seconds, and seen on the Bindings screen.
    private func console(readOnlyBecause: String? = nil) throws -> World {
        let world = try World(Plan(readOnlyBecause: readOnlyBecause))
        world.handsets.add("4417", password: "secret", from: Endpoint("198.51.100.7:5062"), now: world.now)
        world.run(seconds: 10)
        #expect(world.lines(with: "4417@example.test").first?.contains(" 0:52 ") == true)
        return world
    }

    @Test func evictAsksWithTheFocusOnCancelSoThatEnterDoesNothing() throws {
        let world = try console()
        world.press("X")
        #expect(world.screen.contains("EVICT 1 BINDING"))
        #expect(world.screen.contains("4417@example.test  198.51.100.7:5062  0:52 left"))
        #expect(world.says("It is the last binding of its address of record: calls to it fail from now on."))
        #expect(world.says("it will believe it is registered until 14:14:21."), "the expiry, honestly")
        world.press("⏎")
        #expect(!world.screen.contains("EVICT"))
        #expect(world.performed.isEmpty && world.auditTrail.isEmpty)
        #expect(world.bindings.count == 1)
    }

    @Test func anEvictedBindingIsGoneAfterItsAuditLineAndUndoBringsItBackWithItsRemainingTime() throws {
        let world = try console()
        let before = try #require(world.bindings.first)
        world.press("X → ⏎")
        #expect(world.bindings.isEmpty)
        #expect(world.auditTrail.map(\.record.action) == ["evict"])
        #expect(world.auditTrail.map(\.bindings) == [1], "the line was written while the binding was there")
        #expect(world.auditTrail.first?.record.object == "4417@example.test sip:4417@198.51.100.7:5062")
        #expect(world.auditTrail.first?.record.by.short == "kl@198.51.100.99")
        #expect(world.lines(with: "4417@example.test").first?.contains(" GONE ") == true)
        #expect(world.messageLine.contains("Evicted 1 binding   u = put back  10 s"))

        world.run(seconds: 4)
        #expect(world.messageLine.contains("u = put back  6 s"))
        world.press("u")
        #expect(world.messageLine.contains("Undo: 1 binding put back."))
        let after = try #require(world.bindings.first)
        #expect(world.bindings.count == 1)
        #expect(after.texts == before.texts)
        #expect(after.facts.expiresAt == before.facts.expiresAt, "not a second more than it had")
        #expect(after.facts.createdAt == before.facts.createdAt)
        world.press("j")
        let rows = world.lines(with: "4417@example.test")
        #expect(rows.count == 1 && rows[0].contains(" 0:48 ") && rows[0].contains(" OK "))

        world.press("5⇥")
        #expect(world.title.contains("5 AUDIT"))
        #expect(world.lines(with: "4417@example.test").map { $0.contains(" evict ") } == [true, false])
        #expect(world.lines(with: " undo ").count == 1)
        #expect(world.run(atMost: 60) { world.handsets["4417"].phone.grants == 2 })
        #expect(world.handsets["4417"].phone.refusals == 0, "the phone never knew")
    }

    @Test func anActWhoseTenSecondsAreOverIsUndoneFromTheAuditScreen() throws {
        let world = try console()
        world.press("X → ⏎")
        world.run(seconds: 11)
        #expect(!world.messageLine.contains("put back"))
        world.press("u")
        #expect(world.screen.contains("UNDO WHICH") && world.says("1 back; you"))
        world.press("⎋")
        #expect(world.bindings.isEmpty)
        world.press("5⇥ u")
        #expect(world.screen.contains("UNDO WHICH"))
        world.press("⏎")
        #expect(world.bindings.count == 1)
        #expect(world.auditTrail.map(\.record.action) == ["evict", "undo"])
    }

    @Test func aPhoneThatIsEvictedForATimeIsRefusedMeanwhileAndTheScreensSaySoUntilItIsOver() throws {
        let world = try console()
        // The choice of what the phone meets stands behind the buttons: refused 1 m. Then yes.
        world.press("X ⇥ → y")
        #expect(world.performed.count == 1)
        #expect(world.auditTrail.first?.record.result == "to be evicted and refused for 60 s")
        world.press("b")
        #expect(world.lines(with: "4417@example.test").first?.contains(" 1:00 ") == true)
        #expect(world.run(atMost: 50) { world.handsets["4417"].phone.refusals == 1 })
        #expect(world.bindings.isEmpty)
        #expect(world.lines(with: "4417@example.test").first?.contains(" 0:") == true, "and counts down")
        let refused = try #require(world.spoken.last)
        #expect(refused.exchange.status == 403)
        world.press("3")
        #expect(world.lines(with: "4417@example.test").last?.hasSuffix("BLOCKED") == true)
        world.press("⏎")
        #expect(world.says("REJECTED: an operator blocked 4417@example.test until "))

        #expect(world.run(atMost: 60) { world.handsets["4417"].phone.grants == 2 })
        #expect(world.now - World.start.timestamp > .seconds(70))
        #expect(world.bindings.count == 1)
        world.press("b j")
        #expect(world.screen.contains("Nobody is blocked."))
        world.press("2")
        #expect(world.lines(with: "4417@example.test").last?.contains(" NEW ") == true)
    }

    @Test func aPhoneThatIsEvictedForATimeIsRefusedFromItsVeryNextRegisterOn() throws {
        let world = try World()
        world.handsets.add("4417", password: "secret", from: Endpoint("198.51.100.7:5062"), now: world.now) {
            $0.refreshAfter = .seconds(5)
            $0.reusesNonce = true
        }
        world.run(seconds: 2)
        // 20 ms before its refresh leaves: no step of expiry (which takes the policy too) lies between.
        world.run(until: world.handsets["4417"].phone.nextDeadline - .milliseconds(20))
        world.press("X ⇥ → y")
        #expect(world.performed.count == 1 && world.bindings.isEmpty)
        world.run(seconds: 1)
        #expect(world.handsets["4417"].phone.grants == 1)
        #expect(world.bindings.isEmpty)
    }

    @Test func manyAreEvictedAFewASecondAbortedAndPutBackWithThreeKeys() throws {
        let world = try World(Plan(crowd: 60))
        world.run(seconds: 60)
        let before = world.bindings.count
        #expect(before > 40, "\(before)")
        world.press("2/aor:*⏎")
        world.run(seconds: 2)
        world.press("VVX⇥⇥2⇥move⇥\(before)⇥⏎")
        #expect(world.messageLine.contains("evicting 0 of \(before), 2 a second, "), "\(world.screen)")
        world.run(seconds: 5)
        #expect(world.messageLine.contains("evicting "), "\(world.messageLine)")
        let done = world.desk.progress?.counts.total ?? 0
        #expect(done == 10)
        world.press("u")
        #expect(world.desk.isUnderWay == false)
        #expect(world.messageLine.contains("Aborted: evicted "), "\(world.messageLine)")
        world.press("u")
        #expect(world.messageLine.contains("put back"), "\(world.messageLine)")
        #expect(world.bindings.count >= before - 2)
        let actions = world.auditTrail.map(\.record).filter { $0.action != "undo" }
        #expect(actions.first?.object == "\(before) bindings")
        #expect(actions.last?.result.contains("aborted by kl@198.51.100.99") == true)
    }

    @Test func aReadOnlyConsoleOffersNoActsDoesNoneAndSaysWhy() throws {
        let acting = try console()
        let world = try console(readOnlyBecause: "started with --read-only")
        #expect(acting.title.contains("  RW  ") && world.title.contains("  RO  "))
        let reason = "This console can only look: started with --read-only."
        let acts = [("2", "XEBu"), ("2⏎", "XEBu"), ("1", "Bu"), ("3", "Bu"), ("3⏎", "Bu"), ("b", "Bu")]
        for (screen, keys) in acts {
            acting.press("2 \(screen)")
            world.press("2 \(screen)")
            for size in [(80, 24), (140, 40)] {
                world.resize(size.0, size.1)
                for word in ["Evict", "Expire", "Block", "Lift block", "Undo"] {
                    #expect(!world.keyBar.contains(word), "\(screen): \(world.keyBar)")
                }
            }
            for key in keys {
                let before = world.lines.dropLast(2)
                world.press(String(key))
                #expect(world.messageLine.contains(reason), "\(screen) \(key)")
                #expect(world.lines.dropLast(2) == before, "no dialog opens: \(screen) \(key)")
            }
        }
        acting.press("2")
        #expect(acting.keyBar.contains("X Evict"))
        #expect(world.performed.isEmpty && world.auditTrail.isEmpty)
        #expect(world.bindings.count == 1)
    }
}
