import CNcurses
import Cells
import Glibc
import Testing

@testable import Terminal

/// A terminal whose other end the test holds.
final class PseudoTerminal {
    let master: Int32
    let slave: Int32
    private(set) var received = 0
    private var isHungUp = false

    /// TIOCSPTLCK and TIOCGPTPEER, which the Glibc module doesn't name.
    private static let (lock, peer): (UInt, UInt) = (0x4004_5431, 0x5441)

    /// Both ends are close-on-exec from the first: a program started by another test meanwhile (openpty would leave
    /// it the master) would keep a hang-up from happening.
    init(columns: Int, rows: Int) throws {
        master = Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        var isLocked: Int32 = 0
        try #require(master >= 0 && ioctl(master, Self.lock, &isLocked) == 0)
        slave = ioctl(master, Self.peer, O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(slave >= 0)
        resize(columns: columns, rows: rows)
    }

    deinit {
        if !isHungUp { close(master) }
        close(slave)
    }

    func resize(columns: Int, rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    /// Opens a screen on it, as a program with this environment would.
    func open(term: String = "xterm-256color", locale: String = "C.UTF-8") throws(TerminalError) -> Screen {
        setenv("TERM", term, 1)
        setenv("LC_ALL", locale, 1)
        var options = ScreenOptions()
        options.capturesOutput = false
        options.escapeDelay = 10
        options.input = slave
        options.output = slave
        return try Screen(options)
    }

    /// What arrived until the screen has sent so many bytes in all.
    func read(upTo total: Int) -> [UInt8] {
        var result: [UInt8] = []
        while received < total {
            let part = readSome(timeout: 2_000)
            if part.isEmpty { break }
            result += part
        }
        return result
    }

    /// What arrives before the timeout, at most one buffer.
    func readSome(timeout: Int32) -> [UInt8] {
        var file = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&file, 1, timeout) > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(master, &buffer, buffer.count)
        guard count > 0 else { return [] }
        received += count
        return Array(buffer.prefix(count))
    }

    /// Types these bytes and waits until the terminal has them.
    func type(_ text: String) {
        _ = write(master, text, text.utf8.count)
        var file = pollfd(fd: slave, events: Int16(POLLIN), revents: 0)
        _ = poll(&file, 1, 2_000)
    }

    /// Takes the terminal away, as a broken link does; the program still holds its end.
    func hangUp() {
        close(master)
        isHungUp = true
    }

    var modes: termios {
        var found = termios()
        tcgetattr(slave, &found)
        return found
    }
}

/// What two terminals' modes have in common, as bytes.
func bytes(of modes: termios) -> [UInt8] {
    withUnsafeBytes(of: modes) { Array($0) }
}
