internal import CNcurses
internal import Cells
internal import Glibc

extension Screen {
    /// Clicks and the wheel are reported, in decimal numbers (SGR), which have no largest column. Terminals that know no
    /// mouse ignore both.
    static let mouseOn = Array("\u{1b}[?1000h\u{1b}[?1006h".utf8)
    /// Every kind of mouse report off: harmless where none was on.
    static let mouseOff = Array("\u{1b}[?1000l\u{1b}[?1002l\u{1b}[?1006l".utf8)

    /// Esc's delay by the environment: over SSH the bytes of one key may arrive apart.
    static var usualEscapeDelay: Int {
        if let text = environment("ESCDELAY"), let number = Int(text), (0...5000).contains(number) {
            return number
        }
        return environment("SSH_CONNECTION") == nil ? 25 : 50
    }

    static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// Takes the operator's character set, nothing else of the locale (numbers and dates stay ours).
    ///
    /// - Returns: whether it is UTF-8. A locale that isn't installed here still says that the
    ///   terminal speaks UTF-8.
    static func setLocale() -> Bool {
        if setlocale(LC_CTYPE, "") == nil {
            let wanted = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") ?? ""
            let name = wanted.lowercased()
            if name.hasSuffix("utf-8") || name.hasSuffix("utf8") { setlocale(LC_CTYPE, "C.UTF-8") }
        }
        guard let codeset = nl_langinfo(Int32(CODESET)) else { return false }
        return String(cString: codeset) == "UTF-8"
    }

    /// Opens ncurses with the terminal's description, or a relative's.
    ///
    /// - Returns: a sentence about a relative, nil when the terminal is known.
    static func open(
        writer: FrameWriter,
        line: TerminalLine,
    ) throws(TerminalError) -> String? {
        guard let name = environment("TERM") else { throw .noTerminalType }
        let shown = SafeText(name, ascii: true).string
        guard !TerminalType.isDumb(name) else { throw .tooDumb(type: shown) }
        for candidate in TerminalType.candidates(for: name) {
            guard let handle = rg_newterm(candidate, writer.file, line.descriptor) else { continue }
            _ = set_term(handle)
            guard rg_capability("cup") != nil, rg_capability("clear") != nil else {
                throw .tooDumb(type: shown)
            }
            guard candidate != name else { return nil }
            return "this machine does not know the terminal \(shown): it is treated as \(candidate); "
                + "`infocmp -x | ssh HOST tic -x -` on your side teaches it"
        }
        throw .unknownType(type: shown)
    }

    /// Turns colours on as far as there are any.
    static func startColours(wanted: Bool) -> ColourDepth {
        guard wanted, has_colors(), start_color() == OK else { return .mono }
        use_default_colors()
        switch rg_colours() {
        case 0x100_0000...: return .direct
        case 256...: return .c256
        case 16...: return .c16
        case 8...: return .c8
        default: return .mono
        }
    }

    /// The bytes of the terminal's capabilities of these names, without padding.
    static func capabilities(_ names: [String]) -> [UInt8] {
        names.flatMap { name -> [UInt8] in
            guard let text = rg_capability(name) else { return [] }
            return TerminalType.withoutPadding(Array(String(cString: text).utf8))
        }
    }

    /// The bytes that make all rows scroll. ncurses opens with the rows of the terminal's
    /// description, since it can't ask a file in memory for its size.
    static func scrollRegion(rows: Int) -> [UInt8] {
        guard let text = rg_scroll_region(Int32(rows)) else { return [] }
        return TerminalType.withoutPadding(Array(String(cString: text).utf8))
    }

    /// The size that the terminal's description names, for one that cannot tell.
    static var describedSize: (columns: Int, rows: Int) {
        let columns = Int(tigetnum("cols"))
        let rows = Int(tigetnum("lines"))
        return (columns > 0 ? columns : 80, rows > 0 ? rows : 24)
    }
}

/// Time that only goes forward.
enum MonotonicClock {
    /// Milliseconds since some start.
    static var milliseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
