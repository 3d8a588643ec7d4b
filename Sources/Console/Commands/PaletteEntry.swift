/// A line of the palette: a command, an action of the screen, or what could stand behind a command.
struct PaletteEntry: Sendable {
    /// What Enter does with it.
    enum Kind: Sendable {
        case command(Command)
        case action(ActionID)
        /// The whole of what stands behind the command.
        case value(String)
    }

    var kind: Kind
    /// What is typed for it.
    var name: String
    /// What may stand behind it.
    var argument = ""
    var help: String
    /// Keys that do the same.
    var keys = ""

    /// How well it answers what is typed, the best being 0: its name begins so, a word of it does, it contains it, the
    /// help does, or the letters are in it in this order; nil: not at all.
    func rank(_ typed: String) -> Int? {
        let (typed, name, help) = (typed.lowercased(), name.lowercased(), help.lowercased())
        if name.hasPrefix(typed) { return name == typed ? 0 : 1 }
        if name.split(separator: "-").contains(where: { $0.hasPrefix(typed) }) { return 2 }
        if name.contains(typed) { return 3 }
        if help.split(separator: " ").contains(where: { $0.hasPrefix(typed) }) { return 4 }
        if typed.utf8.count >= 3, help.contains(typed) { return 5 }
        return Self.isSpread(typed, over: name) ? 6 : nil
    }

    /// The letters stand in the text in this order.
    private static func isSpread(_ typed: String, over text: String) -> Bool {
        guard typed.utf8.count >= 2 else { return false }
        var rest = text.unicodeScalars[...]
        for scalar in typed.unicodeScalars {
            guard let place = rest.firstIndex(of: scalar) else { return false }
            rest = rest[rest.index(after: place)...]
        }
        return true
    }

    /// The best first, equals in their order.
    static func best(_ entries: [PaletteEntry], for typed: String) -> [PaletteEntry] {
        guard !typed.isEmpty else { return entries }
        return entries.enumerated()
            .compactMap { index, entry in entry.rank(typed).map { (entry, $0, index) } }
            .sorted { ($0.1, $0.2) < ($1.1, $1.2) }
            .map(\.0)
    }
}
