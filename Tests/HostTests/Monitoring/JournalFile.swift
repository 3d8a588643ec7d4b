import BindingTable
import Dispatch
import SIPMessage
import Storage
import Synchronization
import Timing

/// A file with a history of a test's own making: phones that register and leave at moments of the past.
final class JournalFile {
    let path: String
    private let store: BindingStore
    private let table: BindingTable
    private let clock: Clock
    private let committed = DispatchSemaphore(value: 0)

    private final class Clock: Sendable {
        let now: Mutex<ClockReading>
        init(_ wall: WallTime) {
            now = Mutex(ClockReading(timestamp: Timestamp(nanoseconds: 1 << 40), wall: wall))
        }
    }

    /// A file whose time begins at this moment.
    init(_ path: String, at wall: WallTime) throws {
        self.path = path
        let clock = Clock(wall)
        self.clock = clock
        store = try BindingStore.open(path, options: StoreOptions()) { clock.now.withLock { $0 } }
        table = BindingTable(seed: store.identity.tableSeed, tracksChanges: false)
        _ = try store.restore(into: table) { _ in .keep }
        let committed = committed
        try store.start(table: table) { _, _ in committed.signal() }
    }

    deinit { store.close() }

    func pass(seconds: Int) {
        clock.now.withLock {
            $0 = ClockReading(timestamp: $0.timestamp + .seconds(seconds), wall: $0.wall + .seconds(seconds))
        }
    }

    /// A phone registers for so long.
    func register(_ user: String, expires: Int) -> BindingID? {
        let now = clock.now.withLock { $0.timestamp }
        let path = ReceivedFrom(
            source: Endpoint(address: IPAddress(ipv4: 0xc633_6407), port: 5_062),
            local: Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5_060),
            transport: .udp,
            at: now
        )
        let facts = BindingFacts(
            cseq: 1,
            createdAt: now,
            refreshedAt: now,
            expiresAt: now + .seconds(expires),
            asked: nil,
            granted: UInt32(expires),
            q: nil,
            path: path
        )
        let contact = Array("sip:\(user)@198.51.100.7:5062".utf8)
        let ranges = BindingTextRanges(
            contact: ByteRange(start: 0, count: UInt16(contact.count)),
            callID: .empty
        )
        return commit(.add(facts, ranges, .registered), of: user, contact).first
    }

    func remove(_ id: BindingID, of user: String, _ cause: Cause) {
        _ = commit(.remove(id, cause), of: user, [])
    }

    private func commit(_ change: BindingChange, of user: String, _ texts: [UInt8]) -> [BindingID] {
        let now = clock.now.withLock { $0.timestamp }
        let aor = Array("\(user)@sip.test".utf8)
        let added = table.withPartition(of: aor.span) { partition in
            var added: [BindingID] = []
            let made = partition.record([change], aor: aor.span, texts: texts.span, at: now, added: &added)
            store.commit(CommitTicket(token: 1, changes: made.changes))
            return added
        }
        committed.wait()
        return added
    }
}
