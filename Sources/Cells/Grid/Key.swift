/// What the operator pressed; a resize is no key.
public enum Key: Hashable, Sendable {
    /// A character that was typed, among them the space.
    case character(Unicode.Scalar)
    /// A letter (lower case) or one of `@[\]^_` held with Ctrl; Ctrl-I, Ctrl-M and Ctrl-[ never
    /// appear, they are `tab`, `enter` and `escape`.
    case control(Unicode.Scalar)
    /// A function key, from 1.
    case function(Int)
    /// Text that the terminal pasted; its line ends are `\n`, and they never press a button.
    case paste(String)
    /// A click or a turn of the wheel; there are none unless the mouse was asked for.
    case mouse(MouseEvent)
    /// An arrow.
    case up, down, left, right
    /// A movement key.
    case home, end, pageUp, pageDown
    /// An editing key.
    case enter, escape, tab, backTab, backspace, delete, insert

    /// A key from the name that `description` gives it: `x`, `Space`, `^F`, `F2`, `PgDn`, `Enter`; nil when
    /// there is no such key.
    public init?(_ name: String) {
        let scalars = Array(name.unicodeScalars)
        if scalars.count == 1, let scalar = scalars.first {
            self = .character(scalar)
            return
        }
        if let named = Key.names.first(where: { $0.name == name }) {
            self = named.key
            return
        }
        if scalars.count == 2, scalars[0] == "^" {
            self = .control(scalars[1].properties.lowercaseMapping.unicodeScalars.first ?? scalars[1])
            return
        }
        guard scalars.first == "F", let number = Int(name.dropFirst()), (1...63).contains(number) else {
            return nil
        }
        self = .function(number)
    }

    static let names: [(key: Key, name: String)] = [
        (.up, "Up"), (.down, "Down"), (.left, "Left"), (.right, "Right"),
        (.home, "Home"), (.end, "End"), (.pageUp, "PgUp"), (.pageDown, "PgDn"),
        (.enter, "Enter"), (.escape, "Esc"), (.tab, "Tab"), (.backTab, "Shift-Tab"),
        (.backspace, "Backspace"), (.delete, "Delete"), (.insert, "Insert"),
        (.character(" "), "Space"),
    ]
}

extension Key: CustomStringConvertible {
    /// The key's name as key bars and help show it.
    public var description: String {
        if let named = Key.names.first(where: { $0.key == self }) { return named.name }
        switch self {
        case .character(let scalar): return String(Character(scalar))
        case .control(let scalar):
            return "^" + scalar.properties.uppercaseMapping
        case .function(let number): return "F\(number)"
        case .mouse(let event): return "\(event)"
        case .paste(let text): return "Paste(\(text.utf8.count))"
        default: return "?"
        }
    }
}

extension Key: ExpressibleByUnicodeScalarLiteral {
    /// A typed character: `"q"`.
    public init(unicodeScalarLiteral value: Unicode.Scalar) {
        self = .character(value)
    }
}
