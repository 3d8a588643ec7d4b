internal import Cells

/// An action as the list of keys tells of it.
public struct KeyLine: Hashable, Sendable {
    /// Its name in settings and behind `:`.
    public var action: String
    /// Names of its keys as settings write them, the one shown first.
    public var keys: [String]
    /// Where they work.
    public var places: [String]
    /// What it does.
    public var help: String
    /// The keys are not those of the table.
    public var isChanged: Bool
}

extension KeyMap {
    /// Every action, in the order of the table.
    public var lines: [KeyLine] {
        actions.map { action in
            KeyLine(
                action: action.id.settingName,
                keys: action.keys.map { KeyName.text($0) },
                places: Places.all.filter { action.places.contains($0.place) }.map(\.name),
                help: action.help,
                isChanged: Self.standard.row(action.id)?.keys != action.keys
            )
        }
    }
}

/// The fields of `regtop keys`.
public enum KeyFields {
    /// All, in their order.
    public static let table: [ReportField<KeyLine>] = [
        ReportField("keys", "KEYS", width: 18, "its keys as settings write them") { row, _ in
            row.keys.joined(separator: " ") + (row.isChanged ? " *" : "")
        } value: { row, _ in
            .list(row.keys.map { .text($0) })
        },
        ReportField("action", width: 18, "its name in settings and behind `:`") { row, _ in
            .text(row.action)
        },
        ReportField("places", "WHERE", width: 20, "where its keys work") { row, _ in
            places(row.places)
        } value: { row, _ in
            .list(row.places.map { .text($0) })
        },
        ReportField("help", "WHAT IT DOES", "what it does") { row, _ in .text(row.help) },
        ReportField("changed", "", "its keys are not the usual ones") { _, _ in
            ""
        } value: { row, _ in
            .flag(row.isChanged)
        },
    ]

    /// Places in few words: `all screens`, `Bindings, Attempts +3`.
    private static func places(_ names: [String]) -> String {
        let screens = Places.names.map(\.name)
        let rest = names.filter { !screens.contains($0) }
        let isEverywhere = screens.allSatisfy { names.contains($0) }
        let short = isEverywhere ? ["all screens"] + rest : names
        return short.count <= 2
            ? short.joined(separator: ", ") : "\(short.prefix(2).joined(separator: ", ")) +\(short.count - 2)"
    }
}
