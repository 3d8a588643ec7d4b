internal import CNcurses
public import Cells
internal import Glibc

/// How the screen is opened.
public nonisolated struct ScreenOptions: Hashable, Sendable {
    /// Whether colours may be used (`--no-color`, `NO_COLOR`).
    public var usesColour = true
    /// Only ASCII on the screen (`--ascii`), whatever the locale.
    public var ascii = false
    /// Milliseconds after which Esc is a key of its own; nil takes `$ESCDELAY`, else 50 over SSH, else 25.
    public var escapeDelay: Int?
    /// Whether standard output and error are captured while the screen is ours.
    public var capturesOutput = true
    /// The descriptor to read keys from.
    public var input: Int32 = 0
    /// The descriptor of the terminal to draw on.
    public var output: Int32 = 1

    /// The usual options.
    public init() {}
}

/// What drawing a grid came to.
public nonisolated enum FrameOutcome: Hashable, Sendable {
    /// The terminal shows it, or will when it takes the rest.
    case drawn
    /// Nothing had changed: nothing was written.
    case unchanged
    /// The terminal hasn't taken the last frame yet; this one was skipped (LAG).
    case skipped
    /// The terminal is gone.
    case gone
}

/// The terminal while it is ours: draws grids, reads keys, and is given back on every way out.
///
/// One at a time, on the main thread: ncurses keeps global state.
public final class Screen {
    /// Columns and rows.
    public private(set) var size: Size
    /// How many colours it shows.
    public let depth: ColourDepth
    /// Which glyphs it can show; make grids with these.
    public let glyphs: Glyphs
    /// What the operator should know about how the screen was opened, as one sentence; nil for nothing.
    public let note: String?
    /// Whether the terminal was lost: nothing will be drawn or read any more.
    public private(set) var isGone = false
    /// The terminal's descriptor, for a loop of the caller's own.
    public var descriptor: Int32 { line.descriptor }
    /// All bytes written to the terminal.
    public var bytesSent: Int { writer.bytesSent }
    /// All `write` calls to the terminal.
    public var writes: Int { writer.writes }
    /// Whether a frame waits for the terminal to take it.
    public var isBusy: Bool { writer.isBusy }
    /// Text that something printed while the screen was ours; nil when it isn't captured.
    public let capture: OutputCapture?

    let line: TerminalLine
    let writer: FrameWriter
    private let keys: KeyReader
    private var painter: Painter
    private let enterBytes: [UInt8]
    private let restoreBytes: [UInt8]
    private(set) var isOurs = false
    private var usesMouse = false

    /// Opens the terminal and shows an empty screen.
    public init(_ options: ScreenOptions = ScreenOptions()) throws(TerminalError) {
        line = try TerminalLine(input: options.input, output: options.output)
        let isUTF8 = Screen.setLocale()
        glyphs = options.ascii || !isUTF8 ? .ascii : .unicode
        writer = try FrameWriter(terminal: line.descriptor)
        note = try Screen.open(writer: writer, line: line)
        set_escdelay(Int32(options.escapeDelay ?? Screen.usualEscapeDelay))
        rg_default_signals()
        depth = Screen.startColours(wanted: options.usesColour)
        raw()
        noecho()
        nonl()
        guard let reader = KeyReader() else { throw .failed(what: "reading keys", code: ENOMEM) }
        keys = reader
        painter = Painter(depth: depth)
        enterBytes = Screen.capabilities(["smcup", "civis", "smkx"]) + KeyReader.pasteOn
        restoreBytes =
            KeyReader.pasteOff + Screen.mouseOff
            + Screen.capabilities(["sgr0", "op", "rmkx", "cnorm", "rmcup"]) + Array("\r".utf8)
        let found = line.size ?? Screen.describedSize
        size = Size(width: found.columns, height: found.rows)
        resize_term(Int32(size.height), Int32(size.width))
        leaveok(rg_stdscr(), true)
        capture = options.capturesOutput ? OutputCapture() : nil
        try enter(first: true)
    }

