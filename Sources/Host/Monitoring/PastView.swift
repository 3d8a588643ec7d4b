import BindingTable
import Monitor
import SIPMessage
import Storage
import Synchronization
import Timing

/// The bindings of a moment of the past in a table of their own, with a monitor over it whose clock stands
/// still: what one console is answered from while it looks back.
///
/// Built on the history's thread, asked on the monitor's.
final class PastView: Sendable {
    /// Which moment.
    let at: WallTime

    private struct State {
        var monitor: Monitor
        var session = MonitorSession(keepsEndedRows: false)
    }

    private let state: Mutex<State>

    /// The moment on the clock of this view. Far from the clock's start, for bindings may be older than the
    /// machine is up.
    private static let now = Timestamp(nanoseconds: 1 << 60)

    /// A view of the bindings that `fill` adds.
    init(at moment: WallTime, _ fill: (PastTable) throws(StorageError) -> Void) throws(StorageError) {
        at = moment
        let table = PastTable(at: moment, now: Self.now)
        try fill(table)
        let monitor = Monitor(
            table: table.table,
            startedAt: ClockReading(timestamp: Self.now, wall: moment)
        )
        monitor.utcOffset = LocalTime.utcOffset
        while monitor.pull(limit: 65_536, at: Self.now) {}
        state = Mutex(State(monitor: monitor))
    }

    /// Answers a console's query.
    func answer(_ query: WindowQuery) -> Window {
        state.withLock { state in
            state.monitor.answer(query, for: &state.session, at: Self.now)
        }
    }

    /// Values that the bindings of the moment have.
    func values(_ query: ValuesQuery) -> [SeenValue] {
        state.withLock { $0.monitor.values(query, at: Self.now) }
    }

    /// Goes on sorting by a slice; true if more waits.
    func advance() -> Bool {
        state.withLock { $0.monitor.advance(to: Self.now) }
    }
}

/// A table that is filled with what the history remembers of a moment.
struct PastTable {
    /// The bindings, with instants on a clock that reads `now` at the moment.
    let table: BindingTable
    private let moment: WallTime
    private let now: Timestamp

    init(at moment: WallTime, now: Timestamp) {
        self.moment = moment
        self.now = now
        var random = SystemRandomNumberGenerator()
        table = BindingTable(seed: random.next(), maximumTombstones: 0)
    }

    /// Adds a binding; one whose end is not known has none.
    func add(_ remembered: RememberedBinding) {
        let life = remembered.life
        func instant(_ wall: WallTime) -> Timestamp { now + (wall - moment) }
        let granted = remembered.isEndKnown ? (life.expiresAt - life.refreshedAt).secondsRoundedUp : 0
        let facts = BindingFacts(
            cseq: 0,
            createdAt: instant(life.createdAt),
            refreshedAt: instant(life.refreshedAt),
            expiresAt: remembered.isEndKnown ? instant(life.expiresAt) : .distantFuture,
            asked: nil,
            granted: UInt32(clamping: granted),
            q: nil,
            path: ReceivedFrom(
                source: life.source,
                local: Endpoint(address: life.source.address, port: 0),
                transport: life.transport,
                at: instant(life.refreshedAt)
            ),
            refreshes: life.refreshes,
            usualGap: life.usualGap,
            gapDeviation: life.gapDeviation,
            reachability: Reachability()
        )
        var texts = life.contact
        let contact = ByteRange(start: 0, count: UInt16(clamping: texts.count))
        let agent = ByteRange(
            start: UInt16(clamping: texts.count),
            count: UInt16(
                clamping: min(life.userAgent.count, Int(UInt16.max) - min(texts.count, Int(UInt16.max)))
            )
        )
        texts += life.userAgent
        let change = BindingChange.add(
            facts,
            BindingTextRanges(contact: contact, callID: .empty, userAgent: agent),
            .registered
        )
        table.withPartition(of: life.aor.span) { partition in
            _ = partition.apply([change], aor: life.aor.span, texts: texts.span, at: now)
        }
    }
}
