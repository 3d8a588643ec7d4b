internal import BindingTable
internal import Monitor
internal import SIPMessage

/// Who fails and who attacks: the list, what it is grouped by, and what belongs to it.
struct SecurityState: Sendable {
    var list = ListState<SecurityRow>()
    private(set) var group = SecurityGroup.source
    /// Rows that look like no attack are left out.
    var attacksOnly = false
    /// All but the rows, as they last came.
    private(set) var picture: SecurityPicture?

    /// Takes a window that answers a query; false if another is to be asked for.
    mutating func take(_ picture: SecurityPicture, of window: Window, for query: WindowQuery) -> Bool {
        self.picture = picture
        // A row that isn't in the window may just have moved: they are in the order of their failures.
        return list.take(picture.rows, of: window, for: query) { _ in nil }
    }

    /// Groups by the next thing: another list.
    mutating func nextGroup() {
        let all = SecurityGroup.allCases
        group = all[(Int(group.rawValue) + 1) % all.count]
        list.reset()
    }

    /// Groups by a thing: another list.
    mutating func group(by group: SecurityGroup) {
        self.group = group
        list.reset()
    }

    /// The filter of Attempts that shows what the row with the cursor counts.
    func filter(of aor: (String) -> String) -> String? {
        switch list.cursorRow?.key {
        case .source(let address): "ip:\(address)"
        case .user(let name): name.isEmpty ? nil : aor(name)
        case .agent(let agent): agent.isEmpty ? nil : "ua:\(Filter.quoted(agent, always: true))"
        case .others, nil: nil
        }
    }

    /// Whom a block could refuse.
    var blockSubjects: [BlockSubject] {
        switch list.cursorRow?.key {
        case .source(let address): [.source(address)]
        case .user(let aor): aor.isEmpty ? [] : [.aor(Array(aor.utf8))]
        case .agent, .others, nil: []
        }
    }
}
