import BindingTable
import ConsoleLink
import Monitor
import SIPMessage
import Testing
import Timing

/// A desk that does what it is told and remembers it.
private final class PaperDesk: CommandDesk {
    private(set) var previewed: [OperatorVerb] = []
    private(set) var done: [OperatorVerb] = []
    var standing: [Block] = []

    func preview(_ command: OperatorCommand, clock: ClockReading) -> CommandOutcome {
        previewed.append(command.verb)
        return CommandOutcome()
    }

    func perform(
        _ command: OperatorCommand,
        clock: ClockReading,
        audit: ([AuditRecord]) -> Bool,
    ) -> CommandOutcome {
        let record = AuditRecord(
            at: clock.wall,
            by: command.by,
            action: "undo",
            object: "1",
            result: "",
            reason: command.reason
        )
        guard audit([record, record]) else { return CommandOutcome(refusal: "not recorded") }
        done.append(command.verb)
        return CommandOutcome(id: CommandID(rawValue: UInt64(done.count)))
    }

    func blocks(at now: Timestamp) -> [Block] { standing }
    func drain(at now: Timestamp) -> Drain? { nil }
}

@Suite("One console's link")
struct LinkSessionTests {
    private let clock = ClockReading(
        timestamp: Timestamp(nanoseconds: 1_000_000_000_000),
        wall: WallTime(secondsSince1970: 1_790_000_000)
    )
    private let desk = PaperDesk()
    private let monitor: Monitor
    private let by = OperatorIdentity(user: "kl", from: "local", terminal: "")

    init() {
        monitor = Monitor(table: BindingTable(seed: 1), startedAt: clock)
    }

    private func command(_ verb: OperatorVerb) -> OperatorCommand {
        OperatorCommand(verb: verb, reason: "", by: by)
    }

    @Test("An act's lines are written before it is done, and stand in the audit view")
    func audit() {
        var session = LinkSession(readOnlyBecause: nil)
        var written = 0
        let undo = OperatorVerb.undo(CommandID(rawValue: 9))
        let update = session.answer(
            .perform(command(undo), serial: 3),
            monitor: monitor,
            desk: desk,
            clock: clock
        ) { records in
            #expect(desk.done.isEmpty)
            written += records.count
            return nil
        }
        guard case .outcome(let outcome, 3) = update else { return #expect(Bool(false), "no outcome") }
        #expect(outcome.id?.rawValue == 1 && written == 2 && desk.done == [undo])
        let query = WindowQuery(subject: .audit(containing: ""), height: 10)
        guard
            case .window(let window, 4) = session.answer(
                .query(query, serial: 4),
                monitor: monitor,
                desk: desk,
                clock: clock,
                audit: { _ in nil }
            ), case .audit(let lines) = window.content
        else { return #expect(Bool(false), "no audit window") }
        #expect(lines.count == 2)
    }

    @Test("An act that can't be recorded is not done, and says why")
    func unrecorded() {
        var session = LinkSession(readOnlyBecause: nil)
        let update = session.answer(
            .perform(command(.undo(CommandID(rawValue: 9))), serial: 1),
            monitor: monitor,
            desk: desk,
            clock: clock
        ) { _ in "audit.log: no space left" }
        guard case .outcome(let outcome, 1) = update else { return #expect(Bool(false), "no outcome") }
        #expect(outcome.refusal == "audit.log: no space left" && desk.done.isEmpty)
    }

    @Test("A read-only console may look, and not act")
    func readOnly() {
        var session = LinkSession(readOnlyBecause: "--read-only")
        let verb = OperatorVerb.unblock(.aor(Array("a@b".utf8)))
        for request in [LinkRequest.perform(command(verb), serial: 1), .preview(command(verb), serial: 2)] {
            let update = session.answer(
                request,
                monitor: monitor,
                desk: desk,
                clock: clock,
                audit: { _ in nil }
            )
            if case .outcome(let outcome, _) = update {
                #expect(outcome.refusal == "read-only: --read-only")
            }
        }
        #expect(desk.done.isEmpty && desk.previewed == [verb])
    }

    @Test("A preview of a filter names its targets")
    func matching() throws {
        var session = LinkSession(readOnlyBecause: nil)
        let target = BindingTarget(id: BindingID(rawValue: 1), version: 1)
        _ = session.answer(
            .previewMatching(try Filter("aor~x", for: .bindings), command(.expire([target])), serial: 1),
            monitor: monitor,
            desk: desk,
            clock: clock,
            audit: { _ in nil }
        )
        // Nothing is registered, so nothing is meant, whatever the command named before.
        #expect(desk.previewed == [.expire([])])
    }

    @Test("More bindings than one act may name are refused before anything is made of them")
    func tooManyTargets() throws {
        let table = BindingTable(seed: 1)
        for number in 0..<4 {
            let aor = Array("u\(number)@x".utf8)
            let contact = Array("sip:c".utf8)
            let path = ReceivedFrom(
                source: Endpoint(address: IPAddress(ipv4: 1), port: 1),
                local: Endpoint(address: IPAddress(ipv4: 2), port: 2),
                transport: .udp,
                at: clock.timestamp
            )
            let facts = BindingFacts(
                cseq: 1,
                createdAt: clock.timestamp,
                refreshedAt: clock.timestamp,
                expiresAt: clock.timestamp + .seconds(60),
                asked: nil,
                granted: 60,
                q: nil,
                path: path
            )
            let ranges = BindingTextRanges(contact: ByteRange(start: 0, count: 5), callID: .empty)
            let now = clock.timestamp
            _ = table.withPartition(of: aor.span) { partition in
                partition.apply(
                    [.add(facts, ranges, .registered)],
                    aor: aor.span,
                    texts: contact.span,
                    at: now
                )
            }
        }
        let monitor = Monitor(table: table, startedAt: clock)
        while monitor.pull(limit: 100, at: clock.timestamp) {}
        let request = LinkRequest.previewMatching(
            try Filter("aor:*", for: .bindings),
            command(.expire([])),
            serial: 1
        )
        for (most, isTaken) in [(3, false), (4, true)] {
            var session = LinkSession(readOnlyBecause: nil, mostTargets: most)
            let update = session.answer(
                request,
                monitor: monitor,
                desk: desk,
                clock: clock,
                audit: { _ in nil }
            )
            guard case .preview(let outcome, 1) = update else { return #expect(Bool(false), "no preview") }
            #expect((outcome.refusal == nil) == isTaken)
        }
        #expect(desk.previewed.count == 1)
    }
}
