import BindingTable
import Registrar
import SIPMessage
import Support
import Testing
import Timing

/// Acts that are done a few bindings at a time, so that phones do not all come back at once.
struct StaggeredActTests {
    /// A stage with so many users with a binding each, and its desk.
    private func open(_ count: Int) throws -> (Stage, OperatorDesk, [BindingTarget]) {
        let stage = try Stage()
        var targets: [BindingTarget] = []
        for number in 0..<count {
            var phone = Phone("u\(number)", callID: "c-\(number)")
            stage.send(phone.register(contacts: ["<sip:u\(number)@h>"], expires: 3_000))
            targets += stage.bindings("u\(number)@example.com").map(stage.target)
        }
        return (stage, OperatorDesk(stage.state), targets)
    }

    private func evict(
        _ targets: [BindingTarget],
        rate: Int,
        refuseFor: Interval? = nil,
    ) -> OperatorCommand {
        var command = command(.evict(targets, refuseFor: refuseFor))
        command.rate = rate
        return command
    }

    private func begin(_ stage: Stage, _ desk: OperatorDesk, _ command: OperatorCommand) -> CommandOutcome {
        desk.perform(command, clock: stage.clock) { _ in true }
    }

    /// Lets time pass in steps, and gives the last progress that was told.
    @discardableResult
    private func pass(_ stage: Stage, _ desk: OperatorDesk, milliseconds: Int, step: Int = 50) -> ActProgress?
    {
        var last: ActProgress?
        for _ in 0..<milliseconds / step {
            stage.now = stage.now + .milliseconds(step)
            last = desk.advance(to: stage.clock, audit: { _ in true }, end: { _ in }) ?? last
        }
        return last
    }

    @Test func soManyASecondAndNoMore() throws {
        for (rate, count, seconds, expected) in [
            (10, 40, 2, 19), (50, 200, 3, 143), (3, 12, 2, 7), (1, 5, 3, 3),
        ] {
            let (stage, desk, targets) = try open(count)
            let outcome = begin(stage, desk, evict(targets, rate: rate))
            #expect(outcome.refusal == nil && outcome.progress?.total == count)
            #expect(stage.state.table.bindingCount == count, "nothing is done before time passes")
            pass(stage, desk, milliseconds: seconds * 1_000)
            #expect(count - stage.state.table.bindingCount == expected, "\(rate)")
            pass(stage, desk, milliseconds: count * 1_000 / rate + 1_000)
            #expect(stage.state.table.bindingCount == 0)
            #expect(desk.progress?.state == .finished && desk.progress?.counts.done == count)
            #expect(!desk.isUnderWay)
        }
    }

    @Test func whatCouldNotBeDoneInTimeIsMadeUpForOneSecondAtMost() throws {
        let (stage, desk, targets) = try open(100)
        _ = begin(stage, desk, evict(targets, rate: 10))
        stage.now = stage.now + .seconds(600)
        _ = desk.advance(to: stage.clock, audit: { _ in true }, end: { _ in })
        #expect(stage.state.table.bindingCount == 90, "a machine that slept does not send everybody away")
    }

    @Test func oneUndoPutsAllOfItBack() throws {
        let (stage, desk, targets) = try open(30)
        let outcome = begin(stage, desk, evict(targets, rate: 10, refuseFor: .seconds(600)))
        pass(stage, desk, milliseconds: 4_000)
        #expect(stage.state.table.bindingCount == 0)
        #expect(stage.state.policy.current.blocks.count == 30)
        let id = try #require(outcome.id)
        #expect(desk.acts(at: stage.now).undoable.map(\.act) == [id])
        #expect(desk.acts(at: stage.now).undoable.first?.counts?.done == 30)
        let undone = desk.perform(command(.undo(id)), clock: stage.clock) { _ in true }
        #expect(undone.count(.done) == 30 && stage.state.table.bindingCount == 30)
        #expect(stage.state.policy.current.blocks.isEmpty)
        #expect(desk.acts(at: stage.now).undoable.isEmpty)
    }

