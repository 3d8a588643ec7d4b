import BindingTable
import Registrar
import Storage
import Synchronization
import Timing
import Transport

/// Brings back what a store has kept, before anything listens.
struct Restart {
    /// What the log is to be told.
    private(set) var lines: [Line] = []

    /// A line for the log.
    typealias Line = (level: Notice.Level, text: String)

    /// Puts bindings, tombstones, blocks and a drain back.
    init(
        _ store: BindingStore,
        into state: RegistrarState,
        grace: Interval,
        at clock: ClockReading
    ) throws(HostError) {
        let rules = RestartRules(state.policy.current, startedAt: clock.timestamp, grace: grace)
        do throws(StorageError) {
            let report = try store.restore(into: state.table) { binding in
                rules.admit(&binding).map { .drop($0) } ?? .keep
            }
            // Reading may have found damage as well.
            for note in store.openingNotes { lines.append((.error, note)) }
            let took = SystemClock.read().timestamp - clock.timestamp
            lines.append((.info, Self.sentence(report, took: took)))
            if report.unreadable > 0 {
                lines.append(
                    (.warning, "\(report.unreadable) rows of the store made no sense and were left out")
                )
            }
        } catch {
            throw HostError("\(error)", exitCode: 1)
        }
        let kept = store.kept(at: clock)
        guard !kept.blocks.isEmpty || kept.drain != nil else { return }
        state.policy.update { policy in
            for block in kept.blocks { policy.blocks.insert(block) }
            policy.drain = kept.drain
        }
        let count = kept.blocks.count
        if count > 0 { lines.append((.info, count == 1 ? "1 block goes on" : "\(count) blocks go on")) }
        if let drain = kept.drain {
            lines.append((.warning, "still turning newcomers away, as \(drain.by.short) wanted"))
        }
    }

    /// `restored 1204 bindings in 0.031 s; 3 had expired meanwhile, 2 were dropped with their connections`
    static func sentence(_ report: RestoreReport, took: Interval) -> String {
        let milliseconds = String(max(1, took.milliseconds % 1_000))
        let fraction = String(repeating: "0", count: 3 - milliseconds.count) + milliseconds
        let bindings = report.bindings == 1 ? "1 binding" : "\(report.bindings) bindings"
        return
            "restored \(bindings) in \(took.seconds).\(fraction) s; \(report.expired) had expired meanwhile, "
            + "\(report.dropped) dropped with their connections"
    }
}

/// Keeps blocks and drain in the store whenever they are others than before.
final class KeptRules: Sendable {
    private let store: BindingStore
    private let policy: PolicyBox
    private let last: Mutex<Last>

    private struct Last {
        var version: UInt64
        var blocks: [Block]
        var drain: Drain?
    }

    /// Begins with what is in force.
    init(_ store: BindingStore, _ policy: PolicyBox, at now: Timestamp) {
        self.store = store
        self.policy = policy
        let current = policy.current
        last = Mutex(
            Last(version: policy.version, blocks: current.blocks.all(at: now), drain: current.drain)
        )
    }

    /// Writes them although they are the same: the wall clock was set, and they are kept in its time.
    func keepAgain(at now: Timestamp) {
        let current = policy.current
        store.keep(blocks: current.blocks.all(at: now), drain: current.drain)
    }

    /// To be called after whatever may have changed them; costs next to nothing if nothing has.
    func keep(at now: Timestamp) {
        last.withLock { last in
            // Read first: what changes meanwhile is met the next time.
            let version = policy.version
            guard version != last.version else { return }
            let current = policy.current
            let blocks = current.blocks.all(at: now)
            let isSame = blocks == last.blocks && current.drain == last.drain
            last = Last(version: version, blocks: blocks, drain: current.drain)
            if !isSame { store.keep(blocks: blocks, drain: current.drain) }
        }
    }
}
