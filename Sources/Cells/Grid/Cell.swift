/// One cell of the screen: a glyph of at most one base and two combining marks, and what it means.
///
/// Twelve bytes, so that two screens are compared by memory. A wide glyph fills two cells: the
/// first holds it, the second is `isTail` and empty.
public struct Cell: Hashable, Sendable, BitwiseCopyable {
    private var base: UInt32
    private var mark1: UInt16
    private var mark2: UInt16
    /// What the cell means.
    public internal(set) var role: Role
    private var overlayNumber: UInt8
    private var shape: Shape

    private enum Shape: UInt8, BitwiseCopyable {
        case narrow, wide, tail
    }

    private static let noOverlay: UInt8 = 0xFF

    /// A cell of one column.
    init(_ scalar: Unicode.Scalar, role: Role) {
        base = scalar.value
        mark1 = 0
        mark2 = 0
        self.role = role
        overlayNumber = Cell.noOverlay
        shape = .narrow
    }

    /// A blank.
    public static func blank(_ role: Role) -> Cell { Cell(" ", role: role) }

    /// The two halves of a wide glyph.
    static func wide(_ scalar: Unicode.Scalar, role: Role) -> (Cell, Cell) {
        var head = Cell(scalar, role: role)
        head.shape = .wide
        var tail = Cell(" ", role: role)
        tail.shape = .tail
        return (head, tail)
    }

    /// Puts a combining mark on the glyph; false when two are there already.
    mutating func combine(_ mark: Unicode.Scalar) -> Bool {
        guard let small = UInt16(exactly: mark.value) else { return false }
        if mark1 == 0 {
            mark1 = small
        } else if mark2 == 0 {
            mark2 = small
        } else {
            return false
        }
        return true
    }

    /// The glyph's base; a space in a blank and in the second half of a wide glyph.
    public var scalar: Unicode.Scalar { Unicode.Scalar(base) ?? " " }

    /// The glyph's combining marks, at most two.
    public var marks: [Unicode.Scalar] {
        if mark1 == 0 { return [] }
        return [mark1, mark2].filter { $0 != 0 }.compactMap { Unicode.Scalar(UInt32($0)) }
    }

    /// Whether this is the first half of a wide glyph.
    public var isWide: Bool { shape == .wide }
    /// Whether this is the second half of a wide glyph.
    public var isTail: Bool { shape == .tail }

    /// What lies over the cell (`row.cursor`, `row.mark`, ...): its background wins, its attributes
    /// are added, its foreground wins unless it is the terminal's default.
    public internal(set) var overlay: Role? {
        get { Role(rawValue: overlayNumber) }
        set { overlayNumber = newValue?.rawValue ?? Cell.noOverlay }
    }

    /// The role that golden screens show: the overlay's over plain row text, else the cell's own.
    public var shownRole: Role {
        guard let overlay else { return role }
        switch role {
        case .text, .tableRow, .tableRowAlt: return overlay
        default: return role
        }
    }
}
