import Glibc

/// A counting signal between threads: an event counter that one waits on with a limit.
final class Arrivals: Sendable {
    private let read: Int32
    private let write: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        read = ends[0]
        write = ends[1]
    }

    deinit {
        close(read)
        close(write)
    }

    func signal() {
        var byte: UInt8 = 1
        _ = Glibc.write(write, &byte, 1)
    }

    /// Takes one signal; false when none came in time.
    func wait(seconds: Int32) -> Bool {
        var poll = pollfd(fd: read, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, seconds * 1000) == 1 else { return false }
        var byte: UInt8 = 0
        return Glibc.read(read, &byte, 1) == 1
    }
}

/// The system's number of the thread that calls.
func currentThread() -> pid_t {
    var link = [CChar](repeating: 0, count: 64)
    let count = readlink("/proc/thread-self", &link, 64)
    let text = String(decoding: link.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.split(separator: "/").last.flatMap { pid_t($0) } ?? 0
}

/// Lets the thread that calls hear all signals; returns what it heard before.
func unblockSignals() -> sigset_t {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    return before
}

func restoreSignals(_ before: sigset_t) {
    var before = before
    pthread_sigmask(SIG_SETMASK, &before, nil)
}

/// Whether the thread that calls would never be interrupted by this signal.
func blocksSignal(_ signal: Int32) -> Bool {
    var mask = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &mask)
    return sigismember(&mask, signal) == 1
}

/// Whether a thread of this process with that number lives.
func threadExists(_ thread: pid_t) -> Bool {
    access("/proc/self/task/\(thread)", F_OK) == 0
}

/// Whether a thread that has ended leaves the list of the process's threads: a join may return a moment before.
func threadLeaves(_ thread: pid_t) -> Bool {
    for _ in 0..<2_000_000 {
        guard threadExists(thread) else { return true }
        sched_yield()
    }
    return false
}
