/// How many colours a terminal shows.
public enum ColourDepth: Int, CaseIterable, Comparable, Hashable, Sendable, BitwiseCopyable {
    /// None: attributes only.
    case mono
    /// The dark eight.
    case c8
    /// The terminal's own 16.
    case c16
    /// The 256.
    case c256
    /// All.
    case direct

    /// Fewer colours first.
    public static func < (a: ColourDepth, b: ColourDepth) -> Bool { a.rawValue < b.rawValue }
}

/// How glyphs are set apart without colour.
public struct Attributes: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// The attributes as bits.
    public let rawValue: UInt8

    /// Attributes from bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Heavier, on some terminals brighter.
    public static let bold = Attributes(rawValue: 1)
    /// Fainter.
    public static let dim = Attributes(rawValue: 2)
    /// Underlined.
    public static let underline = Attributes(rawValue: 4)
    /// Text and background exchanged.
    public static let reverse = Attributes(rawValue: 8)

    static let names: [(String, Attributes)] = [
        ("bold", .bold), ("dim", .dim), ("underline", .underline), ("reverse", .reverse),
    ]
}

/// A style as a theme writes it; colours it does not name come from the role's surface.
public struct Style: Hashable, Sendable {
    /// The text colour; nil takes the surface's.
    public var foreground: Colour?
    /// The background; nil takes the surface's.
    public var background: Colour?
    /// The attributes; never those of another role.
    public var attributes: Attributes

    /// A style.
    public init(foreground: Colour? = nil, background: Colour? = nil, attributes: Attributes = []) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }

    /// Whether both colours can be shown with 16 as the theme wants them.
    var hasNames: Bool { (foreground?.hasName ?? true) && (background?.hasName ?? true) }
}

/// A role's style in a theme, with what stands for it where its colours cannot be shown.
public struct RoleStyle: Hashable, Sendable {
    /// The style.
    public var full: Style
    /// After the first `|`: instead of a style whose colours have no 16-colour name, where fewer than 256
    /// colours are there; and in mono.
    public var fallback: Style?
    /// After the second `|`: in mono.
    public var mono: Style?

    /// The style for a depth, as written.
    func style(at depth: ColourDepth) -> Style {
        switch depth {
        case .direct, .c256: return full
        case .c16, .c8: return full.hasNames ? full : fallback ?? full
        case .mono: return mono ?? fallback ?? full
        }
    }
}

/// A colour as the terminal is told it.
public enum Paint: Hashable, Sendable, BitwiseCopyable {
    /// The terminal's own.
    case terminal
    /// By index.
    case index(UInt8)
    /// By value.
    case rgb(RGB)

    /// What it looks like, nominally; nil for the terminal's own.
    public var nominal: RGB? {
        switch self {
        case .terminal: nil
        case .index(let index): Palette256.colours[Int(index)]
        case .rgb(let colour): colour
        }
    }
}

/// A style as the terminal is told it.
public struct ResolvedStyle: Hashable, Sendable, BitwiseCopyable {
    /// The text colour.
    public var foreground: Paint
    /// The background.
    public var background: Paint
    /// The attributes.
    public var attributes: Attributes

    /// A style.
    public init(foreground: Paint = .terminal, background: Paint = .terminal, attributes: Attributes = []) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }

    mutating func setForeground(_ colour: Colour, depth: ColourDepth) {
        switch (depth, colour) {
        case (.mono, _), (_, .terminal):
            foreground = .terminal
        case (.direct, .exact(let rgb, _, _)):
            foreground = .rgb(rgb)
        case (.c256, .exact(_, let index, _)):
            foreground = .index(index)
        case (_, .exact(let rgb, _, let name)):
            setForeground(name ?? Palette256.nearestName(to: rgb), depth: depth)
        case (_, .named(let name)):
            setForeground(name, depth: depth)
        }
    }

    /// The bright eight exist by index only with 16 or 256 colours; elsewhere bold or dim stand for them.
    private mutating func setForeground(_ name: NamedColour, depth: ColourDepth) {
        if depth == .c16 || depth == .c256 || !name.isBright {
            foreground = .index(name.rawValue)
        } else if name == .brightBlack {
            foreground = .terminal
            attributes.insert(.dim)
        } else {
            foreground = .index(name.dark.rawValue)
            attributes.insert(.bold)
        }
    }

    mutating func setBackground(_ colour: Colour, depth: ColourDepth) {
        switch (depth, colour) {
        case (.mono, _), (_, .terminal):
            background = .terminal
        case (.direct, .exact(let rgb, _, _)):
            background = .rgb(rgb)
        case (.c256, .exact(_, let index, _)):
            background = .index(index)
        case (_, .exact(let rgb, _, let name)):
            let shown = name ?? Palette256.nearestName(to: rgb)
            background = .index(depth == .c16 ? shown.rawValue : shown.dark.rawValue)
        case (_, .named(let name)):
            let keeps = depth == .c16 || depth == .c256
            background = .index(keeps ? name.rawValue : name.dark.rawValue)
        }
    }
}
