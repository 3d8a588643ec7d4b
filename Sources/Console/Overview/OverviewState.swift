internal import BindingTable
internal import Monitor
internal import SIPMessage

/// The overview's numbers and where the cursor is among its panes.
struct OverviewState: Sendable {
    /// A pane with rows that can be opened.
    enum Pane: Int, CaseIterable, Sendable {
        case soonest, failing, sources, events
    }

    /// What Enter opens.
    enum Selection: Sendable {
        case binding(BindingID)
        /// Attempts with this filter.
        case filter(String)
    }

    private(set) var numbers = Overview()
    private(set) var isLoaded = false
    private(set) var pane = Pane.soonest
    private var cursors = [Int](repeating: 0, count: Pane.allCases.count)

    mutating func take(_ numbers: Overview) {
        self.numbers = numbers
        isLoaded = true
    }

    /// The row with the cursor in the pane that has the focus; nil in an empty one.
    var index: Int? {
        let count = rowCount(pane)
        return count == 0 ? nil : min(cursors[pane.rawValue], count - 1)
    }

    private func rowCount(_ pane: Pane) -> Int {
        switch pane {
        case .soonest: numbers.soonest.count
        case .failing: numbers.failingUsers.count
        case .sources: numbers.topSources.count
        case .events: numbers.events.count
        }
    }

    mutating func move(by step: Int) {
        guard let index else { return }
        cursors[pane.rawValue] = max(0, min(rowCount(pane) - 1, index + step))
    }

    mutating func nextPane(by step: Int, among panes: [Pane]) {
        guard !panes.isEmpty else { return }
        let index = panes.firstIndex(of: pane) ?? (step > 0 ? -1 : 0)
        pane = panes[(index + step + panes.count) % panes.count]
    }

    var selection: Selection? {
        if pane == .soonest, let index { return .binding(numbers.soonest[index].key) }
        return filter.map { .filter($0) }
    }

    var canOpen: Bool { selection != nil }

    /// The filter of Attempts for the row with the cursor.
    var filter: String? {
        guard let index else { return nil }
        switch pane {
        case .soonest: return ConsoleModel.aorFilter(numbers.soonest[index].aor)
        case .failing: return ConsoleModel.aorFilter(numbers.failingUsers[index].aor)
        case .sources: return "ip:\(numbers.topSources[index].address)"
        case .events:
            let subject = numbers.events[index].subject
            if subject.isEmpty { return nil }
            return subject.contains("@") ? ConsoleModel.aorFilter(subject) : "\"\(subject)\""
        }
    }

    /// The address of record of the row with the cursor.
    var subject: String? {
        guard let index else { return nil }
        switch pane {
        case .soonest: return numbers.soonest[index].aor
        case .failing: return numbers.failingUsers[index].aor
        case .sources: return nil
        case .events:
            let subject = numbers.events[index].subject
            return subject.contains("@") ? subject : nil
        }
    }

    /// Whom a block could refuse.
    var blockSubjects: [BlockSubject] {
        guard let index else { return [] }
        switch pane {
        case .soonest:
            let binding = numbers.soonest[index].binding
            return [.aor(binding.texts.aor), .source(binding.facts.path.source.address)]
        case .failing: return [.aor(Array(numbers.failingUsers[index].aor.utf8))]
        case .sources: return [.source(numbers.topSources[index].address)]
        case .events: return []
        }
    }
}
