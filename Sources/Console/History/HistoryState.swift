internal import BindingTable
internal import ConsoleLink
internal import Monitor
internal import Timing

/// What the journal tells of one address of record (nil: of all), and a cursor in it.
struct HistoryState: Sendable {
    /// A question that is out.
    struct Question: Hashable, Sendable {
        var serial: UInt64
        var aor: [UInt8]?
        /// What it was asked for: another reading of the same binding asks again.
        var occasion: Occasion
    }

    /// Why the journal is asked: a binding in one state of its life, or a list that is looked at.
    enum Occasion: Hashable, Sendable {
        case binding(version: UInt32, isGone: Bool, others: Int)
        case missing
        /// The list reads anew whenever this many seconds' periods have passed.
        case list(period: Int64)
    }

    /// The answer, and what it answers.
    private(set) var page: HistoryPage?
    private(set) var answered: Question?
    var asked: Question?
    /// Position of the cursor among the entries that the filter leaves, and the first one shown.
    private(set) var cursor = 0, top = 0

    /// The page, if it is about this address of record.
    func page(of aor: [UInt8]?) -> HistoryPage? {
        guard let answered, answered.aor == aor else { return nil }
        return page
    }

    /// Takes an answer; false for one that nobody waits for any more.
    mutating func take(_ new: HistoryPage, serial: UInt64) -> Bool {
        guard let asked, asked.serial == serial else { return false }
        self.asked = nil
        if answered?.aor != asked.aor {
            (cursor, top) = (0, 0)
        } else if let page, let first = page.entries.first?.number, cursor > 0 {
            // What is new came in above: the cursor stays on its line.
            cursor += new.entries.prefix { $0.number > first }.count
        }
        (page, answered) = (new, asked)
        return true
    }

    /// Another list than before begins at its newest line.
    mutating func begin() { (cursor, top) = (0, 0) }

    /// Moves the cursor among so many entries on a list of so many rows.
    mutating func move(_ id: ActionID, count: Int, height: Int) {
        let page = max(1, height - 1)
        let half = max(1, height / 2)
        switch id {
        case .up: cursor -= 1
        case .down: cursor += 1
        case .pageUp: cursor -= page
        case .pageDown: cursor += page
        case .halfUp: cursor -= half
        case .halfDown: cursor += half
        case .first, .firstRow: cursor = 0
        case .last: cursor = count - 1
        default: break
        }
        settle(count: count, height: height)
    }

    /// Puts the cursor on an entry.
    mutating func select(_ index: Int) { cursor = index }

    /// Keeps the cursor among the entries and on the screen.
    mutating func settle(count: Int, height: Int) {
        cursor = max(0, min(cursor, count - 1))
        let rows = max(1, height)
        top = max(0, min(max(top, cursor - rows + 1), cursor, count - rows))
        top = max(top, cursor - rows + 1, 0)
    }
}
