import BindingTable
import GRDB
import Testing
import Timing

@testable import Storage

@Suite struct SchemaTests {
    private func migrated() throws -> DatabaseQueue {
        let queue = try DatabaseQueue()
        try Schema.migrator.migrate(queue)
        return queue
    }

    @Test func `the columns of a row stand in the order in which it is written and read`() throws {
        let queue = try migrated()
        let (binding, departed) = try queue.read { database in
            (
                try database.columns(in: "binding").map(\.name),
                try database.columns(in: "departed").map(\.name)
            )
        }
        #expect(binding == Schema.columns)
        #expect(departed == ["number"] + Schema.columns + ["gone_at", "cause"])
    }

    @Test func `a text where a number belongs is refused by the file itself`() throws {
        let queue = try migrated()
        #expect(throws: DatabaseError.self) {
            try queue.write { try $0.execute(sql: "INSERT INTO drain VALUES ('x', '', '', '', '', 'never')") }
        }
    }

    @Test func `histories are found by address and by time without a walk through all`() throws {
        let queue = try migrated()
        let plans = try queue.read { database in
            try ["aor = 'a' ORDER BY number DESC", "at >= 5"].map { condition in
                try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN SELECT * FROM history WHERE \(condition)")
                    .map { $0["detail"] as String }.joined()
            }
        }
        #expect(plans[0].contains("history_by_aor"))
        #expect(plans[1].contains("history_by_time"))
    }

    @Test func `a file without seed and secret gets new ones, and ids go on far above those that it has`()
        throws
    {
        let queue = try migrated()
        let first = try queue.write { try Meta.identity($0) }
        #expect(try queue.write { try Meta.identity($0) } == first)
        try queue.write { try $0.execute(sql: "DELETE FROM meta WHERE key = 'secret'") }
        #expect(try queue.write { try Meta.identity($0) } != first)
        #expect(try queue.read { try Meta.generation($0) } == 1)
        try queue.write { database in
            let statements = try Statements(database)
            var binding = Binding.phone("a", at: .zero)
            binding.facts.id = BindingID(partition: 200, generation: 1_000, slot: 3)
            let reading = HandClock().read()
            try statements.write(binding.facts, binding.texts, Moments(reading: reading))
        }
        #expect(try queue.read { try Meta.generation($0) } > 1_000)
        try queue.write { try Statements($0).set("generation", 77) }
        #expect(try queue.read { try Meta.generation($0) } == 77)
    }
}
