internal import Timing

/// A filter's way over the attempts that are kept. Of each it remembers the answer until the attempt changes, or time
/// changes it, so that messages are searched once; and it reads so many bytes at a time and leaves the rest for the
/// next question, so that a search in all messages stops nobody.
struct AttemptWalk {
    /// An answer, and how long it holds.
    private struct Known {
        var revision: UInt32
        var passes: Bool
        var until: Timestamp
    }

    /// Bytes that one question may read; looking at an attempt costs as much as some.
    static let budget = 1 << 20, price = 128

    let filter: Filter
    private let program: FilterProgram
    private var evaluator: FilterEvaluator
    private var row = FilterRow()
    private var known: [UInt64: Known] = [:]
    private var left = 0

    init(_ filter: Filter, _ clock: FilterClock) {
        self.filter = filter
        program = filter.program
        evaluator = FilterEvaluator(filter, clock: clock)
    }

    /// Begins a question; answers for attempts that have gone are dropped now and then.
    mutating func begin(kept: Int) {
        left = Self.budget
        if known.count > 2 * kept + 64 { known.removeAll(keepingCapacity: true) }
    }

    /// The attempt passes; nil if that is to be found out later.
    mutating func passes(_ attempt: borrowing Attempt, at now: Timestamp) -> Bool? {
        let id = attempt.id.rawValue
        if let answer = known[id], answer.revision == attempt.revision, now < answer.until {
            return answer.passes
        }
        guard left > 0 else { return nil }
        left -= Self.price + (program.needs.contains(.raw) ? attempt.bytes.count : 0)
        row.load(attempt, program.needs)
        let passes = evaluator.passes(row, at: now)
        known[id] = Known(revision: attempt.revision, passes: passes, until: evaluator.holdsUntil)
        return passes
    }
}

/// The ways of the filters that consoles ask for, the latest last; few, for each console asks for one.
struct AttemptWalks {
    private static let most = 4
    private var walks: [AttemptWalk] = []

    /// The way of a filter as far as it has come; `keep` puts it back.
    mutating func take(_ filter: Filter, _ clock: FilterClock) -> AttemptWalk {
        guard let place = walks.firstIndex(where: { $0.filter == filter }) else {
            return AttemptWalk(filter, clock)
        }
        return walks.remove(at: place)
    }

    mutating func keep(_ walk: AttemptWalk) {
        walks.append(walk)
        if walks.count > Self.most { walks.removeFirst() }
    }
}
