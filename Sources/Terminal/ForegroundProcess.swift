internal import CNcurses
internal import Glibc

/// The program in the foreground of a shell, which may leave it and go on.
///
/// A parent process holds the shell's place and does nothing but wait; the program is its child. Signals sent to the
/// parent reach the program, and the parent ends as the program ends.
public nonisolated struct ForegroundProcess: Sendable {
    private let pipe: Int32

    /// Divides the process in two and goes on in the child; nil where that can't be done, and then the process is as
    /// it was. Call it before any thread exists.
    public static func begin() -> ForegroundProcess? {
        var pipe: Int32 = -1
        fflush(nil)
        return rg_begin_child(&pipe) == 0 ? ForegroundProcess(pipe: pipe) : nil
    }

    /// Leaves the shell: it gets exit code 0, and this process goes on in a session of its own, where a hang-up of
    /// the terminal doesn't reach it. The screen must have been given back.
    ///
    /// - Parameter output: where standard output and error lead from now on; nil: nowhere.
    /// - Returns: 0, or an `errno`, and then all is as before.
    public func leave(output: Int32? = nil) -> Int32 {
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(nowhere) }
        return -rg_leave_parent(pipe, output ?? nowhere)
    }
}
