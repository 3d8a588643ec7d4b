internal import CNcurses
public import Cells
internal import Glibc

/// What the main thread waited for.
public nonisolated enum TerminalEvent: Hashable, Sendable {
    /// Keys, in the order they were pressed.
    case keys([Key])
    /// The screen has another size; it was quiet for 50 ms, so a dragged window repaints once.
    case resize(Size)
    /// A signal, by number: INT TERM HUP QUIT TSTP CONT USR2 (WINCH becomes `resize`).
    case signal(Int32)
    /// Someone called `WakeUp.wake`.
    case woken
    /// Something printed these lines on standard output or error.
    case printed([String])
    /// The terminal is gone: it was hung up, or reading or writing failed.
    case gone
}

/// Wakes the main thread out of `TerminalEvents.wait`, from any thread.
public nonisolated struct WakeUp: Sendable {
    let descriptor: Int32

    /// Wakes it; many calls before it looks are one.
    public func wake() { rg_wake(descriptor) }
}

/// The one place where the main thread waits: keys, resizes, signals, wake-ups, and the terminal's
/// end.
public final class TerminalEvents {
    /// Blocks the signals that `wait` reports, in this thread and all it starts from now on, and
    /// ignores SIGPIPE. Call it first in the program, before any other thread exists.
    public nonisolated static func blockSignals() { _ = rg_block_signals() }

    /// Stops this program and what belongs to its job, as the shell's `^Z` would, until the shell continues it. The
    /// screen must have been given back. Where no shell could continue it, nothing happens.
    public nonisolated static func stopUntilContinued() {
        var stop = sigset_t()
        sigemptyset(&stop)
        sigaddset(&stop, SIGTSTP)
        signal(SIGTSTP, SIG_DFL)
        kill(0, SIGTSTP)
        var before = sigset_t()
        pthread_sigmask(SIG_UNBLOCK, &stop, &before)
        pthread_sigmask(SIG_SETMASK, &before, nil)
    }

    /// Wakes the main thread; its descriptor stays open for the program's life.
    public let wakeUp: WakeUp

    private let screen: Screen?
    private let signals: Int32
    private var resizeDue: Int?
    private var sizeCheckDue = 0
    private var reportedGone = false

    /// A dragged window settles before it is repainted, in milliseconds.
    private static let resizeQuiet = 50
    /// Terminals in a multiplexer may change size without a signal, in milliseconds.
    private static let sizeCheck = 1_000

    /// Waits for a screen's terminal, or only for signals and wake-ups (`serve`).
    public init(screen: Screen?) throws(TerminalError) {
        self.screen = screen
        signals = rg_signal_file()
        guard signals >= 0 else { throw .failed(what: "waiting for signals", code: errno) }
        let wake = rg_wake_file()
        guard wake >= 0 else { throw .failed(what: "creating a wake-up", code: errno) }
        wakeUp = WakeUp(descriptor: wake)
    }

    deinit { close(signals) }

    /// Waits until something happens, at most so long; nil for no limit.
    ///
    /// - Returns: what happened, empty when only time has passed (it may return a little early).
    public func wait(timeoutMilliseconds: Int?) -> [TerminalEvent] {
        var files = [
            pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: capturedFile, events: Int16(POLLIN), revents: 0),
            pollfd(fd: terminalFile, events: terminalInterest, revents: 0),
        ]
        let count = poll(&files, nfds_t(files.count), pollTimeout(timeoutMilliseconds))
        var events: [TerminalEvent] = []
        if count > 0 {
            if files[0].revents != 0 { readSignals(into: &events) }
            if files[1].revents != 0 {
                rg_clear_wake(wakeUp.descriptor)
                events.append(.woken)
            }
            if files[2].revents != 0, let lines = screen?.capture?.readLines(), !lines.isEmpty {
                events.append(.printed(lines))
            }
            if files[3].revents != 0 { readTerminal(files[3].revents, into: &events) }
        }
        checkSize(into: &events)
        if let screen, screen.isGone, !reportedGone {
            reportedGone = true
            events.append(.gone)
        }
        return events
    }

    private var isWatching: Bool { screen.map { $0.isOurs && !$0.isGone } ?? false }
    private var terminalFile: Int32 { isWatching ? screen?.descriptor ?? -1 : -1 }
    private var capturedFile: Int32 { isWatching ? screen?.capture?.descriptor ?? -1 : -1 }
    private var terminalInterest: Int16 {
        Int16(POLLIN) | (screen?.isBusy == true ? Int16(POLLOUT) : 0)
    }

    private func pollTimeout(_ wanted: Int?) -> Int32 {
        var timeout = wanted.map { max(0, $0) } ?? -1
        if isWatching, let due = resizeDue {
            let left = max(0, due - MonotonicClock.milliseconds)
            timeout = timeout < 0 ? left : min(timeout, left)
        }
        if isWatching {
            timeout = timeout < 0 ? TerminalEvents.sizeCheck : min(timeout, TerminalEvents.sizeCheck)
        }
        return Int32(clamping: timeout)
    }

    private func readSignals(into events: inout [TerminalEvent]) {
        while true {
            let number = rg_next_signal(signals)
            guard number != 0 else { return }
            if number == SIGWINCH {
                resizeDue = MonotonicClock.milliseconds + TerminalEvents.resizeQuiet
            } else {
                events.append(.signal(number))
            }
        }
    }

    private func readTerminal(_ happened: Int16, into events: inout [TerminalEvent]) {
        guard let screen else { return }
        if happened & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 {
            screen.markGone()
            return
        }
        if happened & Int16(POLLOUT) != 0 { screen.flush() }
        guard happened & Int16(POLLIN) != 0 else { return }
        let keys = screen.readKeys()
        if keys.isEmpty { endOfInput(screen) } else { events.append(.keys(keys)) }
    }

    /// Readable, yet nothing there to read: the end. (A part of a key leaves nothing readable behind.)
    private func endOfInput(_ screen: Screen) {
        var again = [pollfd(fd: screen.descriptor, events: Int16(POLLIN), revents: 0)]
        guard poll(&again, 1, 0) > 0 else { return }
        var available: Int32 = 0
        let known = withUnsafeMutablePointer(to: &available) { rg_readable(screen.descriptor, $0) }
        if known != 0 || available == 0 { screen.markGone() }
    }

    private func checkSize(into events: inout [TerminalEvent]) {
        guard isWatching, let screen else { return }
        let now = MonotonicClock.milliseconds
        if let due = resizeDue {
            guard now >= due else { return }
            resizeDue = nil
        } else if now < sizeCheckDue {
            return
        }
        sizeCheckDue = now + TerminalEvents.sizeCheck
        if screen.checkSize() { events.append(.resize(screen.size)) }
    }
}
