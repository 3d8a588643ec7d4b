internal import Monitor

/// What is wrong with devices: the list of User-Agents or vendors, and a cursor among what one of them shows.
struct DevicesState: Sendable {
    var list = ListState<DeviceRow>()
    private(set) var group = DeviceGroup.agent
    /// All but the rows, as they last came.
    private(set) var picture: DevicePicture?
    /// The cursor is among what is wrong with the row.
    private(set) var isInDetail = false
    private var selected = 0
    /// The User-Agent that the cursor is to stand on when it comes.
    private var sought: String?

    /// Takes a window that answers a query; false if another is to be asked for.
    mutating func take(_ picture: DevicePicture, of window: Window, for query: WindowQuery) -> Bool {
        self.picture = picture
        // A row that isn't in the window may just have moved.
        let isShown = list.take(picture.rows, of: window, for: query) { _ in nil }
        if isShown, let name = sought {
            sought = nil
            if let place = list.entries.firstIndex(where: { $0.row.name == name && !$0.row.isRest }) {
                _ = list.move(by: place - list.cursorIndex, height: list.entries.count)
            }
        }
        return isShown
    }

    /// Groups by the next thing: another list.
    mutating func nextGroup() {
        group = group == .agent ? .vendor : .agent
        list.reset()
        (isInDetail, selected) = (false, 0)
    }

    /// The cursor is to stand on a User-Agent; nil for the first.
    mutating func seek(_ name: String?) {
        group = .agent
        list.reset()
        sought = name
        (isInDetail, selected) = (false, 0)
    }

    /// From the list to what is wrong with its row, and back.
    mutating func switchPane() { isInDetail = !isInDetail && !findings.isEmpty }

    /// Moves the cursor; true if a window is needed.
    mutating func move(_ id: ActionID, height: Int) -> Bool {
        if isInDetail, id == .up || id == .down {
            selected = max(0, min(findings.count - 1, index + (id == .down ? 1 : -1)))
            return false
        }
        (isInDetail, selected) = (false, 0)
        return list.move(id, height: height)
    }

    /// The place of the cursor among the findings.
    var index: Int { min(selected, max(0, findings.count - 1)) }

    /// What is known of the row with the cursor besides its lints: word, count, and the term of the filter.
    struct Finding: Sendable {
        var word: String
        var count: Int
        var term: String
        /// nil for what is no lint.
        var lint: Lint?
    }

    /// What the row with the cursor shows: ghosts and missed beats, then lints, warnings first.
    var findings: [Finding] {
        guard let row = list.cursorEntry?.row else { return [] }
        let found = row.lints.map {
            Finding(word: $0.lint.word, count: $0.count, term: "lint:\($0.lint.word)", lint: $0.lint)
        }
        let others = [
            Finding(word: "missed beat", count: row.silent, term: "beat:missed"),
            Finding(word: "ghosts", count: row.ghosts, term: "ghost:yes"),
        ]
        return others.filter { $0.count > 0 } + found
    }

    /// The filter of Bindings behind the cursor.
    var lead: String? {
        guard let term = list.cursorEntry?.row.term else { return nil }
        guard isInDetail, findings.indices.contains(index) else { return term }
        return "\(term) \(findings[index].term)"
    }
}
