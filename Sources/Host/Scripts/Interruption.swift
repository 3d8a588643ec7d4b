import Glibc
import Synchronization
import Transport

/// Ctrl-C and its like: the program ends at once with 128 and the signal's number, and leaves no part of a file. Where
/// something has to be ended before (`during`), the first Ctrl-C only says so, and the second ends.
public enum Interruption {
    private struct Wish {
        var isHeld = false
        var isThere = false
    }

    private static let wish = Mutex(Wish())

    /// Ctrl-C has been pressed while something was to be ended before.
    static var isWanted: Bool { wish.withLock { $0.isThere } }

    /// Runs something that ends by itself when Ctrl-C is pressed.
    static func during<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        wish.withLock { $0.isHeld = true }
        defer { wish.withLock { $0 = Wish() } }
        return try body()
    }

    /// Whether a signal ends the program now.
    private static func ends(_ signal: Int32) -> Bool {
        wish.withLock { wish in
            guard signal == SIGINT, wish.isHeld, !wish.isThere else { return true }
            wish.isThere = true
            return false
        }
    }

    /// The next signal that ends the program.
    private static func ending(_ signals: BlockedSignals) -> Int32 {
        while true {
            let signal = signals.wait()
            if ends(signal) { return signal }
        }
    }

    /// Watches from now on; for the main thread, before there are others.
    public static func watch() {
        let signals = BlockedSignals([SIGINT, SIGTERM, SIGHUP])
        // Nobody waits for it: it ends with the program, or ends it.
        _ = try? LoopThread(name: "regtop-signals") {
            let signal = ending(signals)
            PartialFiles.discard()
            _exit(128 + signal)
        }
    }
}

/// How far something has come, for standard error: one line that is written over on a terminal, else one every few
/// seconds.
public struct ProgressRemark: Sendable {
    /// What is said.
    public var text: String
    /// The last one: nothing is written over it.
    public var isLast = false
    /// So many were said before it.
    var number = 0

    /// Writes it.
    func write() {
        let isTerminal = isatty(2) == 1
        // Asked for twice a second; a log gets a line every ten seconds.
        guard isTerminal || isLast || number % 20 == 0 else { return }
        let line = isTerminal ? "\r\(text)\u{1b}[K\(isLast ? "\n" : "")" : "\(text)\n"
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
