import BindingTable
import Registrar
import SIPMessage
import Support
import Testing
import Timing

/// Expire, evict, block, unblock, undo: what each does, skips and leaves behind (design §7).
struct OperatorDeskTests {
    private let aor = "alice@example.com"

    /// A stage with three bindings of alice, and its desk.
    private func open() throws -> (Stage, OperatorDesk, Phone) {
        let stage = try Stage()
        var phone = Phone()
        stage.send(phone.register(contacts: ["<sip:a@h1>", "<sip:a@h2>", "<sip:a@h3>"], expires: 600))
        return (stage, OperatorDesk(stage.state), phone)
    }

    private func perform(_ stage: Stage, _ desk: OperatorDesk, _ verb: OperatorVerb) -> CommandOutcome {
        let outcome = desk.perform(command(verb), clock: stage.clock) { _ in true }
        return outcome
    }

    @Test func theFirstActHasTheNumberThatItIsGiven() throws {
        let (stage, _, _) = try open()
        let desk = OperatorDesk(stage.state, firstAct: 28_000_000)
        #expect(perform(stage, desk, .drain(true, for: nil)).id == CommandID(rawValue: 28_000_000))
        #expect(perform(stage, desk, .undo(CommandID(rawValue: 1))).refusal != nil)
        #expect(perform(stage, desk, .undo(CommandID(rawValue: 28_000_000))).refusal == nil)
    }

