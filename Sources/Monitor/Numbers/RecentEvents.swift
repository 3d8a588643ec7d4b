internal import BindingTable
internal import Timing

/// The latest things that happened, for the overview. When much happens only some of it is shown: at most
/// a few of each kind a second, so that what is rare is never pushed out by what is common.
struct RecentEvents {
    private(set) var events: [OverviewEvent] = []
    private let capacity: Int
    private let perSecond: Int
    private var second: Int64 = 0
    /// One for each cause, each turn, what is told of beats, and all acts.
    private var shown = [UInt8](
        repeating: 0,
        count: Cause.allCases.count + LivenessCounters.Turn.allCases.count + BeatEvent.allCases.count + 1
    )

    init(capacity: Int, perSecond: Int = 3) {
        self.capacity = capacity
        self.perSecond = perSecond
    }

    /// There is room for one more of this kind in the second of `now`; a refresh or a ping is no event.
    mutating func takes(_ cause: Cause, at now: Timestamp) -> Bool {
        guard cause != .refreshed, cause != .observed else { return false }
        return takes(kind: Int(cause.rawValue), at: now)
    }

    /// The same of what connections and pings tell.
    mutating func takes(_ turn: LivenessCounters.Turn, at now: Timestamp) -> Bool {
        takes(kind: Cause.allCases.count + turn.rawValue, at: now)
    }

    /// The same of beats.
    mutating func takes(_ event: BeatEvent, at now: Timestamp) -> Bool {
        takes(kind: Cause.allCases.count + LivenessCounters.Turn.allCases.count + event.rawValue, at: now)
    }

    private mutating func takes(kind: Int, at now: Timestamp) -> Bool {
        if now.second != second {
            second = now.second
            for index in shown.indices { shown[index] = 0 }
        }
        let kind = min(kind, shown.count - 1)
        guard shown[kind] < perSecond else { return false }
        shown[kind] += 1
        return true
    }

    mutating func add(_ event: OverviewEvent) {
        events.insert(event, at: 0)
        if events.count > capacity { events.removeLast(events.count - capacity) }
    }

    /// Adds an act of an operator that no binding tells of: blocks, undo, sessions.
    mutating func add(_ record: AuditRecord, at now: Timestamp) {
        guard record.action != "evict", record.action != "expire", takes(kind: .max, at: now) else { return }
        add(
            OverviewEvent(
                at: now,
                what: record.action,
                subject: record.object,
                detail: "by \(record.by.user)"
            )
        )
    }
}
