import BindingTable
import Dispatch
import GRDB
import Glibc
import SIPMessage
import Synchronization
import Testing
import Timing

@testable import Storage

/// A directory that goes with the test.
final class Folder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/regtop-storage-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template).map({ String(cString: $0) }) else {
            throw StorageError("no directory for the test")
        }
        path = made
    }

    var database: String { "\(path)/regtop.db" }

    var names: [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
            )
        }
        return names.filter { $0 != "." && $0 != ".." }
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}

/// A clock that tests turn.
final class HandClock: Sendable {
    private let reading: Mutex<ClockReading>

    init(seconds: Int = 1_000, wall: Int = 1_764_000_000) {
        reading = Mutex(
            ClockReading(timestamp: .zero + .seconds(seconds), wall: WallTime(secondsSince1970: wall))
        )
    }

    var now: Timestamp { read().timestamp }
    func read() -> ClockReading { reading.withLock { $0 } }

    /// Somebody sets the wall clock.
    func set(wall: Int) { reading.withLock { $0.wall = WallTime(secondsSince1970: wall) } }

    /// The same by a time.
    func set(wall: WallTime) { reading.withLock { $0.wall = wall } }

    func go(_ interval: Interval) {
        reading.withLock { reading in
            reading.timestamp = reading.timestamp + interval
            reading.wall = reading.wall + interval
        }
    }
}

/// What came back of tokens.
final class Answers: Sendable {
    private let answers = Mutex<[UInt64: Bool]>([:])
    private let alarm = DispatchSemaphore(value: 0)

    func take(_ token: UInt64, _ isCommitted: Bool) {
        answers.withLock { $0[token] = isCommitted }
        alarm.signal()
    }

    subscript(token: UInt64) -> Bool? { answers.withLock { $0[token] } }

    /// Waits for the answer to a token; nil if none comes.
    func wait(_ token: UInt64) -> Bool? {
        for _ in 0..<1_000 {
            if let answer = self[token] { return answer }
            if alarm.wait(timeout: .now() + .seconds(10)) == .timedOut { return nil }
        }
        return nil
    }
}

/// A table with its store, as a registrar would have them.
final class Office {
    let clock: HandClock
    let table: BindingTable
    let store: BindingStore
    let answers = Answers()
    private(set) var report = RestoreReport()
    private var token: UInt64 = 0

    init(
        _ folder: Folder,
        clock: HandClock = HandClock(),
        options: StoreOptions = StoreOptions(),
        decide: @Sendable (inout Binding) -> RestoreChoice = { _ in .keep },
    ) throws {
        self.clock = clock
        store = try BindingStore.open(folder.database, options: options, clock: clock.read)
        table = BindingTable(seed: store.identity.tableSeed)
        report = try store.restore(into: table, decide: decide)
        let answers = answers
        try store.start(table: table) { answers.take($0, $1) }
        store.waitForTurn()
    }

    /// Makes changes and gives the store their ticket; says the token and what was added.
    @discardableResult
    func make(
        _ changes: (FlatTexts) -> [BindingChange],
        _ texts: BindingTexts,
        by: String = "",
        waits: Bool = true,
    ) -> (token: UInt64, added: [BindingID]) {
        token += 1
        let own = waits ? token : 0
        let flat = FlatTexts(texts)
        let (store, now) = (store, clock.now)
        return table.withPartition(of: texts.aor.span) { partition in
            var added: [BindingID] = []
            let recorded = partition.record(
                changes(flat),
                aor: texts.aor.span,
                texts: flat.bytes.span,
                at: now,
                added: &added
            )
            store.commit(CommitTicket(token: own, changes: recorded.changes, by: by))
            return (own, added)
        }
    }

    /// A phone registers; waits for the answer.
    @discardableResult
    func register(_ binding: Binding, by: String = "", cause: Cause = .registered) throws -> BindingID {
        let made = make({ [.add(binding.facts, $0.ranges, cause)] }, binding.texts, by: by)
        #expect(answers.wait(made.token) != nil)
        return try #require(made.added.first)
    }

    /// A binding changes; says what became of it.
    @discardableResult
    func update(_ id: BindingID, _ cause: Cause, _ alter: (inout Binding) -> Void) throws -> Bool? {
        var binding = try #require(table.binding(id))
        alter(&binding)
        let made = make({ [.update(id, binding.facts, $0.ranges, cause)] }, binding.texts)
        return answers.wait(made.token)
    }

    /// A refresh in its simplest form.
    @discardableResult
    func refresh(_ id: BindingID, expires: Int = 3_600) throws -> Bool? {
        let now = clock.now
        return try update(id, .refreshed) { binding in
            binding.facts.cseq += 1
            binding.facts.refreshedAt = now
            binding.facts.path.at = now
            binding.facts.expiresAt = now + .seconds(expires)
        }
    }