    /// Each part sets the block of its address of record anew: what undo goes back to is what was there before the
    /// first of them.
    @Test func undoSetsTheBlockAgainThatWasThereBeforeTheFirstPart() throws {
        let stage = try Stage()
        var phone = Phone()
        stage.send(phone.register(contacts: ["<sip:a@h1>", "<sip:a@h2>", "<sip:a@h3>"], expires: 600))
        let desk = OperatorDesk(stage.state)
        let subject = BlockSubject.aor(Array("alice@example.com".utf8))
        let before = command(.block([subject], for: .seconds(3_600)), reason: "before")
        #expect(desk.perform(before, clock: stage.clock) { _ in true }.refusal == nil)
        let targets = stage.bindings("alice@example.com").map(stage.target)
        let id = try #require(begin(stage, desk, evict(targets, rate: 1, refuseFor: .seconds(600))).id)
        pass(stage, desk, milliseconds: 5_000)
        #expect(stage.state.table.bindingCount == 0 && desk.progress?.counts.done == 3)
        #expect(desk.blocks(at: stage.now).map(\.reason) == ["test"])
        let undone = desk.perform(command(.undo(id)), clock: stage.clock) { _ in true }
        #expect(undone.count(.done) == 3)
        #expect(desk.blocks(at: stage.now).map(\.reason) == ["before"])
    }

