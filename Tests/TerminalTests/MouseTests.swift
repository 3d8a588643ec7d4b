import Cells
import Glibc
import Testing

@testable import Terminal

@Suite("The mouse on a real terminal", .serialized)
struct MouseTests {
    private nonisolated static func click(_ x: Int, _ y: Int) -> Key {
        .mouse(MouseEvent(.click, at: Point(x: x, y: y)))
    }

    @Test(
        "Reports become events; other buttons, releases, drags and held keys are nothing",
        arguments: [
            ("\u{1b}[<0;5;3M", [click(4, 2)]), ("\u{1b}[<0;5;3m", []),
            ("\u{1b}[<0;300;200M", [click(299, 199)]),
            ("\u{1b}[<64;1;1M", [Key.mouse(MouseEvent(.wheelUp, at: Point(x: 0, y: 0)))]),
            ("\u{1b}[<65;1;1M", [.mouse(MouseEvent(.wheelDown, at: Point(x: 0, y: 0)))]),
            ("\u{1b}[<2;5;3M\u{1b}[<1;5;3M\u{1b}[<32;5;3M\u{1b}[<16;5;3M", []),
            ("a\u{1b}[<0;5;3M\u{1b}[<0;5;3mb", ["a", click(4, 2), "b"]),
            ("\u{1b}[M %#", [click(4, 2)]), ("\u{1b}[M#%#x", ["x"]),
            (
                "\u{1b}[M`!!",
                [
                    .mouse(MouseEvent(.wheelUp, at: Point(x: 0, y: 0)))
                ]
            ),
        ] as [(String, [Key])],
    )
    func reports(typed: String, expected: [Key]) throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        defer { screen.restore() }
        pty.type(typed)
        var keys = screen.readKeys()
        if keys.count < expected.count { keys += screen.readKeys() }
        #expect(keys == expected)
    }

    @Test(
        "A report that is none, or far too long, is dropped, and what comes after it is read as ever",
        arguments: [
            "\u{1b}[<M", "\u{1b}[<;;M", "\u{1b}[<0;0;0M", "\u{1b}[<0;1M", "\u{1b}[<0;1;2;", "\u{1b}[<0;1;2X",
            "\u{1b}[<999999", "\u{1b}[<-", "\u{1b}[<é", "\u{1b}[M\u{1}\u{1}\u{1}",
        ],
    )
    func broken(typed: String) throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        defer { screen.restore() }
        pty.type(typed + "j")
        var keys = screen.readKeys()
        if keys.isEmpty { keys = screen.readKeys() }
        #expect(keys == ["j"])
    }

    @Test("A report cut off in the middle ends by itself, and is no key")
    func cutOff() throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        defer { screen.restore() }
        let reader = try #require(KeyReader())
        pty.type("\u{1b}[<0;12")
        #expect(reader.read(now: 0) == [])
        pty.type(";7M")
        #expect(reader.read(now: 10) == [Self.click(11, 6)])
        pty.type("\u{1b}[<0;12")
        #expect(reader.read(now: 20) == [])
        pty.type("1X")
        #expect(reader.read(now: 60_000) == ["1", "X"])
        pty.type("\u{1b}[<0;1\u{1b}[A")
        #expect(reader.read(now: 70_000) == [.up])
    }

    @Test("Random characters after the introducer never trap, and end soon")
    func random() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            var report = MouseReport(Bool.random(using: &random) ? .decimal : .characters)
            var steps = 0
            var isDone = false
            while !isDone, steps < 64 {
                let pool: [Unicode.Scalar] = ["0", "9", ";", "M", "m", "\u{0}", "\u{10FFFF}", "é", " "]
                let scalar = pool.randomElement(using: &random) ?? "0"
                if case .done = report.take(scalar) { isDone = true }
                steps += 1
            }
            #expect(isDone)
        }
    }

    @Test(
        "It is asked for, and given back by turning it off, by restoring and by letting go; resuming asks again"
    )
    func onAndOff() throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        func sent() -> String { String(decoding: pty.read(upTo: screen.bytesSent), as: UTF8.self) }
        let (on, off) = (
            String(decoding: Screen.mouseOn, as: UTF8.self), "\u{1b}[?1000l\u{1b}[?1002l\u{1b}[?1006l"
        )
        #expect(!sent().contains("\u{1b}[?1000h"), "off until asked for")
        screen.useMouse(true)
        #expect(sent() == on)
        screen.useMouse(true)
        #expect(sent() == "")
        screen.useMouse(false)
        #expect(sent() == off)
        screen.useMouse(true)
        _ = sent()
        screen.restore()
        #expect(String(decoding: pty.readSome(timeout: 1_000), as: UTF8.self).contains(off))
        try screen.resume()
        var text = ""
        while case let piece = pty.readSome(timeout: 300), !piece.isEmpty {
            text += String(decoding: piece, as: UTF8.self)
        }
        #expect(text.contains(on))
        screen.release()
        #expect(String(decoding: pty.readSome(timeout: 1_000), as: UTF8.self).contains(off))
    }

    @Test("A paste that is too long, or that stops for a while, never becomes keys")
    func pastes() throws {
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        defer { screen.restore() }
        let reader = try #require(KeyReader())
        var keys: [Key] = []
        pty.type("\u{1b}[200~")
        for _ in 0..<80 {
            pty.type(String(repeating: "X\ry", count: 333) + "!")
            keys += reader.read(now: 0)
        }
        #expect(keys == [])
        pty.type("\u{1b}[201~q")
        keys += reader.read(now: 0)
        guard case .paste(let text)? = keys.first else {
            Issue.record("\(keys.prefix(3))")
            return
        }
        #expect(text.unicodeScalars.count == 65_536)
        #expect(keys.dropFirst() == ["q"])
        pty.type("\u{1b}[200~stop")
        #expect(reader.read(now: 1_000) == [])
        pty.type("X\ry\u{1b}[201~")
        #expect(reader.read(now: 9_000) == [.paste("stopX\ny")])
    }
}
