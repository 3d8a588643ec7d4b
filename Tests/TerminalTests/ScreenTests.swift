import CNcurses
import Cells
import Glibc
import Testing

@testable import Terminal

/// On a real pseudo-terminal: what only system calls can prove.
@Suite("The screen on a real terminal", .serialized)
struct ScreenTests {
    static func picture(_ size: Size, _ glyphs: Glyphs, seed: UInt64) -> CellGrid {
        var random = SeededGenerator(seed: seed)
        var grid = CellGrid(size: size, glyphs: glyphs)
        let texts = [
            "sip:alice@example.test", "日本語", "0:14", "e\u{301}x", "\u{1b}]0;PWN\u{7}", "Müller", "    ",
        ]
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            let point = Point(
                x: .random(in: -3..<size.width, using: &random),
                y: .random(in: 0..<size.height, using: &random),
            )
            let role = Role.allCases.randomElement(using: &random) ?? .text
            grid.put(texts.randomElement(using: &random) ?? "", at: point, role: role)
        }
        if Bool.random(using: &random) { grid.box(grid.bounds, title: "title") }
        if Bool.random(using: &random) { grid.overlay(grid.bounds.row(1), role: .rowCursor) }
        if Bool.random(using: &random) { grid.showCursor(at: Point(x: 1, y: 0)) }
        return grid
    }

    @Test(
        "After any run of pictures the terminal shows the last one",
        arguments: [
            ("xterm-256color", "C.UTF-8", ColourDepth.c256, Glyphs.unicode),
            ("xterm", "C.UTF-8", .c8, .unicode),
            ("tmux-256color", "C.UTF-8", .c256, .unicode),
            ("screen-256color", "C.UTF-8", .c256, .unicode),
            ("linux", "C", .c8, .ascii),
            ("vt100", "C", .mono, .ascii),
        ],
    )
    func contract(term: String, locale: String, depth: ColourDepth, glyphs: Glyphs) throws {
        for (columns, rows) in [(80, 24), (13, 5), (2, 2)] {
            let pty = try PseudoTerminal(columns: columns, rows: rows)
            let screen = try pty.open(term: term, locale: locale)
            defer { screen.restore() }
            #expect(screen.note == nil)
            #expect(screen.depth == depth)
            #expect(screen.glyphs == glyphs)
            #expect(screen.size == Size(width: columns, height: rows))
            var terminal = MiniTerminal(width: columns, height: rows)
            for seed in 1...40 {
                let grid = Self.picture(screen.size, screen.glyphs, seed: UInt64(seed))
                _ = screen.draw(grid, theme: .bare)
                terminal.take(pty.read(upTo: screen.bytesSent))
                #expect(terminal.text == grid.text, "\(term) \(columns)x\(rows), picture \(seed)")
            }
            #expect(terminal.unknown == [])
        }
    }

    @Test("Every glyph has the theme's ink, whatever a frame leaves out, and blanks show the same ground")
    func inks() throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        defer { screen.restore() }
        var terminal = MiniTerminal(width: 80, height: 24)
        let theme = Self.colourful
        let grounds = Set(Role.allCases.map { theme.style($0, depth: .c256).background })
        #expect(grounds == [.terminal, .index(4)])
        for seed in 1...40 {
            var grid = Self.picture(screen.size, screen.glyphs, seed: UInt64(seed))
            var random = SeededGenerator(seed: UInt64(seed))
            for y in 8..<20 {
                // Glyphs with gaps between them, each of another role.
                for (index, text) in ["one", " ", "two", "   ", "three", "     ", "four"].enumerated() {
                    let role = Role.allCases.randomElement(using: &random) ?? .text
                    grid.put(text, at: Point(x: index * 5 + y, y: y), role: role)
                }
                let gap = Int.random(in: 8..<40, using: &random)
                grid.put("a", at: Point(x: gap, y: y), role: .text)
                grid.put("  ", at: Point(x: gap + 1, y: y), role: Role.allCases[seed % Role.allCases.count])
                grid.put("b", at: Point(x: gap + 3, y: y), role: .text)
            }
            if seed % 7 == 0 { screen.invalidate() }
            _ = screen.draw(grid, theme: theme)
            terminal.take(pty.read(upTo: screen.bytesSent))
            var wrong: [String] = []
            for (index, cell) in grid.cells.enumerated() where !cell.isTail {
                let spot = terminal.rows[index / 80][index % 80]
                let wanted = MiniTerminal.Pen(theme.style(cell.role, over: cell.overlay, depth: .c256))
                let isRight = spot.text == " " ? spot.pen.ground == wanted.ground : spot.pen == wanted
                if !isRight { wrong.append("\(index % 80),\(index / 80) \(spot) for \(cell.role)") }
            }
            #expect(wrong.isEmpty, "picture \(seed)")
        }
    }

    /// Colours and grounds on about every role.
    private static let colourful: Theme = {
        let entries = Role.allCases.enumerated().map { index, role in
            let ground = index % 3 == 1 ? " on blue" : ""
            let colour = ["red", "bright-green", "default", "yellow"][index % 4]
            let weight = index % 5 == 0 ? " bold" : ""
            return ThemeEntry(key: role.name, value: colour + ground + weight, line: 1)
        }
        return ThemeDefinition(entries: entries).theme(inheriting: []).theme
    }()

    @Test("A frame is one write, and nothing is written when nothing changed")
    func oneWrite() throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        defer { screen.restore() }
        for seed in 1...10 {
            let grid = Self.picture(screen.size, screen.glyphs, seed: UInt64(seed))
            _ = pty.read(upTo: screen.bytesSent)
            let before = screen.writes
            #expect(screen.draw(grid, theme: .bare) == .drawn)
            #expect(screen.writes == before + 1)
            #expect(screen.draw(grid, theme: .bare) == .unchanged)
            #expect(screen.writes == before + 1)
        }
    }

    @Test("A terminal that takes nothing makes frames be skipped; later it shows the newest")
    func stalled() throws {
        let pty = try PseudoTerminal(columns: 200, rows: 60)
        let screen = try pty.open()
        defer { screen.restore() }
        var terminal = MiniTerminal(width: 200, height: 60)
        var skipped = 0
        for seed in 1...60 {
            screen.invalidate()
            let grid = Self.picture(screen.size, screen.glyphs, seed: UInt64(seed))
            if screen.draw(grid, theme: .bare) == .skipped { skipped += 1 }
        }
        #expect(skipped > 0)
        #expect(screen.isBusy)
        while screen.isBusy {
            terminal.take(pty.readSome(timeout: 200))
            screen.flush()
        }
        terminal.take(pty.read(upTo: screen.bytesSent))
        let grid = Self.picture(screen.size, screen.glyphs, seed: 99)
        #expect(screen.draw(grid, theme: .bare) == .drawn)
        terminal.take(pty.read(upTo: screen.bytesSent))
        #expect(terminal.text == grid.text)
    }

    @Test("Modes and screen are given back as found, once")
    func restore() throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let found = pty.modes
        let flags = fcntl(pty.slave, F_GETFL)
        let screen = try pty.open()
        #expect(pty.modes.c_iflag & tcflag_t(IXON) == 0, "Ctrl-S must not freeze")
        #expect(pty.modes.c_lflag & tcflag_t(ISIG | ICANON | ECHO) == 0)
        #expect(fcntl(pty.slave, F_GETFL) == flags, "the shell's descriptor stays as it is")
        var terminal = MiniTerminal(width: 80, height: 24)
        terminal.take(pty.read(upTo: screen.bytesSent))
        #expect(terminal.isAlternate)
        screen.restore()
        let rest = pty.readSome(timeout: 1_000)
        terminal.take(rest)
        #expect(!terminal.isAlternate)
        #expect(String(decoding: rest, as: UTF8.self).contains("\u{1b}[?2004l"))
        #expect(bytes(of: pty.modes) == bytes(of: found))
        screen.restore()
        #expect(pty.readSome(timeout: 50).isEmpty)
        #expect(screen.draw(CellGrid(size: screen.size), theme: .bare) == .gone)
        try screen.resume()
        let grid = Self.picture(screen.size, screen.glyphs, seed: 7)
        #expect(screen.draw(grid, theme: .bare) == .drawn)
        // A terminal hands over a frame in pieces of its own size.
        while case let piece = pty.readSome(timeout: 500), !piece.isEmpty { terminal.take(piece) }
        #expect(terminal.isAlternate)
        #expect(terminal.text == grid.text)
        screen.restore()
    }

    @Test("Another size is noticed, and the next picture fits")
    func resize() throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        defer { screen.restore() }
        _ = screen.draw(Self.picture(screen.size, screen.glyphs, seed: 1), theme: .bare)
        _ = pty.read(upTo: screen.bytesSent)
        #expect(!screen.checkSize())
        for (columns, rows) in [(140, 40), (1, 1), (40, 10)] {
            pty.resize(columns: columns, rows: rows)
            #expect(screen.checkSize())
            #expect(screen.size == Size(width: columns, height: rows))
            var terminal = MiniTerminal(width: columns, height: rows)
            let grid = Self.picture(screen.size, screen.glyphs, seed: 2)
            #expect(screen.draw(grid, theme: .bare) == .drawn)
            terminal.take(pty.read(upTo: screen.bytesSent))
            #expect(terminal.text == grid.text, "\(columns)x\(rows)")
        }
    }

    @Test("Why the terminal can't be had is said in a sentence")
    func errors() throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        #expect(throws: TerminalError.tooDumb(type: "dumb")) { _ = try pty.open(term: "dumb") }
        #expect(throws: TerminalError.noTerminalType) { _ = try pty.open(term: "") }
        var options = ScreenOptions()
        options.output = -1
        #expect(throws: TerminalError.self) { _ = try Screen(options) }
        setenv("LINES", "7", 1)
        let relative = try pty.open(term: "xterm-from-the-future")
        #expect(relative.note?.contains("treated as xterm-256color") == true)
        #expect(relative.size == Size(width: 80, height: 24), "LINES is stale, the terminal knows")
        relative.restore()
    }

    @Test("The C library is as wide as our own table says, for all that is ever drawn")
    func widths() {
        setenv("LC_ALL", "C.UTF-8", 1)
        #expect(Screen.setLocale())
        var different: [UInt32] = []
        for value in UInt32(0x20)...0x323AF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let kind = ScalarWidth.of(scalar)
            if kind != .escaped, wcwidth(wchar_t(bitPattern: value)) != Int32(kind.columns) {
                different.append(value)
            }
        }
        #expect(different == [])
    }
}

extension MiniTerminal.Pen {
    init(_ style: ResolvedStyle) {
        func number(_ paint: Paint) -> Int? {
            if case .index(let index) = paint { Int(index) } else { nil }
        }
        self.init(
            foreground: number(style.foreground),
            background: number(style.background),
            attributes: style.attributes
        )
    }

    /// What a blank shows of it.
    var ground: MiniTerminal.Pen {
        let isReverse = attributes.contains(.reverse)
        return MiniTerminal.Pen(
            foreground: isReverse ? foreground : nil,
            background: background,
            attributes: attributes.intersection([.reverse, .underline])
        )
    }
}
