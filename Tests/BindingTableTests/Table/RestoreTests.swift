import BindingTable
import SIPMessage
import Testing
import Timing

@Suite struct RestoreTests {
    private func restore(_ binding: Binding, in table: BindingTable) -> BindingID? {
        table.withPartition(of: binding.texts.aor.span) { $0.restore(binding) }
    }

    private func known(_ user: String, in table: BindingTable, slot: UInt32, generation: UInt32) -> Binding {
        var binding = Binding.phone(user, at: .at(100))
        let partition = table.partitionIndex(of: binding.texts.aor.span)
        binding.facts.id = BindingID(partition: partition, generation: generation, slot: slot)
        binding.facts.version = 9
        binding.facts.refreshes = 8
        binding.facts.reachability = Reachability(ping: .answering, roundTrip: 20, silentPings: 1)
        return binding
    }

    @Test func `a binding is where it was, whole, and the monitor hears of it`() {
        let table = BindingTable(seed: 1)
        table.beginRestoring(generation: 100)
        let binding = known("a", in: table, slot: 40, generation: 7)
        #expect(restore(binding, in: table) == binding.facts.id)
        table.finishRestoring()
        #expect(table.binding(binding.facts.id) == binding)
        #expect(table.bindings(of: binding.texts.aor, at: .at(101)) == [binding])
        #expect(table.bindingCount == 1)
        #expect(table.addressOfRecordCount == 1)
        #expect(table.news() == [DirtyBinding(id: binding.facts.id, cause: .restored, isNew: true)])
        #expect(table.advanceAll(to: .at(3_700)) == 1)
        #expect(table.tombstone(binding.facts.id)?.gone?.cause == .expired)
    }

    @Test func `slots that stayed free are given out, with generations that nobody had`() {
        let table = BindingTable(seed: 1)
        table.beginRestoring(generation: 100)
        let binding = known("a", in: table, slot: 3, generation: 99)
        _ = restore(binding, in: table)
        table.finishRestoring()
        let ids = (0..<5).compactMap { _ in table.add(.phone("a", at: .at(200))) }
        #expect(ids.map(\.slot) == [0, 1, 2, 4, 5])
        #expect(ids.allSatisfy { $0.generation == 100 })
        table.remove(binding.facts.id, at: .at(201))
        table.advanceAll(to: .at(10_000))
        _ = table.news()
        #expect(table.facts(binding.facts.id) == nil)
    }

    @Test func `a departure is a tombstone again, and no news`() {
        let table = BindingTable(seed: 1)
        table.beginRestoring(generation: 100)
        var binding = known("a", in: table, slot: 0, generation: 7)
        binding.gone = Binding.Departure(cause: .evictedByOperator, at: .at(150))
        #expect(restore(binding, in: table) == binding.facts.id)
        table.finishRestoring()
        #expect(table.tombstone(binding.facts.id) == binding)
        #expect(table.tombstoneCount == 1)
        #expect(table.bindingCount == 0)
        #expect(table.news().isEmpty)
        table.advanceAll(to: .at(3_700))
        #expect(table.tombstone(binding.facts.id) == nil)
        #expect(table.tombstoneCount == 0)
    }

    @Test func `an id that does not fit is replaced, the same one twice is left out`() {
        let table = BindingTable(seed: 1)
        table.beginRestoring(generation: 100)
        let binding = known("a", in: table, slot: 0, generation: 7)
        #expect(restore(binding, in: table) == binding.facts.id)
        #expect(restore(binding, in: table) == nil)
        let wild: [(slot: UInt32, generation: UInt32)] = [(0, 8), (.max, 7), (1 << 20, 7), (5, 0)]
        for (slot, generation) in wild {
            let other = known("a", in: table, slot: slot, generation: generation)
            let id = restore(other, in: table)
            #expect(id != nil && id != other.facts.id)
            #expect(id?.generation == 100)
        }
        var foreign = known("a", in: table, slot: 9, generation: 7)
        foreign.facts.id = BindingID(partition: foreign.facts.id.partition ^ 1, generation: 7, slot: 9)
        #expect(restore(foreign, in: table)?.partition == foreign.facts.id.partition ^ 1)
        table.finishRestoring()
        #expect(table.bindingCount == 6)
    }

    @Test func `texts longer than any message are refused`() {
        let table = BindingTable(seed: 1)
        table.beginRestoring(generation: 1)
        var binding = known("a", in: table, slot: 0, generation: 7)
        binding.texts.contact = Array(repeating: 0x61, count: 40_000)
        binding.texts.path = Array(repeating: 0x61, count: 30_000)
        #expect(restore(binding, in: table) == nil)
        binding.texts.path = Array(repeating: 0x61, count: 20_000)
        #expect(restore(binding, in: table) == binding.facts.id)
        #expect(table.binding(binding.facts.id) == binding)
    }
}
