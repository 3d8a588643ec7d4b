import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@Suite struct ConcurrencyTests {
    /// Four writers, an expirer and a reader of news, each of whom does a fixed amount of work.
    @Test func `threads that write, expire and read leave a table in order`() async {
        let table = BindingTable(seed: 77, maximumTombstones: 100)
        let created = await withTaskGroup(of: Int.self) { group in
            for writer in 0..<4 {
                group.addTask { Self.write(to: table, seed: UInt64(writer)) }
            }
            group.addTask {
                for second in 0..<400 { _ = table.advance(share: 0, of: 1, to: .at(second), limit: 16) }
                return 0
            }
            group.addTask { Self.follow(table) }
            return await group.reduce(0, +)
        }
        #expect(created > 0)
        let counted = (0..<BindingTable.partitionCount).reduce(0) { sum, index in
            var count = 0
            var next: UInt32? = 0
            while let slot = next {
                next = table.withPartition(at: index) { $0.visit(from: slot, limit: 64) { _ in count += 1 } }
            }
            return sum + count
        }
        #expect(table.bindingCount == counted)
        #expect(TransportKind.allCases.reduce(0) { $0 + table.count(of: $1) } == counted)
        table.advanceAll(to: .at(1_000_000))
        table.advanceAll(to: .at(1_000_031))
        #expect(table.bindingCount == 0)
        #expect(table.addressOfRecordCount == 0)
        #expect(table.tombstoneCount == 0)
    }

    private static func write(to table: BindingTable, seed: UInt64) -> Int {
        var random = SeededGenerator(seed: seed)
        var created = 0
        for round in 0..<3_000 {
            let now = Timestamp.at(round / 8)
            let phone = Binding.phone("user\(random.below(300))", at: now, expires: 1 + random.below(60))
            switch table.bindings(of: phone.texts.aor, at: now).first {
            case nil:
                if table.add(phone) != nil { created += 1 }
            case let known? where random.below(4) == 0:
                table.remove(known.facts.id, at: now)
            case let known?:
                table.update(known.facts.id, phone)
            }
        }
        return created
    }

    private static func follow(_ table: BindingTable) -> Int {
        var taken: [DirtyBinding] = []
        for _ in 0..<300 {
            taken.removeAll(keepingCapacity: true)
            _ = table.takeDirty(limit: 100, into: &taken)
            for change in taken {
                // Either it is there with its texts, or it left.
                if let binding = table.binding(change.id) { #expect(!binding.texts.contact.isEmpty) }
            }
        }
        return 0
    }
}
