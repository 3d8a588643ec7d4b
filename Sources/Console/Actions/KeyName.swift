public import Cells

/// How a key is written in settings: `x`, `space`, `ctrl-f`, `pgdn`, `f7`; what key bars show (`^F`, `PgDn`) is
/// understood as well.
public enum KeyName {
    /// The key of a name, in whatever case the name of a key that is no character is written; nil if there is none.
    public static func key(_ name: String) -> Key? {
        let scalars = Array(name.unicodeScalars)
        if scalars.count == 1, let scalar = scalars.first {
            return isTyped(scalar) ? .character(scalar) : nil
        }
        let word = name.lowercased()
        if let key = names.first(where: { $0.name == word })?.key ?? twins[word] { return key }
        for prefix in ["ctrl-", "^"] where word.hasPrefix(prefix) {
            let rest = Array(word.dropFirst(prefix.count).unicodeScalars)
            guard rest.count == 1, let scalar = rest.first else { return nil }
            return control(scalar)
        }
        guard word.first == "f", let number = Int(word.dropFirst()), (1...24).contains(number) else {
            return nil
        }
        return .function(number)
    }

    /// The name of a key.
    public static func text(_ key: Key) -> String {
        if let known = names.first(where: { $0.key == key }) { return known.name }
        switch key {
        case .control(let scalar): return "ctrl-\(scalar)"
        case .function(let number): return "f\(number)"
        default: return key.description
        }
    }

    /// A terminal has no keys of its own for these: it sends Tab, Enter and Esc.
    private static func control(_ scalar: Unicode.Scalar) -> Key? {
        switch scalar {
        case "i": .tab
        case "m": .enter
        case "[": .escape
        case "a"..."z", "@", "\\", "]", "^", "_": .control(scalar)
        default: nil
        }
    }

    /// It can be typed, and drawn as it is.
    private static func isTyped(_ scalar: Unicode.Scalar) -> Bool {
        SafeText(String(Character(scalar))).string == String(Character(scalar))
    }

    private static let names: [(key: Key, name: String)] = [
        (.character(" "), "space"), (.enter, "enter"), (.escape, "esc"), (.tab, "tab"),
        (.backTab, "shift-tab"), (.up, "up"), (.down, "down"), (.left, "left"), (.right, "right"),
        (.home, "home"), (.end, "end"), (.pageUp, "pgup"), (.pageDown, "pgdn"),
        (.backspace, "backspace"), (.delete, "delete"), (.insert, "insert"),
    ]

    private static let twins: [String: Key] = [
        "return": .enter, "escape": .escape, "backtab": .backTab, "pageup": .pageUp, "page-up": .pageUp,
        "pagedown": .pageDown, "page-down": .pageDown, "del": .delete, "ins": .insert,
    ]
}
