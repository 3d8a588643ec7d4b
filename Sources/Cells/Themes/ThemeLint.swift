/// Looks for what makes a theme hard to read.
public enum ThemeLint {
    /// Roles that stand for a state: they must stay apart whatever the terminal and the eye.
    public static let states: [Role] = [
        .stateOK, .stateWarn, .stateLate, .stateFail, .stateAuth, .stateUnreg, .stateUnknown,
    ]

    /// Roles that appear in rows, in those of help and of boxes too, hence under the cursor and under marks.
    static let rowRoles: [Role] =
        [.text, .textDim, .textStrong, .textLink, .tableRow, .tableRowAlt, .sipBad, .hintKey, .dialog]
        + states + [.expiryFull, .expiryMid, .expiryLow, .expiryOver]
        + [.flowRequest, .flowReplyOK, .flowReplyAuth, .flowReplyFail, .flowRetrans, .flowTime]
        + [.verdictOK, .verdictBad, .secAttack, .secSelfheal, .secCalm]

    static let overlays: [Role] = [.rowCursor, .rowMark, .rowGone]

    /// Lines, bars and levels: shapes need less contrast than text (WCAG 1.4.11).
    static let shapes: Set<Role> = [.frame, .scrollBar, .rateLow, .rateMid, .rateHigh]

    /// The difference in Oklab below which two states look alike to hurried eyes.
    static let leastDifference = 7.0

    /// All that is wrong with a theme; empty when nothing is.
    ///
    /// - Parameter words: the word shown with a state, where it is known: two states may look alike
    ///   in mono when their words differ.
    public static func check(_ theme: Theme, words: [Role: String] = [:]) -> [ThemeProblem] {
        var found: [String] = []
        for role in Role.allCases { found += ownStyle(of: role, in: theme) }
        for depth in ColourDepth.allCases {
            found += contrast(of: theme, at: depth)
            found += mustDiffer(in: theme, at: depth, words: words)
        }
        for vision in theme.vision {
            found += alike(to: vision, in: theme, at: .direct)
            found += alike(to: vision, in: theme, at: .c256)
        }
        var seen: Set<String> = []
        return found.filter { seen.insert($0).inserted }
            .map { ThemeProblem(theme: theme.name, line: nil, sentence: $0) }
    }

    private static func ownStyle(of role: Role, in theme: Theme) -> [String] {
        guard let own = theme.ownStyle(role) else { return [] }
        var found: [String] = []
        for style in [own.full, own.fallback, own.mono].compactMap({ $0 })
        where style.background != nil && style.background != .terminal && style.foreground == nil {
            found.append("\(role.name) sets only a background; name the text colour as well.")
        }
        if !own.full.hasNames, own.fallback?.hasNames != true {
            found.append("\(role.name) has no 16-colour name; add one, or a style after \"|\".")
        }
        return found
    }

    private static func mustDiffer(
        in theme: Theme,
        at depth: ColourDepth,
        words: [Role: String],
    ) -> [String] {
        var found: [String] = []
        func look(_ role: Role, over overlay: Role? = nil) -> ResolvedStyle {
            theme.style(role, over: overlay, depth: depth)
        }
        if look(.tableRow) == look(.tableRow, over: .rowCursor) {
            found.append("row.cursor looks like any other row at depth \(depth); add reverse.")
        }
        for focused in [Role.buttonFocus, .buttonDanger] where look(focused) == look(.button) {
            found.append("\(focused.name) looks like button at depth \(depth); add reverse.")
        }
        for (index, one) in states.enumerated() {
            for other in states[(index + 1)...] where look(one) == look(other) {
                if let word = words[one], let second = words[other], word != second { continue }
                found.append("\(one.name) and \(other.name) look the same at depth \(depth).")
            }
        }
        return found
    }

