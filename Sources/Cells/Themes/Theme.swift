/// How every role looks, as a value.
///
/// A role that the theme does not mention looks like its parent; a style that leaves a colour out
/// takes that of the surface it lies on. So every role resolves at every depth.
public struct Theme: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// The backgrounds it is made for.
    public let variant: Variant
    /// One line about it.
    public let summary: String
    /// The contrast it promises between text and background (WCAG ratio).
    public let contrast: Double
    /// The kinds of colour vision for which its states stay apart.
    public let vision: [ColourVision]
    /// The glyphs it asks for; nil takes those that the terminal can show. Only `ascii` can be asked for.
    public let glyphs: Glyphs?
    /// What it says about roles, by `Role.rawValue`; nil where it says nothing.
    let styles: [RoleStyle?]

    /// The backgrounds a theme is made for.
    public enum Variant: String, Hashable, Sendable, CaseIterable {
        /// Dark ones.
        case dark
        /// Light ones.
        case light
        /// Any: it uses the terminal's own colours.
        case any
    }

    /// The role's own style in this theme, without its parents'.
    public func ownStyle(_ role: Role) -> RoleStyle? { styles[Int(role.rawValue)] }

    /// How a role looks at a depth, perhaps with another role laid over it (`Cell.overlay`).
    ///
    /// A role with a background of its own (a badge) keeps its colours under an overlay. Black text
    /// is never bold: many terminals show bold black as grey.
    public func style(_ role: Role, over overlay: Role? = nil, depth: ColourDepth) -> ResolvedStyle {
        var result = resolve(role, depth: depth)
        if let overlay { lay(overlay, over: &result, hasGround(role, depth), depth) }
        if result.foreground == .index(0) { result.attributes.remove(.bold) }
        return result
    }

    private func lay(
        _ overlay: Role,
        over result: inout ResolvedStyle,
        _ keepsColours: Bool,
        _ depth: ColourDepth,
    ) {
        guard let style = nearestOverlayStyle(overlay)?.style(at: depth) else { return }
        if keepsColours, depth != .mono {
            result.attributes.formUnion(style.attributes.subtracting(.reverse))
            return
        }
        result.attributes.formUnion(style.attributes)
        if let foreground = style.foreground, foreground != .terminal {
            result.setForeground(foreground, depth: depth)
        }
        if let background = style.background { result.setBackground(background, depth: depth) }
    }

    /// Whether the role, or the one it falls back to, brings its own background.
    private func hasGround(_ role: Role, _ depth: ColourDepth) -> Bool {
        var current: Role? = role
        while let candidate = current, candidate != .tableRow, candidate != .text {
            if let own = styles[Int(candidate.rawValue)] {
                let background = own.style(at: depth).background
                return background != nil && background != .terminal
            }
            current = candidate.parent
        }
        return false
    }

    private func resolve(_ role: Role, depth: ColourDepth) -> ResolvedStyle {
        guard let own = styles[Int(role.rawValue)] else {
            return role.parent.map { resolve($0, depth: depth) } ?? ResolvedStyle()
        }
        let style = own.style(at: depth)
        var result = ResolvedStyle()
        if style.foreground == nil || style.background == nil, let surface = role.surface {
            let inherited = resolve(surface, depth: depth)
            result.foreground = inherited.foreground
            result.background = inherited.background
        }
        result.attributes = style.attributes
        if let foreground = style.foreground { result.setForeground(foreground, depth: depth) }
        if let background = style.background { result.setBackground(background, depth: depth) }
        return result
    }

    /// An overlay's style: its own or that of a parent which is an overlay itself. What plain rows
    /// look like never lies over anything.
    private func nearestOverlayStyle(_ role: Role) -> RoleStyle? {
        var current: Role? = role
        while let candidate = current, candidate != .tableRow, candidate != .text {
            if let style = styles[Int(candidate.rawValue)] { return style }
            current = candidate.parent
        }
        return nil
    }
}

extension Theme {
    /// What is used when no theme can be read: attributes only.
    public static let bare: Theme = {
        let lines = [
            ("name", "bare"), ("variant", "any"), ("summary", "no theme could be read"),
            ("text.dim", "dim"), ("text.strong", "bold"), ("bar.title", "reverse"),
            ("row.cursor", "reverse"), ("row.mark", "bold"), ("row.gone", "dim"),
            ("frame.focus", "bold"), ("dialog.title", "bold"), ("button.danger", "reverse bold"),
            ("state.warn", "bold"), ("state.late", "underline"), ("state.auth", "bold underline"),
            ("state.fail", "reverse"), ("state.unreg", "dim"), ("state.unknown", "dim underline"),
        ]
        let entries = lines.enumerated().map {
            ThemeEntry(key: $0.element.0, value: $0.element.1, line: $0.offset + 1)
        }
        return ThemeDefinition(entries: entries).theme(inheriting: []).theme
    }()
}
