/// Which terminal descriptions to try.
nonisolated enum TerminalType {
    /// The names to try in order, the given one first.
    ///
    /// A machine one logs in to often doesn't know the newest terminals; most of them understand
    /// what an older relative does.
    static func candidates(for name: String) -> [String] {
        let relatives: [String] =
            if name.hasPrefix("tmux") || name.hasPrefix("screen") {
                ["screen-256color", "screen"]
            } else if name.hasPrefix("rxvt") {
                ["rxvt-256color", "rxvt", "xterm"]
            } else if name.hasPrefix("xterm-") || likeXterm.contains(where: name.hasPrefix) {
                ["xterm-256color", "xterm"]
            } else {
                []
            }
        var result = [name]
        for candidate in relatives + ["vt100"] where !result.contains(candidate) { result.append(candidate) }
        return result
    }

    private static let likeXterm = [
        "alacritty", "foot", "ghostty", "kitty", "wezterm", "contour", "st-", "vte",
    ]

    /// Names that say "nothing is known": no description is tried.
    static func isDumb(_ name: String) -> Bool { ["dumb", "unknown", "network", "emacs"].contains(name) }

    /// A capability's bytes without its padding (`$<5/>`): nobody waits for a terminal any more.
    static func withoutPadding(_ capability: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < capability.count {
            if capability[index] == UInt8(ascii: "$"), index + 1 < capability.count,
                capability[index + 1] == UInt8(ascii: "<"),
                let end = capability[index...].firstIndex(of: UInt8(ascii: ">"))
            {
                index = end + 1
            } else {
                result.append(capability[index])
                index += 1
            }
        }
        return result
    }
}
