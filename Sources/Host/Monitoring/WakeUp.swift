import Glibc

/// A flag that one thread waits for and any thread raises (an eventfd).
final class WakeUp: Sendable {
    /// The descriptor, readable while the flag is up.
    let descriptor: Int32

    /// Opens the flag, lowered.
    init() throws(HostError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK.rawValue | EFD_CLOEXEC.rawValue))
        guard descriptor >= 0 else {
            throw HostError("eventfd: \(String(cString: strerror(errno))); raise the limit of open files", exitCode: 1)
        }
    }

    deinit { close(descriptor) }

    /// Puts the flag up.
    func raise() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    /// Takes the flag down.
    func lower() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }

    /// Waits until the flag is up or the time is over, and takes it down.
    func wait(milliseconds: Int32) {
        var descriptors = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        _ = poll(&descriptors, 1, milliseconds)
        lower()
    }
}
