import BindingTable
import GRDB
import SIPMessage
import Testing
import Timing

@testable import Storage

@Suite struct HistoryTests {
    private func lines(_ folder: Folder) throws -> [Row] {
        try folder.read { try Row.fetchAll($0, sql: "SELECT * FROM history ORDER BY number") }
    }

    @Test func `a life is made, moved and left; refreshes are only counted`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let start = office.clock.read().wall.nanoseconds
        let id = try office.register(.phone("a", at: office.clock.now, expires: 600))
        for _ in 0..<3 {
            office.clock.go(.seconds(100))
            try office.refresh(id, expires: 600)
        }
        office.clock.go(.seconds(50))
        let now = office.clock.now
        try office.update(id, .moved) { binding in
            binding.facts.path.source.port = 5_062
            binding.facts.refreshedAt = now
            binding.facts.expiresAt = now + .seconds(600)
            binding.texts.contact = Array("sip:a@192.0.2.7:5062".utf8)
        }
        office.clock.go(.seconds(10))
        try office.remove(id, .evictedByOperator, by: "kl@198.51.100.7")
        office.store.close()
        let lines = try lines(folder)
        #expect(lines.map { $0["cause"] as String } == ["registered", "moved", "evicted-by-operator"])
        #expect(lines.map { $0["gone"] as Int } == [0, 0, 1])
        #expect(lines.map { $0["number"] as Int } == [1, 2, 3])
        let second = Interval.seconds(1).nanoseconds
        #expect(lines.map { ($0["at"] as Int64 - start) / second } == [0, 350, 360])
        #expect(
            lines.allSatisfy {
                $0["id"] as Int64 == BindingRow.key(id) && $0["aor"] as String == "a@example.com"
            }
        )
        #expect(lines[1]["source"] == "192.0.2.7:5062")
        #expect(lines[1]["prior_source"] == "192.0.2.7:5060")
        #expect(lines[1]["contact"] == "sip:a@192.0.2.7:5062")
        #expect(lines[1]["prior_contact"] == "sip:a@192.0.2.7:5060")
        #expect((lines[1]["prior_expires_at"] as Int64 - start) / second == 900)
        #expect((lines[1]["prior_refreshed_at"] as Int64 - start) / second == 300)
        #expect(lines[2]["by"] == "kl@198.51.100.7")
        #expect(lines[2]["refreshes"] == 4)
        #expect((lines[2]["created_at"] as Int64) == start)
        #expect((lines[2]["expires_at"] as Int64 - start) / second == 950)
        #expect(lines[2]["usual_gap"] as Int > 0)
    }

    @Test(arguments: Cause.allCases.filter(\.isRemoval))
    func `each cause of leaving has its word, and the word its cause`(cause: Cause) throws {
        let folder = try Folder()
        let office = try Office(folder)
        let id = try office.register(.phone("a", at: office.clock.now))
        try office.remove(id, cause)
        office.store.close()
        let word = try #require(try lines(folder).last?["cause"] as String?)
        #expect(word == CauseWord.text(cause))
        #expect(CauseWord.cause(word) == cause)
    }

    @Test func `a binding that an undo brought back is told when it came`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let binding = Binding.phone("a", at: office.clock.now)
        office.clock.go(.seconds(77))
        try office.register(binding, by: "kl@local", cause: .restored)
        office.store.close()
        let line = try #require(try lines(folder).last)
        #expect(line["cause"] == "restored")
        #expect(line["at"] == office.clock.read().wall.nanoseconds)
        #expect(line["created_at"] == office.clock.read().wall.nanoseconds - 77_000_000_000)
    }

    @Test func `old lines go by days, in steps, and the numbering goes on`() throws {
        let folder = try Folder()
        let office = try Office(folder, options: StoreOptions(historyDays: 1))
        for number in 0..<1_200 {
            let binding = Binding.phone("u\(number)", at: office.clock.now, expires: 900_000)
            office.make({ [.add(binding.facts, $0.ranges, .registered)] }, binding.texts, waits: false)
        }
        try office.register(.phone("last", at: office.clock.now, expires: 900_000))
        office.clock.go(.seconds(86_401))
        let id = try office.register(.phone("new", at: office.clock.now))
        #expect(try office.wait(folder) { try Int.fetchOne($0, sql: "SELECT count(*) FROM history") == 1 })
        #expect(try office.wait(folder) { _ in office.store.health.historyLines == 1 })
        #expect(
            office.store.health.historySince == office.clock.read().wall.secondsSince1970 || id.rawValue != 0
        )
        office.store.close()
        #expect(try lines(folder).map { $0["number"] as Int } == [1_202])
        #expect(try folder.count("binding") == 1_202)
    }

    @Test func `old lines go by size`() throws {
        let folder = try Folder()
        let office = try Office(folder, options: StoreOptions(historyBytes: 40_000))
        for number in 0..<1_000 {
            let binding = Binding.phone("u\(number)", at: office.clock.now, expires: 900_000)
            office.make({ [.add(binding.facts, $0.ranges, .registered)] }, binding.texts, waits: false)
        }
        #expect(
            try office.wait(folder) { database in
                let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM history") ?? 0
                return count > 50 && count < 200
            }
        )
        office.store.close()
        #expect(try lines(folder).last?["number"] == 1_000)
    }

    @Test func `the estimate of a line's size is within a fifth of what it takes`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        for number in 0..<4_000 {
            let binding = Binding.phone("user\(number)", at: office.clock.now)
            office.make({ [.add(binding.facts, $0.ranges, .registered)] }, binding.texts, waits: false)
        }
        office.store.close()
        let (taken, estimate) = try folder.read { database in
            let sql = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'history%'"
            var journal = Journal()
            try journal.measure(database)
            return (try Int.fetchOne(database, sql: sql) ?? 0, journal.bytesPerLine * 4_000)
        }
        #expect(Double(abs(taken - estimate)) < 0.2 * Double(taken), "\(taken) taken, \(estimate) estimated")
    }

    @Test func `departures are bounded, and forgotten when their own end has come`() throws {
        let folder = try Folder()
        let office = try Office(folder, options: StoreOptions(maximumDepartures: 10))
        for number in 0..<30 {
            let id = try office.register(.phone("u\(number)", at: office.clock.now, expires: 6_000))
            try office.remove(id, .unregistered)
        }
        #expect(try office.wait(folder) { try Int.fetchOne($0, sql: "SELECT count(*) FROM departed") == 10 })
        office.clock.go(.seconds(6_000))
        #expect(try office.wait(folder) { try Int.fetchOne($0, sql: "SELECT count(*) FROM departed") == 0 })
        office.store.close()
    }

    @Test func `however fast bindings leave, what is too much of them goes between commits`() throws {
        let folder = try Folder()
        let office = try Office(folder, options: StoreOptions(maximumDepartures: 10))
        for number in 0..<2_000 {
            let binding = Binding.phone("u\(number)", at: office.clock.now, expires: 6_000)
            let made = office.make(
                { [.add(binding.facts, $0.ranges, .registered)] },
                binding.texts,
                waits: false
            )
            office.make({ _ in made.added.map { .remove($0, .unregistered) } }, binding.texts, waits: false)
        }
        // One round is due; it doesn't take others to be rid of all.
        office.clock.go(.seconds(1))
        for _ in 0..<10 { office.store.waitForTurn() }
        #expect(try folder.count("departed") == 10)
        office.store.close()
    }

    @Test func `a row that was left behind is swept`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        try office.register(.phone("a", at: office.clock.now, expires: 60))
        let live = try office.register(.phone("b", at: office.clock.now, expires: 60))
        try office.refresh(live, expires: 900_000)
        // The table forgets one without a ticket, as if it had been lost.
        let id = try #require(office.bindings().keys.first { $0 != live })
        _ = office.table.withPartition(at: id.partition) { partition in
            let nothing: [UInt8] = []
            return partition.apply([.remove(id, .expired)], aor: nothing.span, texts: nothing.span, at: .zero)
        }
        #expect(try office.wait(folder) { try Int.fetchOne($0, sql: "SELECT count(*) FROM binding") == 1 })
        office.store.close()
        #expect(try lines(folder).last?["cause"] == "expired")
    }
}
