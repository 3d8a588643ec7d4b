internal import Cells

/// The keys of all actions: those of the one table, and what an operator has put in their place. Dispatch, key
/// bar, help and every sentence that names a key ask it.
///
/// No key does two things at one place.
public struct KeyMap: Sendable {
    /// The rows of ``Action``'s table, in its order, with the keys that do them here.
    let actions: [Action]
    /// Rows by key: a look at a key costs no walk through the table.
    private let rows: [Key: [Int]]

    /// The keys as the table has them.
    public static let standard = KeyMap(Action.table)

    /// Puts rows in the place of the table's.
    init(_ actions: [Action]) {
        self.actions = actions
        var rows: [Key: [Int]] = [:]
        for (index, action) in actions.enumerated() {
            for key in action.keys { rows[key, default: []].append(index) }
        }
        self.rows = rows
    }

    /// The action that a key does at a place.
    func action(of key: Key, at place: Places) -> Action? {
        rows[key]?.lazy.map { actions[$0] }.first { $0.places.contains(place) }
    }

    /// The row of an action.
    func row(_ id: ActionID) -> Action? { actions.first { $0.id == id } }

    /// The key to name for an action: `X`; what to type for one that has none: `:evict`.
    func key(_ id: ActionID) -> String { row(id)?.keys.first?.description ?? ":\(id.settingName)" }

    /// The rows that work at a place, in their order.
    func actions(at place: Places) -> [Action] { actions.filter { $0.places.contains(place) } }
}

extension ActionID {
    /// The action's name for settings and commands: `pageDown` is `page-down`.
    var settingName: String {
        var name = ""
        var wasUpper = true
        for character in rawValue {
            if character.isUppercase, !wasUpper { name += "-" }
            wasUpper = character.isUppercase
            name += character.lowercased()
        }
        return name
    }

    /// The action of this name.
    init?(settingName name: some StringProtocol) {
        guard let id = Self.named[String(name)] else { return nil }
        self = id
    }

    private static let named: [String: ActionID] = Dictionary(
        allCases.map { ($0.settingName, $0) },
        uniquingKeysWith: { first, _ in first }
    )
}
