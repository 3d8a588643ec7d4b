import Cells
import Foundation
import Glibc
import Testing

@testable import Terminal

/// OSC 52 on a real pseudo-terminal: the exact bytes, between frames, and nothing to a terminal that is gone.
@Suite("The clipboard of the operator's terminal", .serialized)
struct ClipboardTests {
    private func sequence(_ text: String) -> [UInt8] {
        Array("\u{1b}]52;c;\(Data(text.utf8).base64EncodedString())\u{7}".utf8)
    }

    /// A terminal that nothing of the environment makes another one.
    private func terminal(_ type: String = "xterm-256color") throws -> (PseudoTerminal, Screen) {
        for name in ["STY", "TMUX"] { unsetenv(name) }
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        return (pty, try pty.open(term: type))
    }

    @Test("A text goes out as it is, as one sequence")
    func bytes() throws {
        let (pty, screen) = try terminal()
        defer { screen.restore() }
        _ = pty.read(upTo: screen.bytesSent)
        let text = "4417@example.test \u{1b}[2J ü\n"
        #expect(screen.copy(text))
        #expect(pty.read(upTo: screen.bytesSent) == sequence(text))
    }

    @Test("What is longer than a terminal takes is not sent")
    func limit() throws {
        let (pty, screen) = try terminal()
        defer { screen.restore() }
        _ = pty.read(upTo: screen.bytesSent)
        let before = screen.bytesSent
        #expect(!screen.copy(String(repeating: "x", count: Screen.clipboardLimit + 1)))
        #expect(screen.bytesSent == before)
        let most = String(repeating: "x", count: Screen.clipboardLimit)
        #expect(screen.copy(most))
        var received: [UInt8] = []
        while screen.isBusy {
            received += pty.readSome(timeout: 200)
            screen.flush()
        }
        received += pty.read(upTo: screen.bytesSent)
        #expect(received == sequence(most))
    }

    @Test("A frame that waits is sent to its end first")
    func betweenFrames() throws {
        for name in ["STY", "TMUX"] { unsetenv(name) }
        let pty = try PseudoTerminal(columns: 200, rows: 60)
        let screen = try pty.open()
        defer { screen.restore() }
        var seed: UInt64 = 0
        while !screen.isBusy, seed < 200 {
            seed += 1
            screen.invalidate()
            _ = screen.draw(ScreenTests.picture(screen.size, screen.glyphs, seed: seed), theme: .bare)
        }
        #expect(screen.isBusy)
        #expect(screen.copy("between"))
        var received: [UInt8] = []
        while screen.isBusy {
            received += pty.readSome(timeout: 200)
            screen.flush()
        }
        received += pty.read(upTo: screen.bytesSent)
        #expect(received.suffix(sequence("between").count) == sequence("between")[...])
        var terminal = MiniTerminal(width: 200, height: 60)
        terminal.take(received.dropLast(sequence("between").count).map { $0 })
        #expect(terminal.unknown == [])
    }

    @Test("A terminal that is gone or given back gets nothing")
    func gone() throws {
        let (pty, screen) = try terminal()
        _ = pty.read(upTo: screen.bytesSent)
        screen.restore()
        _ = pty.readSome(timeout: 100)
        let before = screen.bytesSent
        #expect(!screen.copy("late"))
        #expect(screen.bytesSent == before)
        #expect(pty.readSome(timeout: 50).isEmpty)
        let (other, lost) = try terminal()
        other.hangUp()
        lost.markGone()
        #expect(!lost.copy("late"))
        lost.restore()
    }

    @Test("Through GNU Screen a text goes in pieces that it hands on; tmux gets it as it is")
    func screen() {
        #expect(Screen.isGNUScreen(type: "xterm", hasSTY: true, hasTMUX: false))
        #expect(Screen.isGNUScreen(type: "screen-256color", hasSTY: false, hasTMUX: false))
        #expect(!Screen.isGNUScreen(type: "screen-256color", hasSTY: false, hasTMUX: true))
        #expect(!Screen.isGNUScreen(type: "tmux-256color", hasSTY: false, hasTMUX: false))
        for count in [0, 1, 56, 57, 58, 600, 5_000] {
            let text = [UInt8](repeating: 0x61, count: count)
            let plain = Screen.clipboardBytes(text, throughScreen: false)
            let wrapped = Screen.clipboardBytes(text, throughScreen: true)
            let all = String(decoding: wrapped, as: UTF8.self)
            // Older ones than Screen print the rest of a string that is longer than they take.
            let strings = all.components(separatedBy: "\u{1b}P").dropFirst()
            #expect(strings.allSatisfy { $0.utf8.count < 100 && $0.hasSuffix("\u{1b}\\") })
            let inner = strings.map { $0.dropLast(2) }.joined()
            #expect(inner == String(decoding: plain, as: UTF8.self))
            #expect(all.hasPrefix("\u{1b}]52") == (plain.count <= 700))
        }
    }
}
