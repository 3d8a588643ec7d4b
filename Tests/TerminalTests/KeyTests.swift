import Cells
import Glibc
import Testing

@testable import Terminal

@Suite("Keys and events on a real terminal", .serialized)
struct KeyTests {
    @Test(
        "Bytes become keys",
        arguments: [
            ("j", [Key.character("j")]), ("é日", ["é", "日"]), ("\r", [.enter]), ("\n", [.enter]),
            ("\t", [.tab]), ("\u{7f}", [.backspace]), ("\u{8}", [.backspace]), ("\u{3}", [.control("c")]),
            ("\u{13}", [.control("s")]), ("\u{1a}", [.control("z")]), ("\u{1c}", [.control("\\")]),
            ("\u{1b}", [.escape]), ("\u{1b}x", [.escape, "x"]), ("\u{1b}OA", [.up]), ("\u{1b}[A", [.up]),
            ("\u{1b}[6~", [.pageDown]), ("\u{1b}[H", [.home]), ("\u{1b}OF", [.end]),
            ("\u{1b}OP", [.function(1)]),
            ("\u{1b}[15~", [.function(5)]), ("\u{1b}[24~", [.function(12)]), ("\u{1b}[Z", [.backTab]),
            ("\u{1b}[3~", [.delete]),
            ("\u{1b}[200~one\rtwo\u{1b}[201~q", [.paste("one\ntwo"), "q"]),
            ("\u{1b}[200~\u{1b}\u{3}x\u{1b}[201~", [.paste("x")]),
        ],
    )
    func keys(typed: String, expected: [Key]) throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        defer { screen.restore() }
        pty.type(typed)
        var keys = screen.readKeys()
        if keys.count < expected.count { keys += screen.readKeys() }
        #expect(keys == expected)
    }

    @Test("A paste may arrive in pieces; one whose end is lost ends by itself")
    func pieces() throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        defer { screen.restore() }
        pty.type("\u{1b}[200~first ")
        #expect(screen.readKeys() == [])
        pty.type("second\u{1b}[201~")
        #expect(screen.readKeys() == [.paste("first second")])
        let reader = try #require(KeyReader())
        pty.type("\u{1b}[200~lost")
        #expect(reader.read(now: 0) == [])
        pty.type("q")
        #expect(reader.read(now: 60_000) == [.paste("lost"), "q"])
    }

    @Test("Keys, wake-ups and a new size are events; time alone is none")
    func events() throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        defer { screen.restore() }
        let events = try TerminalEvents(screen: screen)
        #expect(events.wait(timeoutMilliseconds: 0) == [])
        pty.type("q")
        #expect(events.wait(timeoutMilliseconds: 1_000) == [.keys(["q"])])
        events.wakeUp.wake()
        events.wakeUp.wake()
        #expect(events.wait(timeoutMilliseconds: 1_000) == [.woken])
        pty.resize(columns: 100, rows: 30)
        var seen: [TerminalEvent] = []
        for _ in 0..<3 where seen.isEmpty { seen = events.wait(timeoutMilliseconds: 1_100) }
        #expect(seen == [.resize(Size(width: 100, height: 30))], "without a signal, by asking")
    }

    @Test("A terminal that vanishes is one event, and drawing says so too")
    func gone() throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        let events = try TerminalEvents(screen: screen)
        pty.hangUp()
        #expect(events.wait(timeoutMilliseconds: 1_000) == [.gone])
        #expect(events.wait(timeoutMilliseconds: 0) == [])
        #expect(screen.draw(CellGrid(size: screen.size), theme: .bare) == .gone)
        #expect(screen.readKeys() == [])
        screen.restore()
    }

    @Test("A write that fails is the end as well")
    func writeFails() throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        pty.hangUp()
        var grid = CellGrid(size: screen.size)
        grid.put("x", at: Point(x: 0, y: 0), role: .text)
        #expect(screen.draw(grid, theme: .bare) == .gone)
        screen.restore()
    }

    @Test("What is printed while the screen is ours comes as lines")
    func captured() throws {
        let capture = try #require(OutputCapture())
        let text = "one\ntwo\r\nthree"
        _ = write(2, text, text.utf8.count)
        let lines = capture.readLines()
        let rest = capture.readLines(flushing: true)
        capture.stop()
        #expect(lines == ["one", "two"])
        #expect(rest == ["three"])
    }
}
