internal import CNcurses

/// Gives the terminal back, whatever happens.
enum CrashRestore {
    /// What the handlers need; nil only when memory was short at the start.
    private static let state = rg_create_state()

    /// From now on every way out of the program (exit, trap on any thread) writes these bytes and
    /// sets these modes.
    static func arm(terminal: Int32, modes: termios, restore: [UInt8]) {
        guard let state else { return }
        var modes = modes
        restore.withUnsafeBytes { bytes in
            rg_arm(state, terminal, &modes, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
        }
    }

    /// Gives the terminal back now; does nothing when it isn't ours.
    static func restore() {
        if let state { rg_restore(state) }
    }

    /// Asks before a frame is written: false when another thread has given the terminal back. After true,
    /// `endWrite` must follow soon: giving back waits for it.
    static func beginWrite() -> Bool { state.map { rg_begin_write($0) != 0 } ?? false }

    /// The frame is written.
    static func endWrite() {
        if let state { rg_end_write(state) }
    }

    /// Where standard output and error belong.
    static func remember(output: Int32, error: Int32) {
        if let state { rg_remember_output(state, output, error) }
    }
}
