/// Why the console can't have the terminal; each is one sentence that says what to do.
public nonisolated enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Standard input or output is no terminal.
    case notATerminal(which: String)
    /// TERM is not set.
    case noTerminalType
    /// The terminal can't place its cursor.
    case tooDumb(type: String)
    /// No description of the terminal, and no stand-in either.
    case unknownType(type: String)
    /// A system call failed.
    case failed(what: String, code: Int32)

    /// The sentence.
    public var description: String {
        switch self {
        case .notATerminal(let which):
            "\(which) is not a terminal; run regtop in one, `regtop --plain` for lines without a screen, "
                + "or `regtop serve` for a registrar that shows nothing."
        case .noTerminalType:
            "TERM is not set; set it to your terminal's name, e.g. `TERM=xterm-256color regtop`, "
                + "or run `regtop --plain`, which needs no screen."
        case .tooDumb(let type):
            "TERM=\(type) can't place a cursor; set TERM to what your terminal is, "
                + "or run `regtop --plain` for lines without a screen."
        case .unknownType(let type):
            "this machine knows no terminal called \(type); copy its description from yours with "
                + "`infocmp -x | ssh HOST tic -x -`, or try `TERM=xterm-256color regtop`."
        case .failed(let what, let code):
            "\(what) failed (error \(code)); try again in another terminal."
        }
    }
}
