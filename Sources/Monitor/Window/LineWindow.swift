internal import BindingTable
internal import Timing

extension Monitor {
    /// The window of a log: its lines that pass a test.
    func lines<Line>(
        _ ring: borrowing LineRing<Line>,
        _ anchor: WindowQuery.Anchor,
        _ height: Int,
        _ now: Timestamp,
        passes: (Line) -> Bool,
        content: (ArraySlice<(number: UInt64, line: Line)>) -> Window.Content,
    ) -> Window {
        let matching = ring.matching(passes)
        let window = WindowRange(anchor, count: matching.count, height: height) { id in
            guard case .line(let number) = id else { return nil }
            // A line that is gone or doesn't pass: the first one after it.
            return matching.firstIndex { $0.number >= number }
        }
        return Window(
            content: content(matching[window.range]),
            rank: window.range.lowerBound,
            matched: matching.count,
            total: ring.count,
            at: now
        )
    }
}

extension Monitor {
    /// The window of the log.
    func logLines(
        _ filter: Filter?,
        _ level: Notice.Level,
        _ anchor: WindowQuery.Anchor,
        _ height: Int,
        _ now: Timestamp,
    ) -> Window {
        var test = RowTest(filter, for: .log, filterClock)
        return lines(log, anchor, height, now) { line in
            line.level >= level && test.passes(at: now) { $0.load(line) }
        } content: {
            .log($0.map { LogLine(number: $0.number, notice: $0.line) })
        }
    }

    /// The window of the audit trail.
    func auditLines(
        _ filter: Filter?,
        _ anchor: WindowQuery.Anchor,
        _ height: Int,
        _ now: Timestamp,
    ) -> Window {
        var test = RowTest(filter, for: .audit, filterClock)
        let clock = filterClock
        return lines(audit, anchor, height, now) { record in
            test.passes(at: now) { $0.load(record, clock) }
        } content: {
            .audit($0.map { AuditLine(number: $0.number, record: $0.line) })
        }
    }

    /// The window of the list of blocks.
    func blockList(
        _ filter: Filter?,
        _ anchor: WindowQuery.Anchor,
        _ height: Int,
        _ now: Timestamp,
    ) -> Window {
        let inForce = blocks.filter { $0.until.map { $0 > now } ?? true }
        let matching = inForce.passing(filter, for: .blocks, filterClock, at: now) { block, row in
            row.load(block)
        }
        let window = WindowRange(anchor, count: matching.count, height: height) { _ in nil }
        return Window(
            content: .blocks(Array(matching[window.range])),
            rank: window.range.lowerBound,
            matched: matching.count,
            total: inForce.count,
            at: now
        )
    }
}

/// A filter at work over rows of one kind; without one all pass, with one of another list none does.
struct RowTest {
    private var evaluator: FilterEvaluator?
    private let isOfOthers: Bool
    private var row = FilterRow()

    init(_ filter: Filter?, for subject: Filter.Subject, _ clock: FilterClock) {
        evaluator = filter.map { FilterEvaluator($0, clock: clock) }
        isOfOthers = filter.map { $0.subject != subject } ?? false
    }

    /// The row that `load` loads passes.
    mutating func passes(at now: Timestamp, _ load: (inout FilterRow) -> Void) -> Bool {
        guard !isOfOthers, evaluator != nil else { return !isOfOthers }
        load(&row)
        return evaluator?.passes(row, at: now) ?? false
    }
}

extension Array {
    /// The elements that pass a filter.
    func passing(
        _ filter: Filter?,
        for subject: Filter.Subject,
        _ clock: FilterClock,
        at now: Timestamp,
        load: (Element, inout FilterRow) -> Void,
    ) -> [Element] {
        var test = RowTest(filter, for: subject, clock)
        return self.filter { element in test.passes(at: now) { load(element, &$0) } }
    }
}
