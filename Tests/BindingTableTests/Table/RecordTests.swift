import BindingTable
import SIPMessage
import Support
import Synchronization
import Testing
import Timing

/// What a store is told of changes: enough to write them, and to take them back.
@Suite("Recording changes")
struct RecordTests {
    private final class Tickets: LocationStore {
        private let list = Mutex<[CommitTicket]>([])
        func commit(_ ticket: CommitTicket) { list.withLock { $0.append(ticket) } }
        var all: [CommitTicket] { list.withLock { $0 } }
    }

    private func add(_ aor: String, to table: BindingTable, until end: Timestamp) throws -> BindingID {
        let path = ReceivedFrom(
            source: Endpoint(address: IPAddress(ipv4: 1), port: 5_060),
            local: Endpoint(address: IPAddress(ipv4: 2), port: 5_060),
            transport: .udp,
            at: .zero
        )
        let facts = BindingFacts(
            cseq: 1,
            createdAt: .zero,
            refreshedAt: .zero,
            expiresAt: end,
            asked: nil,
            granted: 60,
            q: nil,
            path: path
        )
        let texts = Array("sip:x@h".utf8)
        let ranges = BindingTextRanges(contact: ByteRange(start: 0, count: 7), callID: .empty)
        var added: [BindingID] = []
        let name = Array(aor.utf8)
        table.withPartition(of: name.span) { partition in
            let change = BindingChange.add(facts, ranges, .registered)
            let recorded = partition.record(
                [change],
                aor: name.span,
                texts: texts.span,
                at: .zero,
                added: &added
            )
            #expect(recorded.made == 1 && recorded.changes.count == 1)
            #expect(recorded.changes[0].prior == nil && recorded.changes[0].texts?.contact == texts)
        }
        return try #require(added.first)
    }

    @Test("A removal is told even where the table may remember nobody who left")
    func removalWithoutTombstones() throws {
        let table = BindingTable(seed: 1, maximumTombstones: 0)
        let id = try add("a@x", to: table, until: .zero + .seconds(60))
        let none: [UInt8] = []
        var added: [BindingID] = []
        table.withPartition(at: id.partition) { partition in
            let recorded = partition.record(
                [.remove(id, .unregistered), .remove(id, .unregistered)],
                aor: none.span,
                texts: none.span,
                at: .zero + .seconds(5),
                added: &added
            )
            #expect(recorded.made == 1 && recorded.changes.count == 1, "the second finds nothing")
            let change = recorded.changes.first
            #expect(change?.gone == Binding.Departure(cause: .unregistered, at: .zero + .seconds(5)))
            #expect(change?.texts?.aor == Array("a@x".utf8) && change?.prior?.facts.id == id)
        }
        #expect(table.tombstoneCount == 0)
    }

    @Test("What expires is told to the store, once each, and within the limit of a step")
    func expiry() throws {
        let table = BindingTable(seed: 1, maximumTombstones: 0)
        let store = Tickets()
        var ids: Set<BindingID> = []
        for number in 0..<200 { ids.insert(try add("\(number)@x", to: table, until: .zero + .seconds(60))) }
        let end = Timestamp.zero + .seconds(60)
        _ = table.advance(share: 0, of: 1, to: end, limit: 64, committing: store)
        #expect(store.all.reduce(0) { $0 + $1.changes.count } == 64)
        while table.advance(share: 0, of: 1, to: end, limit: 64, committing: store) <= end {}
        let changes = store.all.flatMap(\.changes)
        #expect(changes.count == 200 && Set(changes.map(\.facts.id)) == ids)
        #expect(changes.allSatisfy { $0.cause == .expired && $0.gone?.at == end && $0.texts != nil })
        #expect(store.all.allSatisfy { $0.token == 0 })
        #expect(table.bindingCount == 0)
    }
}