    @discardableResult
    func remove(_ id: BindingID, _ cause: Cause, by: String = "") throws -> Bool? {
        let binding = try #require(table.binding(id))
        let made = make({ _ in [.remove(id, cause)] }, binding.texts, by: by)
        return answers.wait(made.token)
    }

    /// Waits until the store has no trouble, or the reverse.
    func waitForTrouble(_ isExpected: Bool) -> Bool {
        for _ in 0..<1_000 {
            if (store.health.trouble != nil) == isExpected { return true }
            clock.go(.milliseconds(100))
            store.waitForTurn()
        }
        return false
    }

    /// Waits until something is so in the file.
    func wait(_ folder: Folder, until isSo: (Database) throws -> Bool) throws -> Bool {
        for _ in 0..<1_000 {
            if try folder.read(isSo) { return true }
            clock.go(.milliseconds(500))
            store.waitForTurn()
        }
        return false
    }

    /// All bindings of the table by id.
    func bindings() -> [BindingID: Binding] {
        var all: [BindingID: Binding] = [:]
        for index in 0..<BindingTable.partitionCount {
            var next: UInt32? = 0
            while let slot = next {
                var some: [BindingFacts] = []
                next = table.withPartition(at: index) { $0.visit(from: slot, limit: 64) { some.append($0) } }
                for facts in some { all[facts.id] = table.binding(facts.id) }
            }
        }
        return all
    }

    /// A number as the store's own connection says it.
    func value(_ sql: String) throws -> Int? {
        let queue = store.state.withLock { $0.queue }
        return try queue.writeWithoutTransaction { try Int.fetchOne($0, sql: sql) }
    }

    /// Runs SQL on the store's own connection.
    func pragma(_ sql: String) throws {
        let queue = store.state.withLock { $0.queue }
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    }
}

extension Folder {
    /// Looks into the file as another process would.
    func read<T>(_ body: (Database) throws -> T) throws -> T {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return try DatabaseQueue(path: database, configuration: configuration).unsafeRead(body)
    }

    func values<T: DatabaseValueConvertible>(_ sql: String) throws -> [T] {
        try read { try T.fetchAll($0, sql: sql) }
    }

    func count(_ table: String) throws -> Int {
        let counts: [Int] = try values("SELECT count(*) FROM \(table)")
        return counts.first ?? 0
    }
}

/// The texts of one change in one buffer, with the ranges that a change carries.
struct FlatTexts {
    var bytes: [UInt8] = Array("REGISTER sip:example.com SIP/2.0\r\n".utf8)
    var ranges = BindingTextRanges(contact: .empty, callID: .empty)

    init(_ texts: BindingTexts) {
        ranges.contact = append(texts.contact)
        ranges.contactParameters = append(texts.contactParameters)
        ranges.callID = append(texts.callID)
        ranges.userAgent = append(texts.userAgent)
        ranges.sentBy = append(texts.sentBy)
        ranges.account = append(texts.account)
        ranges.path = append(texts.path)
        ranges.peer = append(texts.peer)
        ranges.numbers = append(texts.numbers)
    }

    private mutating func append(_ text: [UInt8]) -> ByteRange {
        let range = ByteRange(start: UInt16(bytes.count), count: UInt16(text.count))
        bytes += text
        return range
    }
}

extension Binding {
    /// A binding as a desk phone makes it.
    static func phone(_ user: String, at now: Timestamp, expires: Int = 3_600) -> Binding {
        let path = ReceivedFrom(
            source: Endpoint(address: IPAddress(ipv4: 0xc000_0207), port: 5_060),
            local: Endpoint(address: IPAddress(ipv4: 0xc633_6401), port: 5_060),
            transport: .udp,
            at: now,
        )
        let facts = BindingFacts(
            cseq: 1,
            callIDHash: .max,
            branchHash: 1 << 63,
            createdAt: now,
            refreshedAt: now,
            expiresAt: now + .seconds(expires),
            asked: UInt32(expires),
            granted: UInt32(expires),
            q: 700,
            path: path,
        )
        let texts = BindingTexts(
            aor: Array("\(user)@example.com".utf8),
            contact: Array("sip:\(user)@192.0.2.7:5060".utf8),
            callID: Array("a84b4c76e66710".utf8),
            userAgent: Array("Deskphone 6.1".utf8),
            sentBy: Array("192.0.2.7:5060".utf8),
            account: Array(user.utf8),
        )
        return Binding(facts: facts, texts: texts)
    }
}
