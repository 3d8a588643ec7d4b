internal import BindingTable
internal import Monitor
internal import SIPMessage

/// The overview's numbers and where the cursor is among its panes.
struct OverviewState: Sendable {
    /// A pane with rows or numbers that can be opened, in the order of Tab.
    enum Pane: Int, CaseIterable, Sendable {
        case soonest, failing, sources, events
        /// Panes of numbers.
        case horizon, agents, transports, outages, head, meters, calls
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
        case .outages: numbers.outages.count
        default: items(pane).count
        }
    }

    /// The numbers of a pane that has no rows of its own.
    private func items(_ pane: Pane) -> [OverviewItem] {
        let items = OverviewItems(numbers)
        return switch pane {
        case .horizon: items.horizon
        case .agents: items.agents
        case .transports: items.transports
        case .head: items.head
        case .meters: items.meters
        case .calls: items.calls
        default: []
        }
    }

    /// The place of the cursor in a pane; nil if it is elsewhere.
    func focus(in pane: Pane) -> Int? { self.pane == pane ? index : nil }

    mutating func move(by step: Int) {
        guard let index else { return }
        cursors[pane.rawValue] = max(0, min(rowCount(pane) - 1, index + step))
    }

    /// Gives a pane the focus, and one of its rows the cursor.
    mutating func select(_ index: Int? = nil, in pane: Pane) {
        self.pane = pane
        if let index, (0..<rowCount(pane)).contains(index) { cursors[pane.rawValue] = index }
    }

    mutating func nextPane(by step: Int, among panes: [Pane]) {
        guard !panes.isEmpty else { return }
        let index = panes.firstIndex(of: pane) ?? (step > 0 ? -1 : 0)
        pane = panes[(index + step + panes.count) % panes.count]
    }

    /// Where Enter leads.
    var lead: OverviewLead? {
        guard let index else { return nil }
        switch pane {
        case .soonest: return .binding(numbers.soonest[index].key)
        case .outages: return .bindings(numbers.outages[index].filter, .expires)
        case .failing, .sources, .events:
            return eventLead ?? filter(of: ConsoleModel.requestsFilter).map { .attempts($0) }
        default: return items(pane)[index].lead
        }
    }

    /// An event about phones that fell silent together leads to them.
    private var eventLead: OverviewLead? {
        guard pane == .events, let index else { return nil }
        let subject = numbers.events[index].subject
        return numbers.outages.first { $0.subject == subject }.map { .bindings($0.filter, .expires) }
    }

    /// The name of the number under the cursor, where it is none of a list.
    var itemName: String? {
        guard let index, items(pane).indices.contains(index) else { return nil }
        return items(pane)[index].name
    }

    var canOpen: Bool { lead != nil }

    /// The filter of Attempts for the row with the cursor.
    func filter(of aor: (String) -> String) -> String? {
        guard let index else { return nil }
        switch pane {
        case .soonest: return aor(numbers.soonest[index].aor)
        case .failing: return aor(numbers.failingUsers[index].aor)
        case .sources: return "ip:\(numbers.topSources[index].address)"
        case .events:
            let subject = numbers.events[index].subject
            if subject.isEmpty { return nil }
            return subject.contains("@") ? aor(subject) : "\"\(subject)\""
        default:
            if case .attempts(let text, _, _) = items(pane).indices.contains(index)
                ? items(pane)[index].lead : nil
            {
                return text
            }
            return nil
        }
    }

    /// The address of record of the row with the cursor.
    var addressOfRecord: String? {
        guard let index else { return nil }
        switch pane {
        case .soonest: return numbers.soonest[index].aor
        case .failing: return numbers.failingUsers[index].aor
        case .sources: return nil
        case .events:
            let subject = numbers.events[index].subject
            return subject.contains("@") ? subject : nil
        default: return nil
        }
    }

    /// The source of the row with the cursor.
    var source: IPAddress? {
        guard let index else { return nil }
        switch pane {
        case .soonest: return numbers.soonest[index].binding.facts.path.source.address
        case .sources: return numbers.topSources[index].address
        default: return nil
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
        default: return []
        }
    }
}
