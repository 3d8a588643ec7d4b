internal import CNcurses
internal import Glibc

/// The terminal as a file: opened once more for ourselves, its modes, its size.
final class TerminalLine {
    /// The private descriptor; its flags are nobody else's.
    let descriptor: Int32
    /// The modes as they were found.
    let foundModes: termios
    private let sharesFlags: Bool

    /// Opens the terminal that two descriptors are on (0 and 1 of a program).
    init(input: Int32, output: Int32) throws(TerminalError) {
        guard isatty(input) == 1 else { throw .notATerminal(which: "standard input") }
        guard isatty(output) == 1 else { throw .notATerminal(which: "standard output") }
        var opened = rg_open_terminal("/proc/self/fd/\(output)")
        // After `su` the terminal's file may be another user's; /dev/tty is everybody's.
        if opened < 0, output <= 2 { opened = rg_open_terminal("/dev/tty") }
        var shares = false
        if opened < 0 {
            opened = rg_duplicate(output)
            shares = true
            _ = rg_set_nonblocking(opened, 1)
        }
        guard opened >= 0 else { throw .failed(what: "opening the terminal", code: errno) }
        var modes = termios()
        guard tcgetattr(opened, &modes) == 0 else {
            close(opened)
            throw .failed(what: "reading the terminal's modes", code: errno)
        }
        descriptor = opened
        foundModes = modes
        sharesFlags = shares
    }

    /// Takes keys one by one and unchanged: no echo, no signals from keys, and no Ctrl-S.
    func enterRawMode() throws(TerminalError) {
        var modes = foundModes
        modes.c_iflag &= ~tcflag_t(IXON | IXOFF | ICRNL | INLCR | IGNCR | BRKINT | ISTRIP | PARMRK)
        modes.c_oflag &= ~tcflag_t(OPOST)
        modes.c_lflag &= ~tcflag_t(ICANON | ECHO | ECHONL | ISIG | IEXTEN)
        modes.c_cflag |= tcflag_t(CS8)
        withUnsafeMutableBytes(of: &modes.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        guard tcsetattr(descriptor, TCSADRAIN, &modes) == 0 else {
            throw .failed(what: "setting the terminal's modes", code: errno)
        }
    }

    /// Columns and rows; nil when the terminal doesn't know.
    var size: (columns: Int, rows: Int)? {
        var columns: Int32 = 0
        var rows: Int32 = 0
        rg_window_size(descriptor, &columns, &rows)
        guard columns > 0, rows > 0 else { return nil }
        return (min(Int(columns), 1000), min(Int(rows), 1000))
    }

    /// Whether this program is in the terminal's foreground.
    var isForeground: Bool {
        let group = tcgetpgrp(descriptor)
        return group < 0 || group == getpgrp()
    }

    /// Lets go of the terminal: the descriptor, which ncurses has too, leads nowhere from now on.
    func release() {
        let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard nowhere >= 0 else { return }
        dup2(nowhere, descriptor)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        close(nowhere)
    }

    /// Takes flags back that others see as well.
    func releaseFlags() {
        if sharesFlags { _ = rg_set_nonblocking(descriptor, 0) }
    }
}
