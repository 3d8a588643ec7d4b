import BindingTable
import GRDB
import Glibc
import SIPMessage
import Testing
import Timing

@testable import Storage

@Suite struct FaultTests {
    /// Registers until the store refuses; says what was acknowledged.
    private func fill(_ office: Office, _ name: String, most: Int = 3_000) throws -> Set<BindingID> {
        var acknowledged: Set<BindingID> = []
        for number in 0..<most {
            var binding = Binding.phone("\(name)\(number)", at: office.clock.now)
            binding.texts.contactParameters = Array(repeating: 0x61, count: 600)
            let made = office.make({ [.add(binding.facts, $0.ranges, .registered)] }, binding.texts)
            guard office.answers.wait(made.token) == true else { break }
            acknowledged.insert(made.added[0])
        }
        return acknowledged
    }

    @Test func `on a full disk changes are refused, with one sentence, and heal when there is room`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        try office.register(.phone("first", at: office.clock.now))
        try office.pragma("PRAGMA max_page_count = 60")
        let acknowledged = try fill(office, "u")
        #expect(acknowledged.count > 20)
        #expect(acknowledged.count < 2_999)
        let health = office.store.health
        #expect(health.trouble?.contains("full") == true)
        #expect(health.trouble?.contains(folder.database) == true)
        #expect(health.troubleSince != nil)
        #expect(health.failures == 1)
        try office.pragma("PRAGMA max_page_count = 100000")
        #expect(office.waitForTrouble(false))
        // Nobody took the refused one back here, so the file has it too by now.
        #expect(try folder.count("binding") == office.table.bindingCount)
        office.store.close()
        let again = try Office(folder, clock: office.clock)
        #expect(acknowledged.isSubset(of: again.bindings().keys))
        again.store.close()
    }

    @Test func `with the policy to go on, tokens say yes and the rows follow when the disk is back`() throws {
        let folder = try Folder()
        let office = try Office(folder, options: StoreOptions(onFailure: .continue))
        let first = try office.register(.phone("first", at: office.clock.now))
        let second = try office.register(.phone("second", at: office.clock.now))
        try office.pragma("PRAGMA query_only = 1")
        #expect(try office.refresh(first) == true)
        #expect(office.store.health.trouble?.contains("can't be written") == true)
        try office.register(.phone("third", at: office.clock.now))
        try office.remove(second, .unregistered)
        #expect(try folder.count("binding") == 2)
        try office.pragma("PRAGMA query_only = 0")
        #expect(office.waitForTrouble(false))
        let known = office.bindings()
        office.store.close()
        let again = try Office(folder, clock: office.clock)
        #expect(again.bindings() == known)
        #expect(known.count == 2)
        again.store.close()
    }

    @Test func `a file that another process holds locked is trouble until it lets go`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let id = try office.register(.phone("a", at: office.clock.now))
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: folder.database, configuration: configuration)
        try other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        #expect(try office.refresh(id) == false)
        #expect(office.store.health.trouble?.contains("locked") == true)
        try other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        #expect(office.waitForTrouble(false))
        #expect(try office.refresh(id) == true)
        office.store.close()
    }

    @Test func `a removal that failed and that nobody waits for is healed too`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let binding = Binding.phone("a", at: office.clock.now)
        let id = try office.register(binding)
        try office.register(.phone("b", at: office.clock.now))
        try office.pragma("PRAGMA query_only = 1")
        office.make({ _ in [.remove(id, .expired)] }, binding.texts, waits: false)
        #expect(office.waitForTrouble(true))
        try office.pragma("PRAGMA query_only = 0")
        #expect(office.waitForTrouble(false))
        #expect(try folder.count("binding") == 1)
        office.store.close()
    }

    @Test func `a change that was taken back leaves no trace`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let binding = Binding.phone("a", at: office.clock.now)
        try office.pragma("PRAGMA query_only = 1")
        let made = office.make({ [.add(binding.facts, $0.ranges, .registered)] }, binding.texts)
        #expect(office.answers.wait(made.token) == false)
        try office.remove(made.added[0], .rolledBack)
        try office.pragma("PRAGMA query_only = 0")
        #expect(office.waitForTrouble(false))
        office.store.close()
        for table in ["binding", "history", "departed"] { #expect(try folder.count(table) == 0) }
    }

    @Test func `the numbering of the history goes on after a start whose first commit failed`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        let id = try office.register(.phone("a", at: office.clock.now))
        office.store.close()
        let again = try Office(folder, clock: office.clock)
        try again.pragma("PRAGMA query_only = 1")
        #expect(try again.remove(id, .unregistered) == false)
        try again.pragma("PRAGMA query_only = 0")
        #expect(again.waitForTrouble(false))
        try again.register(.phone("b", at: office.clock.now))
        #expect(again.store.health.trouble == nil)
        again.store.close()
        #expect(try folder.values("SELECT number FROM history ORDER BY number") == [1, 2])
    }

    @Test func `blocks that could not be written are written later`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        try office.pragma("PRAGMA query_only = 1")
        let by = OperatorIdentity(user: "kl", from: "local", terminal: "")
        let block = Block(subject: .aor([0x61]), until: nil, reason: "", by: by, since: office.clock.now)
        office.store.keep(blocks: [block], drain: nil)
        #expect(office.waitForTrouble(true))
        try office.pragma("PRAGMA query_only = 0")
        #expect(office.waitForTrouble(false))
        #expect(try folder.count("block") == 1)
        office.store.close()
    }

    // MARK: Damage

    private func overwrite(_ path: String, at offset: Int, count: Int) throws {
        let descriptor = open(path, O_RDWR)
        defer { close(descriptor) }
        let junk = Array(repeating: UInt8(0xa5), count: count)
        #expect(pwrite(descriptor, junk, count, off_t(offset)) == count)
    }

    private func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    @Test func `a file damaged in its middle is moved aside and its readable bindings are kept`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        for number in 0..<2_000 {
            let binding = Binding.phone("user\(number)", at: office.clock.now)
            office.make({ [.add(binding.facts, $0.ranges, .registered)] }, binding.texts, waits: false)
        }
        let identity = office.store.identity
        office.store.close()
        let pages = try folder.read { database in
            try Int.fetchAll(
                database,
                sql: "SELECT pageno FROM dbstat WHERE name = 'binding' AND pagetype = 'leaf' ORDER BY pageno"
            )
        }
        #expect(pages.count > 100)
        for page in pages[60..<65] { try overwrite(folder.database, at: (page - 1) * 4_096, count: 4_096) }
        let known = office.bindings()
        let again = try Office(folder, clock: office.clock)
        #expect(again.store.identity == identity)
        #expect(again.report.bindings > 500)
        #expect(again.report.bindings < 2_000)
        #expect(again.bindings().allSatisfy { known[$0.key] == $0.value })
        #expect(again.bindings().count == again.report.bindings)
        let note = try #require(again.store.openingNotes.first)
        #expect(note.contains("moved aside to \(folder.database).damaged-2025"))
        #expect(note.contains("\(again.report.bindings) bindings"))
        #expect(folder.names.contains { $0.hasPrefix("regtop.db.damaged-") })
        try again.register(.phone("new", at: office.clock.now))
        #expect(again.store.health.trouble == nil)
        again.store.close()
        #expect(try folder.count("binding") == again.report.bindings + 1)
        #expect(try folder.count("history") > 1_000)
    }

    @Test func `a file whose header is damaged is moved aside and a fresh one made`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        try office.register(.phone("a", at: office.clock.now))
        office.store.close()
        try overwrite(folder.database, at: 0, count: 100)
        let again = try Office(folder, clock: office.clock)
        #expect(again.report.bindings == 0)
        #expect(again.store.openingNotes.first?.contains("0 bindings") == true)
        try again.register(.phone("b", at: office.clock.now))
        again.store.close()
        #expect(try folder.count("binding") == 1)
    }

    @Test func `a file that is damaged while it is used is replaced from the table`() throws {
        let folder = try Folder()
        let office = try Office(folder)
        for number in 0..<500 { try office.register(.phone("user\(number)", at: office.clock.now)) }
        try office.pragma("PRAGMA wal_checkpoint(TRUNCATE)")
        try office.pragma("PRAGMA cache_size = 0")
        try overwrite(folder.database, at: 4_096, count: size(folder.database) - 4_096)
        let id = try office.register(.phone("new", at: office.clock.now))
        #expect(office.waitForTrouble(false))
        #expect(office.table.binding(id) != nil)
        let known = office.bindings()
        #expect(office.store.openingNotes.first?.contains("were kept") == true)
        office.store.close()
        let again = try Office(folder, clock: office.clock)
        #expect(again.bindings() == known)
        again.store.close()
    }

    @Test func `a file that is taken away while it is used is noticed, and made anew from the table`() throws
    {
        let folder = try Folder()
        let office = try Office(folder)
        for number in 0..<50 { try office.register(.phone("user\(number)", at: office.clock.now)) }
        for name in folder.names where name.hasPrefix("regtop.db") { unlink("\(folder.path)/\(name)") }
        office.clock.go(.seconds(2))
        office.store.waitForTurn()
        #expect(office.store.health.trouble?.contains("was removed or replaced") == true)
        #expect(office.waitForTrouble(false))
        try office.register(.phone("new", at: office.clock.now))
        let (known, identity) = (office.bindings(), office.store.identity)
        office.store.close()
        let again = try Office(folder, clock: office.clock)
        #expect(again.bindings() == known && known.count == 51)
        #expect(again.store.identity == identity)
        again.store.close()
    }

    // MARK: Whose file it is

    @Test func `a newer regtop's file is refused with one sentence`() throws {
        let folder = try Folder()
        try Office(folder).store.close()
        let queue = try DatabaseQueue(path: folder.database)
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99')") }
        try queue.close()
        let error = #expect(throws: StorageError.self) { try Office(folder) }
        #expect(error?.description.contains("newer regtop") == true)
        #expect(!folder.names.contains { $0.contains("damaged") })
    }

    @Test func `another program's database is refused and left alone`() throws {
        let folder = try Folder()
        let queue = try DatabaseQueue(path: folder.database)
        try queue.write { try $0.execute(sql: "CREATE TABLE location (id INTEGER)") }
        try queue.close()
        let error = #expect(throws: StorageError.self) { try Office(folder) }
        #expect(error?.description.contains("another program's") == true)
        #expect(try folder.count("sqlite_master") == 1)
    }

    @Test func `a directory that isn't there is said in one sentence`() throws {
        let error = #expect(throws: StorageError.self) {
            try BindingStore.open("/nonexistent/regtop.db", options: StoreOptions(), clock: HandClock().read)
        }
        #expect(error?.description.contains("No such file") == true)
    }
}