    /// Draws a grid; only what differs from the last one is written, with one `write`.
    public func draw(_ grid: CellGrid, theme: Theme) -> FrameOutcome {
        guard !isGone, isOurs else { return .gone }
        if writer.isBusy {
            switch flush() {
            case .sent: break
            case .waiting: return .skipped
            case .gone: return .gone
            }
        }
        guard painter.paint(grid, theme: theme) else { return .unchanged }
        return finish(writer.send()) == .gone ? .gone : .drawn
    }

    /// Makes the next drawing a full repaint (`^L`, after a resize or a suspension).
    public func invalidate() { painter.invalidate() }

    /// Sends what the terminal has not taken yet.
    @discardableResult
    func flush() -> FrameWriter.Outcome { finish(writer.flush()) }

    /// Reads all keys that have arrived; never waits longer than the escape delay.
    public func readKeys() -> [Key] {
        guard !isGone, isOurs else { return [] }
        let read = keys.read(now: MonotonicClock.milliseconds)
        // ncurses may have asked for application keys with the first read.
        if !writer.isBusy { _ = finish(writer.send()) }
        return read
    }

    /// Sends bytes that belong to no frame.
    func send(_ bytes: [UInt8]) {
        guard !isGone, isOurs else { return }
        _ = finish(writer.send(adding: bytes))
    }

    /// Asks the terminal for its size; true when it has changed. Then draw a grid of the new size.
    public func checkSize() -> Bool {
        guard !isGone, let found = line.size else { return false }
        let now = Size(width: found.columns, height: found.rows)
        guard now != size else { return false }
        size = now
        resize_term(Int32(now.height), Int32(now.width))
        writer.recording?.resize(columns: now.width, rows: now.height)
        painter.invalidate()
        return true
    }

    /// Takes the mouse from the terminal, so that clicks and the wheel come as keys, or gives it back. It is given back
    /// on every way out as well, and taken again by `resume`.
    public func useMouse(_ isOn: Bool) {
        guard isOn != usesMouse else { return }
        usesMouse = isOn
        send(isOn ? Screen.mouseOn : Screen.mouseOff)
    }

    /// Marks the terminal as lost: the descriptor reported it, or reading did.
    public func markGone() { isGone = true }

    /// Gives the terminal back, exactly as it was found; does nothing the second time.
    ///
    /// - Returns: what was printed meanwhile and not read yet.
    @discardableResult
    public func restore() -> [String] {
        guard isOurs else { return [] }
        isOurs = false
        writer.discard()
        CrashRestore.restore()
        line.releaseFlags()
        let lines = capture?.readLines(flushing: true) ?? []
        CrashRestore.remember(output: -1, error: -1)
        capture?.stop()
        return lines
    }

    /// Gives the terminal back and closes it: from now on nothing of this process keeps it open, and nothing can be
    /// drawn any more. For a program that goes on without its terminal.
    public func release() {
        restore()
        isGone = true
        line.release()
        capture?.close()
    }

    /// Takes the terminal again after `restore` (a suspension) and repaints.
    public func resume() throws(TerminalError) {
        guard !isOurs, !isGone, line.isForeground else { return }
        capture?.start()
        try enter(first: false)
        _ = checkSize()
        painter.invalidate()
    }

    private func enter(first: Bool) throws(TerminalError) {
        if let capture { CrashRestore.remember(output: capture.savedOutput, error: capture.savedError) }
        CrashRestore.arm(terminal: line.descriptor, modes: line.foundModes, restore: restoreBytes)
        isOurs = true
        do throws(TerminalError) {
            try line.enterRawMode()
        } catch {
            restore()
            throw error
        }
        guard first else {
            let mouse = usesMouse ? Screen.mouseOn : []
            _ = finish(writer.send(adding: enterBytes + mouse + Screen.scrollRegion(rows: size.height)))
            return
        }
        curs_set(0)
        wrefresh(rg_stdscr())
        let region = Screen.scrollRegion(rows: size.height)
        _ = finish(writer.send(adding: region + KeyReader.pasteOn))
        painter.invalidate()
    }

    private func finish(_ outcome: FrameWriter.Outcome) -> FrameWriter.Outcome {
        if outcome == .gone { isGone = true }
        return outcome
    }
}