    @Test func itDoesNotBeginWhenItsLineCannotBeWritten() throws {
        let (stage, desk, targets) = try open(3)
        let outcome = desk.perform(evict(targets, rate: 10), clock: stage.clock) { _ in false }
        #expect(outcome.refusal?.contains("audit trail") == true && outcome.id == nil)
        #expect(!desk.isUnderWay && desk.progress == nil)
        pass(stage, desk, milliseconds: 2_000)
        #expect(stage.state.table.bindingCount == 3)
        #expect(
            begin(stage, desk, evict(targets, rate: 10)).id == CommandID(rawValue: 1),
            "no number was spent"
        )
    }

    @Test func expireCanBeStaggeredToo() throws {
        let (stage, desk, targets) = try open(3)
        var command = command(.expire(targets))
        command.rate = 10
        #expect(begin(stage, desk, command).progress?.verb == "expire")
        pass(stage, desk, milliseconds: 1_000)
        #expect(desk.progress?.state == .finished && desk.progress?.counts.done == 3)
        let causes = targets.map { stage.state.table.tombstone($0.id)?.gone?.cause }
        #expect(causes == [.expiredByOperator, .expiredByOperator, .expiredByOperator])
    }

    /// Of more than are listed one by one the others are counted.
    @Test func anUndoOfVeryManyCountsThoseThatItDoesNotList() throws {
        let count = CommandOutcome.mostListed + 3
        let (stage, desk, targets) = try open(count)
        let evicted = desk.perform(command(.evict(targets, refuseFor: nil)), clock: stage.clock) { _ in true }
        #expect(evicted.targets.count == count, "what is acted on is listed whole")
        let undo = command(.undo(try #require(evicted.id)))
        for outcome in [
            desk.preview(undo, clock: stage.clock), desk.perform(undo, clock: stage.clock) { _ in true },
        ] {
            #expect(outcome.targets.count == CommandOutcome.mostListed)
            #expect(outcome.unlisted.done == 3 && outcome.unlisted.total == 3)
            #expect(outcome.count(.done) == count && outcome.total == count)
        }
        #expect(stage.state.table.bindingCount == count)
    }

    @Test func abortLeavesTheRestAndSaysHowManyWereDone() throws {
        let (stage, desk, targets) = try open(30)
        let id = try #require(begin(stage, desk, evict(targets, rate: 10)).id)
        pass(stage, desk, milliseconds: 1_000)
        let busy = desk.perform(command(.undo(id)), clock: stage.clock) { _ in true }
        #expect(busy.refusal?.contains("abort it first") == true)
        let other = begin(stage, desk, evict(Array(targets.suffix(2)), rate: 1))
        #expect(other.refusal?.contains("is under way (") == true, "one at a time")
        var lines: [String] = []
        let aborted = desk.perform(command(.abort(id), reason: "enough"), clock: stage.clock) { records in
            lines = records.map { "\($0.action) \($0.object): \($0.result)" }
            return true
        }
        let done = try #require(aborted.progress?.counts.done)
        #expect(aborted.progress?.state == .aborted && done == 9)
        #expect(stage.state.table.bindingCount == 30 - done)
        #expect(
            lines == [
                "abort act \(id.rawValue): to be aborted",
                "evict 30 bindings: act \(id.rawValue) aborted by kl@198.51.100.7: \(done) done, "
                    + "\(30 - done) left as they are",
            ]
        )
        #expect(pass(stage, desk, milliseconds: 2_000) == nil, "nothing goes on")
        let again = desk.perform(command(.abort(id)), clock: stage.clock) { _ in true }
        #expect(again.refusal?.contains("not under way") == true)
        #expect(desk.perform(command(.undo(id)), clock: stage.clock) { _ in true }.count(.done) == done)
        #expect(stage.state.table.bindingCount == 30)
    }

    @Test func whatChangesBeforeItsTurnIsSkipped() throws {
        let (stage, desk, targets) = try open(10)
        _ = begin(stage, desk, evict(targets, rate: 1))
        var phone = Phone("u9", callID: "c-9")
        phone.cseq = 100
        stage.send(phone.register(contacts: ["<sip:u9@h>"], expires: 3_000))
        let end = pass(stage, desk, milliseconds: 12_000)
        #expect(end?.counts.done == 9 && end?.counts.changed == 1 && end?.state == .finished)
        #expect(stage.state.table.bindingCount == 1)
    }

    @Test func theTrailHasItsBeginAndEndAndEachBinding() throws {
        let (stage, desk, targets) = try open(5)
        var lines: [String] = []
        _ = desk.perform(evict(targets, rate: 100), clock: stage.clock) { records in
            lines += records.map { "\($0.object): \($0.result)" }
            return true
        }
        #expect(lines == ["5 bindings: act 1 begins: 100 a second"])
        stage.now = stage.now + .seconds(1)
        var rows = 0
        var end: AuditRecord?
        _ = desk.advance(to: stage.clock) { records in
            rows += records.count
            #expect(stage.state.table.bindingCount == 5, "written before")
            return true
        } end: {
            end = $0
        }
        #expect(rows == 5)
        #expect(end?.result == "act 1 ends: 5 done" && end?.action == "evict" && end?.reason == "test")
    }

    /// What a part's lines say is to be; how it came out only the end's line knows, so they say where to look.
    @Test func theLinesOfAPartNameTheActWhoseEndTells() throws {
        let (stage, desk, targets) = try open(3)
        _ = desk.perform(evict(targets, rate: 100), clock: stage.clock) { _ in true }
        stage.now = stage.now + .seconds(1)
        var results: [String] = []
        _ = desk.advance(to: stage.clock) { records in
            results += records.map(\.result)
            return true
        } end: { _ in
        }
        #expect(results == Array(repeating: "act 1, whose end tells: to be evicted", count: 3))
    }

    @Test func itStopsWhenItCannotBeRecordedAndWhenTheProgramEnds() throws {
        let (stage, desk, targets) = try open(20)
        _ = begin(stage, desk, evict(targets, rate: 10))
        stage.now = stage.now + .milliseconds(300)
        var progress = desk.advance(to: stage.clock, audit: { _ in false }, end: { _ in })
        #expect(progress?.state == .stopped && progress?.ending.contains("audit trail") == true)
        #expect(stage.state.table.bindingCount == 20)
        #expect(desk.acts(at: stage.now).undoable.isEmpty, "it took nothing")
        _ = begin(stage, desk, evict(targets, rate: 10))
        pass(stage, desk, milliseconds: 500)
        var end: AuditRecord?
        progress = desk.stop("the registrar ends", clock: stage.clock) { end = $0 }
        #expect(progress?.state == .stopped)
        #expect(end?.result.contains("stopped: the registrar ends") == true)
        #expect(desk.stop("again", clock: stage.clock) { _ in } == nil)
    }

    @Test func moreBlocksThanThereIsRoomForAreRefusedBeforeItBegins() throws {
        let (stage, desk, targets) = try open(3)
        stage.state.policy.update { policy in
            for number in 0..<BlockList.capacity - 2 {
                policy.blocks.insert(block(.source(IPAddress(ipv4: UInt32(number)))))
            }
        }
        let outcome = begin(stage, desk, evict(targets, rate: 10, refuseFor: .seconds(60)))
        #expect(outcome.refusal?.contains("blocks") == true)
        #expect(!desk.isUnderWay)
    }

    @Test(
        "Whatever the rate and the steps of time: each target has one turn, in order, and never too many at once"
    )
    func turns() throws {
        for seed in UInt64(1)...8 {
            var random = SeededGenerator(seed: seed)
            let (stage, desk, targets) = try open(20 + random.below(60))
            let rate = 1 + random.below(200)
            _ = begin(stage, desk, evict(targets, rate: rate))
            var last = 0
            var objects: [String] = []
            while desk.isUnderWay {
                let step = 1 + random.below(3_000)
                stage.now = stage.now + .milliseconds(step)
                let progress = desk.advance(to: stage.clock) { records in
                    objects += records.map(\.object)
                    return true
                } end: { _ in
                }
                guard let progress else { continue }
                let turn = progress.counts.total - last
                last = progress.counts.total
                #expect(turn > 0 && turn <= rate + 1, "seed \(seed): \(turn) of \(rate)")
            }
            #expect(last == targets.count, "seed \(seed)")
            #expect(
                objects == targets.indices.map { "u\($0)@example.com sip:u\($0)@h" },
                "seed \(seed): in order"
            )
            #expect(stage.state.table.bindingCount == 0, "seed \(seed)")
        }
    }
}
