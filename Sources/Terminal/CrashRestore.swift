internal import CNcurses

/// Gives the terminal back, whatever happens.
///
/// The only file that may call `crash.h`: its state is one per object file.
enum CrashRestore {
    /// From now on every way out of the program (exit, trap on any thread) writes these bytes and
    /// sets these modes.
    static func arm(terminal: Int32, modes: termios, restore: [UInt8]) {
        var modes = modes
        restore.withUnsafeBytes { bytes in
            rg_arm(terminal, &modes, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
        }
    }

    /// Gives the terminal back now; does nothing when it isn't ours.
    static func restore() { rg_restore() }

    /// Where standard output and error belong.
    static func remember(output: Int32, error: Int32) { rg_remember_output(output, error) }
}