    @Test func expireAndEvictTakeBindingsWithTheirOwnCause() throws {
        let (stage, desk, _) = try open()
        _ = stage.takeEvents()
        let bindings = stage.bindings(aor)
        let expired = perform(stage, desk, .expire([stage.target(bindings[0])]))
        #expect(expired.count(.done) == 1 && expired.unreachable == 0)
        #expect(expired.id == CommandID(rawValue: 1))
        #expect(expired.undoUntil == bindings[0].facts.expiresAt)
        let evicted = perform(
            stage,
            desk,
            .evict([stage.target(bindings[1]), stage.target(bindings[2])], refuseFor: nil)
        )
        #expect(evicted.count(.done) == 2)
        #expect(evicted.unreachable == 1, "alice has no binding left")
        #expect(
            stage.takeEvents() == [
                "removed(expired by operator) sip:a@h1", "removed(evicted by operator) sip:a@h2",
                "removed(evicted by operator) sip:a@h3",
            ]
        )
    }

    @Test func aPreviewSaysWhatTheActWouldDoAndDoesNothing() throws {
        let (stage, desk, _) = try open()
        let targets = stage.bindings(aor).map(stage.target)
        let preview = desk.preview(command(.evict(targets, refuseFor: .seconds(60))), clock: stage.clock)
        #expect(preview.id == nil)
        #expect(preview.count(.done) == 3)
        #expect(preview.unreachable == 1)
        #expect(stage.bindings(aor).count == 3)
        #expect(stage.state.policy.current.blocks.isEmpty)
        let act = perform(stage, desk, .evict(targets, refuseFor: .seconds(60)))
        #expect(act.targets.map(\.outcome) == preview.targets.map(\.outcome))
        #expect(act.unreachable == preview.unreachable)
        #expect(act.undoUntil == preview.undoUntil)
    }

    @Test func whatHasChangedOrGoneIsSkipped() throws {
        let (stage, desk, phone) = try open()
        let targets = stage.bindings(aor).map(stage.target)
        var again = phone
        stage.send(again.register(contacts: ["<sip:a@h1>", "<sip:a@h2>;expires=0"]))
        let outcome = perform(stage, desk, .evict(targets, refuseFor: nil))
        #expect(outcome.targets.map(\.outcome) == [.changed, .gone, .done])
        #expect(
            outcome.targets.map { String(decoding: $0.binding.texts.contact, as: UTF8.self) } == [
                "sip:a@h1", "sip:a@h2", "sip:a@h3",
            ]
        )
        #expect(outcome.targets[1].binding.gone?.cause == .unregistered)
        #expect(stage.contacts(aor) == ["sip:a@h1"])
        let unknown = BindingTarget(id: BindingID(partition: 3, generation: 9, slot: 999), version: 1)
        #expect(perform(stage, desk, .expire([unknown])).targets.map(\.outcome) == [.gone])
    }

    @Test func anOverdueBindingIsGoneEvenBeforeItsTimer() throws {
        let (stage, desk, _) = try open()
        let targets = stage.bindings(aor).map(stage.target)
        stage.now = stage.now + .seconds(600)
        #expect(perform(stage, desk, .evict(targets, refuseFor: nil)).count(.gone) == 3)
    }

    @Test func anEvictedPhoneMayComeBackAtOnceOrIsRefusedForATime() throws {
        let (stage, desk, phone) = try open()
        var back = phone
        _ = perform(stage, desk, .evict(stage.bindings(aor).map(stage.target), refuseFor: nil))
        #expect(stage.send(back.register()).status == 200)
        _ = perform(stage, desk, .evict(stage.bindings(aor).map(stage.target), refuseFor: .seconds(60)))
        #expect(stage.send(back.register()).status == 403)
        #expect(stage.handling?.exchange.refusal == .blockedAOR(seconds: 60))
        stage.advance(seconds: 60)
        #expect(stage.send(back.register()).status == 200)
    }

    @Test func blockAndUnblock() throws {
        let (stage, desk, phone) = try open()
        var back = phone
        #expect(perform(stage, desk, .block(.aor(Array(aor.utf8)), for: nil)).id != nil)
        #expect(stage.send(back.register()).status == 403)
        #expect(stage.bindings(aor).count == 3, "a block refuses, it takes nothing")
        #expect(perform(stage, desk, .unblock(.aor(Array(aor.utf8)))).refusal == nil)
        #expect(stage.send(back.register()).status == 200)
        #expect(
            perform(stage, desk, .unblock(.aor(Array(aor.utf8)))).refusal?.contains("is not blocked") == true
        )
    }

    @Test func undoGivesBackWhatWasTakenWithItsOwnExpiry() throws {
        let (stage, desk, _) = try open()
        let before = stage.bindings(aor)
        stage.advance(seconds: 100)
        let act = perform(stage, desk, .evict(before.map(stage.target), refuseFor: .seconds(60)))
        stage.advance(seconds: 10)
        let id = try #require(act.id)
        #expect(desk.preview(command(.undo(id)), clock: stage.clock).count(.done) == 3)
        let undone = perform(stage, desk, .undo(id))
        #expect(undone.count(.done) == 3)
        let after = stage.bindings(aor)
        #expect(after.map(\.texts) == before.map(\.texts))
        #expect(after.map(\.facts.expiresAt) == before.map(\.facts.expiresAt))
        #expect(after.map(\.facts.createdAt) == before.map(\.facts.createdAt))
        #expect(stage.state.policy.current.blocks.isEmpty, "the block went with it")
        #expect(perform(stage, desk, .undo(id)).refusal?.contains("cannot be undone") == true)
    }

    @Test func undoSaysSupersededAndTooLate() throws {
        let (stage, desk, phone) = try open()
        let act = perform(stage, desk, .evict(stage.bindings(aor).map(stage.target), refuseFor: nil))
        var back = phone
        stage.send(back.register(contacts: ["<sip:a@H1>"], expires: 7_000))
        let id = try #require(act.id)
        #expect(
            desk.preview(command(.undo(id)), clock: stage.clock).targets.map(\.outcome) == [
                .superseded, .done, .done,
            ]
        )
        stage.advance(seconds: 600)
        let late = perform(stage, desk, .undo(id))
        #expect(Set(late.targets.map(\.outcome)) == [.tooLate])
        #expect(stage.contacts(aor) == ["sip:a@H1"])
    }

    @Test func undoDoesNotOverfillAnAddressOfRecord() throws {
        let stage = try Stage([.open("example.com", contacts: ContactPolicy(maximum: 1))])
        let desk = OperatorDesk(stage.state)
        var phone = Phone()
        stage.send(phone.register(contacts: ["<sip:a@h1>"]))
        let act = perform(stage, desk, .evict(stage.bindings(aor).map(stage.target), refuseFor: nil))
        stage.send(phone.register(contacts: ["<sip:a@h2>"]))
        let undone = perform(stage, desk, .undo(try #require(act.id)))
        #expect(undone.count(.superseded) == 1)
        #expect(stage.contacts(aor) == ["sip:a@h2"])
    }

    @Test func undoOfABlockLiftsItAndOfALiftingSetsItAgain() throws {
        let (stage, desk, _) = try open()
        let subject = BlockSubject.source(IPAddress(ipv4: 9))
        let set = perform(stage, desk, .block(subject, for: .seconds(90)))
        let lifted = perform(stage, desk, .unblock(subject))
        #expect(stage.state.policy.current.blocks.isEmpty)
        _ = perform(stage, desk, .undo(try #require(lifted.id)))
        #expect(stage.state.policy.current.blocks.block(on: subject)?.until == stage.now + .seconds(90))
        _ = perform(stage, desk, .undo(try #require(set.id)))
        #expect(stage.state.policy.current.blocks.isEmpty)
    }

    @Test func theAuditTrailTellsNoPasswordOfAContact() throws {
        let stage = try Stage()
        var phone = Phone()
        stage.send(phone.register(contacts: ["<sip:a:hunter2@h1>"], expires: 3_000))
        var seen: [AuditRecord] = []
        let act = command(.evict(stage.bindings(aor).map(stage.target), refuseFor: nil))
        _ = OperatorDesk(stage.state).perform(act, clock: stage.clock) { records in
            seen = records
            return true
        }
        #expect(seen.map(\.object) == ["alice@example.com sip:a:xxxxxxx@h1"])
    }

    @Test func anActWhoseAuditLineCannotBeWrittenIsNotDone() throws {
        let (stage, desk, _) = try open()
        let targets = stage.bindings(aor).map(stage.target)
        var seen: [AuditRecord] = []
        let outcome = desk.perform(command(.evict(targets, refuseFor: .seconds(60))), clock: stage.clock) {
            records in
            seen = records
            #expect(stage.bindings("alice@example.com").count == 3, "written before the act")
            return false
        }
        #expect(outcome.id == nil)
        #expect(outcome.refusal?.contains("audit") == true)
        #expect(stage.bindings(aor).count == 3)
        #expect(stage.state.policy.current.blocks.isEmpty)
        #expect(seen.map(\.action) == ["evict", "evict", "evict"])
        #expect(
            seen.map(\.object) == [
                "alice@example.com sip:a@h1", "alice@example.com sip:a@h2", "alice@example.com sip:a@h3",
            ]
        )
        #expect(seen.map(\.result) == Array(repeating: "to be evicted and refused for 60 s", count: 3))
        #expect(
            seen.allSatisfy {
                $0.reason == "test" && $0.by.short == "kl@198.51.100.7" && $0.at == stage.clock.wall
            }
        )
    }

    @Test func moreBlocksThanThereIsRoomForAreRefusedBeforeAnythingHappens() throws {
        let (stage, desk, _) = try open()
        stage.state.policy.update { policy in
            for number in 0..<BlockList.capacity {
                policy.blocks.insert(block(.source(IPAddress(ipv4: UInt32(number)))))
            }
        }
        let outcome = perform(
            stage,
            desk,
            .evict(stage.bindings(aor).map(stage.target), refuseFor: .seconds(60))
        )
        #expect(outcome.refusal?.contains("10000 blocks") == true)
        #expect(stage.bindings(aor).count == 3)
    }

    @Test func severalSubjectsAreBlockedByOneActAndFreedByOneUndo() throws {
        let (stage, desk, phone) = try open()
        var back = phone
        let subjects: [BlockSubject] = [
            .aor(Array(aor.utf8)), .source(IPAddress(ipv4: 9)), .aor(Array(aor.utf8)),
        ]
        var lines = 0
        let outcome = desk.perform(command(.block(subjects, for: .seconds(60))), clock: stage.clock) {
            lines = $0.count
            return true
        }
        #expect(stage.state.policy.current.blocks.count == 2 && lines == 3)
        #expect(stage.send(back.register()).status == 403)
        #expect(desk.acts(at: stage.now).undoable.first?.object == "alice@example.com and 1 more")
        _ = perform(stage, desk, .undo(try #require(outcome.id)))
        #expect(stage.state.policy.current.blocks.isEmpty)
    }

    @Test func whoWasQuickerIsNamed() throws {
        let (stage, desk, _) = try open()
        let targets = stage.bindings(aor).map(stage.target)
        var other = command(.evict([targets[0]], refuseFor: nil))
        other.by = OperatorIdentity(user: "mb", from: "local", terminal: "-")
        let first = desk.perform(other, clock: stage.clock) { _ in true }
        let preview = desk.preview(command(.evict(targets, refuseFor: nil)), clock: stage.clock)
        #expect(preview.targets.map(\.outcome) == [.gone, .done, .done])
        #expect(preview.takenBy.map(\.by.user) == ["mb"] && preview.takenBy.first?.act == first.id)
        #expect(preview.takenBy.first?.binding == targets[0].id)
    }

    @Test func theListSaysWhatUndoWouldDoNowAndForgetsWhatIsOver() throws {
        let (stage, desk, phone) = try open()
        let act = perform(stage, desk, .evict(stage.bindings(aor).map(stage.target), refuseFor: nil))
        _ = perform(stage, desk, .block(.source(IPAddress(ipv4: 9)), for: nil))
        var back = phone
        stage.send(back.register(contacts: ["<sip:a@H1>"], expires: 7_000))
        let list = desk.acts(at: stage.now).undoable
        #expect(list.map(\.verb) == ["block", "evict"], "the newest first")
        #expect(list[1].act == act.id && list[1].object == "3 bindings" && list[1].reason == "test")
        #expect(list[1].counts?.done == 2 && list[1].counts?.superseded == 1)
        #expect(list[0].counts == nil && list[0].object == "0.0.0.9")
        stage.advance(seconds: 600)
        #expect(desk.acts(at: stage.now).undoable.map(\.verb) == ["block"])
    }

    @Test func anActOnOneBindingIsNamedByItsAddressOfRecord() throws {
        let (stage, desk, _) = try open()
        let target = try #require(stage.bindings(aor).first.map(stage.target))
        _ = perform(stage, desk, .evict([target], refuseFor: nil))
        #expect(desk.acts(at: stage.now).undoable.first?.object == "alice@example.com")
    }

    @Test("undo∘evict restores the table unless superseded, for any set of targets")
    func undoIsTheInverseOfEvict() throws {
        for seed in UInt64(1)...15 {
            var random = SeededGenerator(seed: seed)
            let stage = try Stage()
            let desk = OperatorDesk(stage.state)
            let users = (0..<20).map { "u\($0)" }
            for user in users {
                var phone = Phone(user, callID: "c-\(user)")
                stage.send(
                    phone.register(
                        contacts: (0...random.below(3)).map { "<sip:\(user)@h\($0)>" },
                        expires: 60 + random.below(3_000)
                    )
                )
            }
            func all() -> [Binding] { users.flatMap { stage.bindings("\($0)@example.com") } }
            let before = all()
            let chosen = before.filter { _ in random.below(2) == 0 }
            let act = perform(stage, desk, .evict(chosen.map(stage.target), refuseFor: nil))
            #expect(all().count == before.count - chosen.count, "seed \(seed)")
            stage.advance(seconds: random.below(50))
            guard let id = act.id, !chosen.isEmpty else { continue }
            #expect(perform(stage, desk, .undo(id)).count(.done) == chosen.count, "seed \(seed)")
            func shape(_ bindings: [Binding]) -> Set<String> {
                Set(
                    bindings.map {
                        "\($0.texts) \($0.facts.expiresAt) \($0.facts.createdAt) \($0.facts.cseq)"
                    }
                )
            }
            #expect(shape(all()) == shape(before), "seed \(seed)")
        }
    }
}
