internal import CNcurses
internal import Glibc

/// Collects what ncurses writes and sends it to the terminal with one `write` a frame.
///
/// ncurses alone makes one small write for each changed run of cells, which SSH turns into as many
/// packets. It writes into a file in memory instead, which, unlike a pipe, can't be full. A frame
/// that has begun is always sent to its end, since ncurses believes the screen shows it.
final class FrameWriter {
    /// What a send came to.
    enum Outcome: Equatable {
        /// All is with the terminal.
        case sent
        /// The terminal took only part of it (or nothing): the rest waits.
        case waiting
        /// The terminal is gone.
        case gone
    }

    /// The file ncurses writes to.
    let file: Int32
    /// All bytes that went to the terminal.
    private(set) var bytesSent = 0
    /// All `write` calls.
    private(set) var writes = 0
    /// What takes down each frame; nil: nobody does.
    var recording: ScreenRecording?
    private let terminal: Int32
    private var waiting: [UInt8] = []

    /// A writer for a terminal whose descriptor doesn't block.
    init(terminal: Int32) throws(TerminalError) {
        file = rg_memory_file()
        self.terminal = terminal
        guard file >= 0 else { throw .failed(what: "creating a buffer for the screen", code: errno) }
    }

    /// Whether the last frame isn't gone yet.
    var isBusy: Bool { !waiting.isEmpty }

    /// Takes what ncurses has written since, and perhaps more, and sends it.
    func send(adding extra: [UInt8] = []) -> Outcome {
        let length = Int(lseek(file, 0, SEEK_CUR))
        if length > 0 {
            var bytes = [UInt8](repeating: 0, count: length)
            let read = pread(file, &bytes, length, 0)
            let before = waiting.count
            FrameTrim.append(bytes.prefix(max(0, read)), to: &waiting)
            recording?.frame(waiting[before...])
            _ = ftruncate(file, 0)
            _ = lseek(file, 0, SEEK_SET)
        }
        waiting += extra
        return flush()
    }

    /// Sends what waits.
    func flush() -> Outcome {
        guard !waiting.isEmpty else { return .sent }
        guard CrashRestore.beginWrite() else { return .gone }
        let wrote = write(terminal, waiting, waiting.count)
        let failure = errno
        CrashRestore.endWrite()
        writes += 1
        if wrote > 0 {
            bytesSent += wrote
            waiting.removeFirst(wrote)
            return waiting.isEmpty ? .sent : .waiting
        }
        return wrote < 0 && (failure == EAGAIN || failure == EINTR) ? .waiting : .gone
    }

    /// Forgets what waits: the terminal is given back.
    func discard() { waiting = [] }
}
