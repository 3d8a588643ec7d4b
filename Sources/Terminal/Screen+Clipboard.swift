internal import FoundationEssentials

extension Screen {
    /// Bytes of text at most: 87,384 as Base64, within the 100,000 of a control sequence that terminals take.
    public static let clipboardLimit = 65_536

    /// Asks the terminal to put a text on its clipboard (OSC 52). Whether it does is not known: many don't, or ask
    /// first. Nothing is ever read from the clipboard. As Base64, nothing of the text is a control sequence; it goes
    /// out between two frames, and is in no recording.
    ///
    /// - Returns: false for a text that is too long, and where the terminal is gone.
    @discardableResult
    public func copy(_ text: String) -> Bool {
        guard !isGone, isOurs, text.utf8.count <= Self.clipboardLimit else { return false }
        let isScreen = Self.isGNUScreen(
            type: Self.environment("TERM") ?? "",
            hasSTY: Self.environment("STY") != nil,
            hasTMUX: Self.environment("TMUX") != nil
        )
        send(Self.clipboardBytes(Array(text.utf8), throughScreen: isScreen))
        return !isGone
    }

    /// GNU Screen is between us and the terminal, or may be: over SSH a TERM of `screen…` is all that is left to
    /// know it by, and older tmux calls itself so as well.
    static func isGNUScreen(type: String, hasSTY: Bool, hasTMUX: Bool) -> Bool {
        hasSTY || !hasTMUX && type.hasPrefix("screen")
    }

    /// Characters of Base64 that go into one string for GNU Screen, which takes a few hundred bytes of each.
    private static let chunk = 76
    /// A sequence that older GNU Screen takes as a whole; of a longer one it would print the rest.
    private static let shortest = 700

    /// The sequence, and for GNU Screen the same in pieces, each in a string that it hands through (DCS); tmux drops
    /// those, so that a short text is sent in both ways.
    static func clipboardBytes(_ text: [UInt8], throughScreen: Bool) -> [UInt8] {
        let base64 = Array(Data(text).base64EncodedString().utf8)
        let begin = Array("\u{1b}]52;c;".utf8)
        let whole = begin + base64 + [0x07]
        guard throughScreen else { return whole }
        let (open, close) = (Array("\u{1b}P".utf8), Array("\u{1b}\\".utf8))
        var bytes = whole.count <= shortest ? whole : []
        bytes += open + begin
        var rest = base64[...]
        while rest.count > chunk {
            bytes += rest.prefix(chunk) + close + open
            rest = rest.dropFirst(chunk)
        }
        return bytes + rest + [0x07] + close
    }
}
