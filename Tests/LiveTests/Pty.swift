import Foundation
import Glibc
import Testing

/// The real program on a pseudo terminal whose other end counts: bytes, frames and processor time.
final class Pty {
    private let master: Int32
    let process: pid_t
    private var isOver = false

    /// TIOCSPTLCK and TIOCGPTN, which the Glibc module doesn't name.
    private static let (lock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    /// What came in some time.
    struct Count {
        var bytes = 0
        /// The same as text, with all that moves the cursor and colours.
        var text = ""
        /// The size of each frame: what came within 15 ms.
        var frames: [Int] = []
        var seconds = 0.0
        /// Processor time that the thread of the screen has taken.
        var screenTime = 0.0

        var bytesPerSecond: Double { Double(bytes) / max(0.1, seconds) }
        var framesPerSecond: Double { Double(frames.count) / max(0.1, seconds) }
        /// Share of one core, in percent.
        var screenShare: Double { 100 * screenTime / max(0.1, seconds) }
    }

    /// Starts the program as the leader of a session of its own with the terminal in it.
    init(_ arguments: [String], columns: Int, rows: Int, folder: String) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        var isLocked: Int32 = 0
        var place: UInt32 = 0
        try #require(master >= 0 && ioctl(master, Self.lock, &isLocked) == 0)
        try #require(ioctl(master, Self.number, &place) == 0)
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that a session's leader opens is its own.
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/pts/\(place)", O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "\(folder)/pty.err", O_WRONLY | O_CREAT, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | 0x80 /* POSIX_SPAWN_SETSID */)
        let variables = [
            "TERM": "xterm-256color", "LANG": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no", "HOME": folder,
            "XDG_STATE_HOME": "\(folder)/state", "XDG_CONFIG_HOME": "\(folder)/config",
            "PATH": "/usr/bin:/bin",
        ]
        var list = ([Program.path] + arguments).map { strdup($0) } + [nil]
        var settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in list + settings { free(text) } }
        var process: pid_t = 0
        guard posix_spawn(&process, Program.path, &actions, &attributes, &list, &settings) == 0 else {
            close(master)
            throw CocoaError(.executableLoad)
        }
        self.process = process
    }

    deinit {
        kill(process, SIGTERM)
        _ = count(seconds: 0.3)
        if !isGone(process, within: 2) { kill(process, SIGKILL) }
        var status: Int32 = 0
        waitpid(process, &status, 0)
        close(master)
    }

    /// Types these bytes.
    func type(_ text: String) { _ = write(master, text, text.utf8.count) }

    /// Reads for some time, and counts.
    func count(seconds: Double) -> Count {
        var result = Count()
        var all: [UInt8] = []
        let start = Self.now
        let before = screenSeconds
        var last = 0.0
        while Self.now < start + seconds, !isOver {
            var file = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            let rest = Int32(max(1, (start + seconds - Self.now) * 1_000))
            guard poll(&file, 1, rest) > 0 else { continue }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let read = Glibc.read(master, &buffer, buffer.count)
            guard read > 0 else {
                isOver = errno != EAGAIN
                continue
            }
            let now = Self.now
            if now - last > 0.015 { result.frames.append(0) }
            result.frames[result.frames.count - 1] += read
            result.bytes += read
            all += buffer.prefix(read)
            last = now
        }
        result.text = String(decoding: all, as: UTF8.self)
        result.seconds = Self.now - start
        result.screenTime = screenSeconds - before
        return result
    }

    /// Reads until so many bytes have come, at most so many seconds; how many have.
    func wait(forBytes wanted: Int, seconds: Double = 10) -> Int {
        let end = Self.now + seconds
        var bytes = 0
        while bytes <= wanted, Self.now < end, !isOver { bytes += count(seconds: 0.1).bytes }
        return bytes
    }

    /// Processor time of the first thread, which is the one that draws.
    private var screenSeconds: Double {
        let program = program
        let path = "/proc/\(program)/task/\(program)/stat"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let fields = text.split(separator: ")").last.map { $0.split(separator: " ") } ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            return 0
        }
        return (user + system) / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    }

    /// The process that draws: a child that was divided from its shell, or the one that was started.
    ///
    /// Asked each time: the child is there a moment after the start.
    private var program: pid_t {
        let children = (try? Command.run("/usr/bin/pgrep", ["-P", "\(process)"]).output) ?? ""
        return pid_t(children.split(separator: "\n").first ?? "") ?? process
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
