/// The set of line, bar and sparkline glyphs a screen may use.
public enum Glyphs: Hashable, Sendable, BitwiseCopyable {
    /// Only ASCII: for terminals and locales without UTF-8, and for `--ascii`. Text on such a grid
    /// is escaped to ASCII as well.
    case ascii
    /// Box and block characters.
    case unicode

    private func pick(_ ascii: Unicode.Scalar, _ unicode: Unicode.Scalar) -> Unicode.Scalar {
        self == .ascii ? ascii : unicode
    }

    /// A horizontal line.
    public var horizontal: Unicode.Scalar { pick("-", "─") }
    /// A vertical line.
    public var vertical: Unicode.Scalar { pick("|", "│") }
    /// The upper left corner.
    public var topLeft: Unicode.Scalar { pick("+", "┌") }
    /// The upper right corner.
    public var topRight: Unicode.Scalar { pick("+", "┐") }
    /// The lower left corner.
    public var bottomLeft: Unicode.Scalar { pick("+", "└") }
    /// The lower right corner.
    public var bottomRight: Unicode.Scalar { pick("+", "┘") }
    /// A tee from the left side of a box.
    public var teeLeft: Unicode.Scalar { pick("+", "├") }
    /// A tee into the right side of a box.
    public var teeRight: Unicode.Scalar { pick("+", "┤") }
    /// A tee hanging from a horizontal line.
    public var teeDown: Unicode.Scalar { pick("+", "┬") }
    /// A tee standing on a horizontal line.
    public var teeUp: Unicode.Scalar { pick("+", "┴") }
    /// A crossing.
    public var cross: Unicode.Scalar { pick("+", "┼") }
    /// A full step of a bar.
    public var barFull: Unicode.Scalar { pick("|", "■") }
    /// An empty step of a bar.
    public var barEmpty: Unicode.Scalar { pick(".", "·") }
    /// A solid block (histograms).
    public var block: Unicode.Scalar { pick("#", "█") }
    /// Sorted upwards.
    public var sortUp: Unicode.Scalar { pick("^", "▴") }
    /// Sorted downwards.
    public var sortDown: Unicode.Scalar { pick("v", "▾") }
    /// The movable part of a scroll bar.
    public var scrollThumb: Unicode.Scalar { pick("#", "█") }
    /// The track of a scroll bar.
    public var scrollTrack: Unicode.Scalar { pick("|", "│") }
    /// The head of an arrow to the right.
    public var arrowRight: Unicode.Scalar { pick(">", "►") }
    /// The head of an arrow to the left.
    public var arrowLeft: Unicode.Scalar { pick("<", "◄") }
    /// The row under the cursor.
    public var cursor: Unicode.Scalar { pick(">", "▸") }
    /// A marked row.
    public var mark: Unicode.Scalar { pick("*", "•") }
    /// A separator between words of a line.
    public var dot: Unicode.Scalar { pick("-", "·") }

    /// The levels of a sparkline, lowest first.
    public var sparkLevels: [Unicode.Scalar] {
        switch self {
        case .ascii: [".", ":", "-", "=", "+", "*", "#", "%", "@"]
        case .unicode: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        }
    }
}