    private static func alike(
        to vision: ColourVision,
        in theme: Theme,
        at depth: ColourDepth,
    ) -> [String] {
        var found: [String] = []
        for (index, one) in states.enumerated() {
            for other in states[(index + 1)...] {
                let a = theme.style(one, depth: depth)
                let b = theme.style(other, depth: depth)
                guard
                    a.attributes.symmetricDifference(b.attributes).isDisjoint(with: [.reverse, .underline]),
                    let first = ground(a, theme, depth), let second = ground(b, theme, depth)
                else { continue }
                let difference = max(
                    vision.seen(first.text).difference(from: vision.seen(second.text)),
                    vision.seen(first.back).difference(from: vision.seen(second.back)),
                )
                guard difference < leastDifference else { continue }
                found.append(
                    "\(one.name) and \(other.name) look alike with \(vision.rawValue) "
                        + "(\(rounded(difference)) apart, \(rounded(leastDifference)) needed).",
                )
            }
        }
        return found
    }
}

extension ThemeLint {
    /// Text and background of a style as they are nominally seen; nil where nobody can know, since
    /// the terminal's own colours take part.
    static func ground(
        _ style: ResolvedStyle,
        _ theme: Theme,
        _ depth: ColourDepth,
    ) -> (text: RGB, back: RGB)? {
        let assumed: (text: RGB, back: RGB)? =
            switch theme.variant {
            case .dark: (RGB(0xD0, 0xD0, 0xD0), RGB(0x1C, 0x1C, 0x1C))
            case .light: (RGB(0x26, 0x26, 0x26), RGB(0xFA, 0xFA, 0xFA))
            case .any: nil
            }
        guard let text = foreground(of: style, depth) ?? assumed?.text,
            let back = style.background.nominal ?? assumed?.back
        else { return nil }
        return style.attributes.contains(.reverse) ? (back, text) : (text, back)
    }

    /// Terminals of eight colours show bold ones bright.
    private static func foreground(of style: ResolvedStyle, _ depth: ColourDepth) -> RGB? {
        if depth == .c8, style.attributes.contains(.bold), case .index(let index) = style.foreground {
            return NamedColour(rawValue: index | 8)?.nominal
        }
        return style.foreground.nominal
    }

    static func contrast(of theme: Theme, at depth: ColourDepth) -> [String] {
        guard depth != .mono else { return [] }
        var found: [String] = []
        for role in Role.allCases where !overlays.contains(role) {
            found += contrast(theme.style(role, depth: depth), role, nil, theme, depth)
        }
        for role in rowRoles {
            for overlay in overlays {
                let style = theme.style(role, over: overlay, depth: depth)
                found += contrast(style, role, overlay, theme, depth)
            }
        }
        return found
    }

    private static func contrast(
        _ style: ResolvedStyle,
        _ role: Role,
        _ overlay: Role?,
        _ theme: Theme,
        _ depth: ColourDepth,
    ) -> [String] {
        let place = role.name + (overlay.map { " under \($0.name)" } ?? "")
        guard let ground = ground(style, theme, depth) else {
            return unknownGround(style, place)
        }
        // With 16 colours the palette is the operator's: what can be promised is the usual 4.5.
        if style.foreground == .terminal, style.background != .terminal {
            return ["\(place) puts the terminal's own text colour on a colour; name the text colour too."]
        }
        let promised = depth >= .c256 ? theme.contrast : min(theme.contrast, 4.5)
        let least = shapes.contains(role) ? min(3, promised) : promised
        let ratio = LinearRGB(ground.text).contrast(with: LinearRGB(ground.back))
        guard ratio < least else { return [] }
        return [
            "\(place) has a contrast of \(rounded(ratio)) at depth \(depth); \(rounded(least)) is needed."
        ]
    }

    /// A theme for any background: the terminal's own colours must be used in pairs that hold on
    /// light and dark ones.
    private static func unknownGround(_ style: ResolvedStyle, _ place: String) -> [String] {
        switch (style.foreground, style.background) {
        case (.terminal, .terminal): return []
        case (.terminal, _):
            return ["\(place) puts the terminal's own text colour on a colour; name the text colour too."]
        case (.index(let index), .terminal) where [1, 2, 4, 5, 6].contains(index): return []
        default:
            return [
                "\(place) may vanish on a dark or a light background; use red, green, blue, magenta or cyan, or a pair with \"on\"."
            ]
        }
    }

    static func rounded(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded(.down))
        return "\(tenths / 10).\(tenths % 10)"
    }
}
