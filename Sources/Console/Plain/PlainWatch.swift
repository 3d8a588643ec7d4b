internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import SIPMessage
internal import Timing

/// What a linear console has told already.
struct PlainWatch: Sendable {
    /// The events of the last look, newest first; nil before the first.
    var events: [OverviewEvent]?
    /// Bindings at the last look.
    var bindings = 0
    /// The newest failed attempt that was told or passed over; nil before the first look.
    var failure: AttemptID?
    /// Failed attempts that passed the filter at the last look.
    var failures = 0
    /// When the youngest binding that passed the filter was made; nil before the first look with it.
    var youngest: Timestamp?
    /// Addresses of record that have passed the filter: of them endings are told.
    var passed: Set<String> = []
    /// Notices of this second.
    var notices = 0

    /// Changes of a kind that are told one by one in a second; names that are kept.
    static let most = 5, mostPassed = 10_000
}

extension PlainModel {
    /// The window that is looked at.
    func query(_ watch: Watch) -> WindowQuery {
        switch watch {
        case .overview: return WindowQuery(subject: .overview, height: 1)
        case .failures:
            let filter = try? filter.isEmpty ? nil : Filter(filter, for: .attempts)
            return WindowQuery(
                subject: .attempts(filter: filter, failuresOnly: true, kind: .all),
                anchor: .end,
                height: 100
            )
        case .newcomers:
            let filter = try? filter.isEmpty ? nil : Filter(filter, for: .bindings)
            return WindowQuery(
                subject: .bindings(filter: filter, order: BindingOrder(column: .age)),
                height: WindowQuery.maximumHeight
            )
        }
    }

    /// Tells what is new in a window.
    mutating func take(_ window: Window, of watch: Watch, at now: ClockReading) {
        guard window.progress >= 1 else { return }
        switch (watch, window.content) {
        case (.overview, .overview(let numbers)): take(numbers, at: now)
        case (.failures, .attempts(let rows)): take(rows, matched: window.matched, at: now)
        case (.newcomers, .bindings(let rows)): takeNewcomers(rows, at: now)
        default: break
        }
    }

    // MARK: Bindings

    private mutating func take(_ numbers: Overview, at now: ClockReading) {
        watched.notices = 0
        let (old, before) = (watched.events, watched.bindings)
        watched.events = numbers.events
        watched.bindings = numbers.bindings
        guard let old else {
            let aors = TimeText.count(numbers.aors, "address", plural: "addresses")
            return say("\(TimeText.count(numbers.bindings, "binding")) of \(aors) of record")
        }
        guard !isPaused else { return }
        let fresh = Array(numbers.events.prefix { $0 != old.first }.reversed())
        let clock = clock(now)
        var told: [String: Int] = [:]
        var left: [String: Int] = [:]
        for event in fresh where passes(event) {
            guard told[event.what, default: 0] < PlainWatch.most else {
                left[event.what, default: 0] += 1
                continue
            }
            told[event.what, default: 0] += 1
            let detail = event.detail.isEmpty ? "" : "  \(event.detail)"
            tell(clock, event.at, "\(event.what)  \(event.subject)\(detail)")
        }
        for (what, count) in left.sorted(by: { $0.key < $1.key }) {
            tell(clock, now.timestamp, "\(TimeText.count(count)) more \(what)")
        }
        if filter.isEmpty { summarise(fresh, from: before, to: numbers.bindings, clock) }
    }

    /// The registrar itself names only a few events of a kind in a second: the rest is what the count says.
    private mutating func summarise(
        _ fresh: [OverviewEvent],
        from before: Int,
        to after: Int,
        _ clock: LocalClock
    ) {
        let gone = Set(Cause.allCases.filter(\.isRemoval).map(\.text))
        let come = Set([Cause.registered, .restored].map(\.text))
        let named = fresh.reduce(0) { $0 + (come.contains($1.what) ? 1 : gone.contains($1.what) ? -1 : 0) }
        let rest = after - before - named
        guard rest != 0 else { return }
        let what = rest > 0 ? "registered" : "ended"
        let total = TimeText.count(after, "binding")
        tell(clock, clock.now.timestamp, "\(TimeText.count(abs(rest))) more \(what), \(total) now")
    }

    /// With a filter on, events are told of those that have passed it; newcomers are told by their rows.
    private func passes(_ event: OverviewEvent) -> Bool {
        filter.isEmpty || event.what != Cause.registered.text && watched.passed.contains(event.subject)
    }

    private mutating func takeNewcomers(_ rows: [BindingRow], at now: ClockReading) {
        let since = watched.youngest
        watched.youngest = max(since ?? .zero, rows.map(\.binding.facts.createdAt).max() ?? now.timestamp)
        if watched.passed.count > PlainWatch.mostPassed { watched.passed = [] }
        for row in rows { watched.passed.insert(row.aor) }
        guard let since, !isPaused else { return }
        let clock = clock(now)
        let fresh = rows.filter { $0.binding.facts.createdAt > since && !$0.isGone }.reversed()
        for row in fresh.prefix(PlainWatch.most) {
            tell(clock, row.binding.facts.createdAt, "registered  \(PlainWords.binding(row, clock))")
        }
        let rest = fresh.count - PlainWatch.most
        if rest > 0 { tell(clock, now.timestamp, "\(TimeText.count(rest)) more registered") }
    }

    // MARK: Failures

    private mutating func take(_ rows: [AttemptRow], matched: Int, at now: ClockReading) {
        let newest = rows.last?.id ?? AttemptID(rawValue: 0)
        let (known, before) = (watched.failure, watched.failures)
        watched.failure = max(known ?? newest, newest)
        watched.failures = matched
        guard let known, !isPaused else { return }
        let clock = clock(now)
        let fresh = rows.filter { $0.id > known }
        for row in fresh.prefix(PlainWatch.most) {
            tell(clock, row.endedAt, "FAILED  \(PlainWords.failure(row))")
        }
        let rest = fresh.dropFirst(PlainWatch.most)
        guard !rest.isEmpty else { return }
        // What no longer fits a window has passed by as well.
        let missed = fresh.count == rows.count ? max(0, matched - before - rows.count) : 0
        var counts: [String: (count: Int, short: String)] = [:]
        for row in rest { counts[row.word, default: (0, VerdictWords.short(row))].count += 1 }
        let parts = counts.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
            .map { "\(TimeText.count($0.value.count)) \($0.value.short)" }
        tell(
            clock,
            now.timestamp,
            "\(TimeText.count(rest.count + missed)) more failed: \(parts.joined(separator: ", "))"
        )
    }

    // MARK: Notices

    /// What somebody has noticed or done.
    mutating func hear(_ notice: Notice, at now: ClockReading) {
        guard notice.level > .debug else { return }
        watched.notices += 1
        guard watched.notices <= PlainWatch.most * 2 else { return }
        let level =
            switch notice.level {
            case .error: "ERROR  "
            case .warning: "warning  "
            case .info, .debug: ""
            }
        tell(clock(now), notice.at, level + notice.text)
    }
}
