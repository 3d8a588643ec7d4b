import BindingTable
import Dispatch
import Foundation
import SIPMessage
import Storage
import Synchronization
import Timing

/// A table with a store behind it, on a clock that only the test moves; each change is committed before the
/// call returns.
final class Phones {
    let path: String
    let table: BindingTable
    let store: BindingStore
    private let folder: String
    private let clock = Clock()
    private let committed = DispatchSemaphore(value: 0)

    private final class Clock: Sendable {
        let now = Mutex(
            ClockReading(
                timestamp: Timestamp(nanoseconds: 90_000_000_000),
                wall: WallTime(secondsSince1970: 1_795_608_271)
            )
        )
    }

    init() throws {
        folder = NSTemporaryDirectory() + "regtop-history-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        path = "\(folder)/regtop.db"
        let clock = clock
        store = try BindingStore.open(path, options: StoreOptions()) { clock.now.withLock { $0 } }
        table = BindingTable(seed: store.identity.tableSeed, tracksChanges: false)
        _ = try store.restore(into: table) { _ in .keep }
        let committed = committed
        try store.start(table: table) { _, _ in committed.signal() }
    }

    deinit {
        store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    var reader: HistoryReader { HistoryReader(path: path) }
    var now: Timestamp { clock.now.withLock { $0.timestamp } }
    var wall: WallTime { clock.now.withLock { $0.wall } }

    func pass(_ interval: Interval) {
        clock.now.withLock {
            $0 = ClockReading(timestamp: $0.timestamp + interval, wall: $0.wall + interval)
        }
    }

    static func source(_ number: Int) -> Endpoint {
        Endpoint(address: IPAddress(ipv4: 0xc633_6400 + UInt32(number)), port: 5_060)
    }

    private func facts(_ source: Endpoint, expires: Int) -> BindingFacts {
        BindingFacts(
            cseq: 1,
            createdAt: now,
            refreshedAt: now,
            expiresAt: now + .seconds(expires),
            asked: nil,
            granted: UInt32(expires),
            q: nil,
            path: ReceivedFrom(source: source, local: Self.source(1), transport: .udp, at: now)
        )
    }

    /// A phone registers; which binding it got.
    func register(
        _ aor: [UInt8],
        contact: [UInt8],
        from source: Endpoint,
        expires: Int = 60,
        cause: Cause = .registered,
        by: String = "",
    ) -> BindingID? {
        commit(
            .add(facts(source, expires: expires), Self.ranges(contact), cause),
            aor: aor,
            contact: contact,
            by: by
        ).first
    }

    /// It refreshes, from where it was or from elsewhere.
    func refresh(
        _ id: BindingID,
        _ aor: [UInt8],
        contact: [UInt8],
        from source: Endpoint,
        expires: Int = 60,
        moved: Bool = false
    ) {
        _ = commit(
            .update(
                id,
                facts(source, expires: expires),
                Self.ranges(contact),
                moved ? .moved : .refreshed
            ),
            aor: aor,
            contact: contact
        )
    }

    /// It leaves.
    func remove(_ id: BindingID, _ aor: [UInt8], _ cause: Cause, by: String = "") {
        _ = commit(.remove(id, cause), aor: aor, contact: [], by: by)
    }

    private static func ranges(_ contact: [UInt8]) -> BindingTextRanges {
        BindingTextRanges(
            contact: ByteRange(start: 0, count: UInt16(contact.count)),
            callID: .empty,
            userAgent: .empty
        )
    }

    private func commit(
        _ change: BindingChange,
        aor: [UInt8],
        contact: [UInt8],
        by: String = ""
    ) -> [BindingID] {
        let now = now
        let added = table.withPartition(of: aor.span) { partition in
            var added: [BindingID] = []
            let made = partition.record(
                [change],
                aor: aor.span,
                texts: contact.span,
                at: now,
                added: &added
            )
            store.commit(CommitTicket(token: 1, changes: made.changes, by: by))
            return added
        }
        committed.wait()
        return added
    }
}
