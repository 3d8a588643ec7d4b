import Glibc

/// Tells systemd how the service is (sd_notify(3)), where it asked to be told; does nothing elsewhere.
///
/// A datagram never waits: one that finds no room is lost, and the next one says the same again.
struct ServiceNotifier: Sendable {
    /// Seconds between two signs of life; nil: nobody watches.
    let watchdogInterval: Double?
    private let socketPath: [UInt8]?

    /// What the environment says: `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`.
    init(environment: [String: String], process: pid_t = getpid()) {
        let path = Array((environment["NOTIFY_SOCKET"] ?? "").utf8)
        // A path, or a name in the abstract space, which begins with @ here and with a zero there.
        let isUsable = path.count > 1 && path.count < 108 && (path[0] == 0x2f || path[0] == 0x40)
        socketPath = isUsable ? path : nil
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(process)" } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { UInt64($0) } ?? 0
        // Half of the time, as sd_watchdog_enabled(3) recommends.
        watchdogInterval = isUsable && isMeant && microseconds > 0 ? Double(microseconds) / 2_000_000 : nil
    }

    /// Somebody wants to be told.
    var isWanted: Bool { socketPath != nil }

    /// The service is up, and what it says of itself.
    func ready(_ status: String) { send("READY=1\nSTATUS=\(Self.line(status))") }

    /// What it says of itself.
    func status(_ status: String) { send("STATUS=\(Self.line(status))") }

    /// It reads its settings anew; `ready` says when that is done.
    func reloading(monotonicMicroseconds: Int64) {
        send("RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds)")
    }

    /// It ends.
    func stopping() { send("STOPPING=1") }

    /// It lives.
    func alive() { send("WATCHDOG=1") }

    private static func line(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }

    private func send(_ text: String) {
        guard let path = socketPath else { return }
        let file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { return }
        defer { close(file) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = path[0] == 0x40
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, byte) in path.enumerated() where index < room.count { room[index] = byte }
            if isAbstract { room[0] = 0 }
        }
        // An abstract name is as long as it is; a path has its zero.
        let length = MemoryLayout<sa_family_t>.size + path.count + (isAbstract ? 0 : 1)
        let bytes = Array(text.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(
                    file,
                    bytes,
                    bytes.count,
                    Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL),
                    address,
                    socklen_t(length)
                )
            }
        }
    }
}
