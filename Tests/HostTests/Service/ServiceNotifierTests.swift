import Foundation
import Glibc
import Synchronization
import Testing
import Timing

@testable import Host

/// Where systemd would listen.
private final class NotifySocket {
    let name: String
    private let descriptor: Int32

    /// With `@` in front in the abstract space, else a path.
    init(_ name: String) throws {
        self.name = name
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, byte) in bytes.enumerated() { room[index] = byte == 0x40 && index == 0 ? 0 : byte }
        }
        let length = MemoryLayout<sa_family_t>.size + bytes.count + (name.hasPrefix("@") ? 0 : 1)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(length))
            }
        }
        guard bound == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    deinit { close(descriptor) }

    /// The datagrams that are there.
    var messages: [String] {
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return messages }
            messages.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
    }
}

@Suite("What systemd is told")
struct ServiceNotifierTests {
    private let folder = ScratchFolder()

    @Test("Each state is a datagram, to a path as to an abstract name", arguments: [false, true])
    func states(isAbstract: Bool) throws {
        let unique = UUID().uuidString
        let socket = try NotifySocket(isAbstract ? "@regtop-\(unique)" : "\(folder.path)/n")
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": socket.name])
        #expect(notifier.isWanted && notifier.watchdogInterval == nil)
        notifier.ready("3 bindings\nWATCHDOG=trigger")
        notifier.reloading(monotonicMicroseconds: 77)
        notifier.status("busy")
        notifier.alive()
        notifier.stopping()
        #expect(
            socket.messages == [
                "READY=1\nSTATUS=3 bindings WATCHDOG=trigger", "RELOADING=1\nMONOTONIC_USEC=77",
                "STATUS=busy",
                "WATCHDOG=1", "STOPPING=1",
            ]
        )
    }

    @Test("Nobody who wants to hear, or a name that is none, is no trouble")
    func nobody() {
        let long = "/" + String(repeating: "x", count: 200)
        for name in [nil, "", "relative", "@", long, "/nonexistent/socket"] {
            var environment: [String: String] = [:]
            environment["NOTIFY_SOCKET"] = name
            ServiceNotifier(environment: environment).ready("x")
        }
        #expect(!ServiceNotifier(environment: [:]).isWanted)
        #expect(!ServiceNotifier(environment: ["NOTIFY_SOCKET": long]).isWanted)
    }

    @Test("The watchdog is fed at half of its time, by the process that it is meant for")
    func watchdog() {
        var environment = ["NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "30000000"]
        #expect(ServiceNotifier(environment: environment).watchdogInterval == 15)
        environment["WATCHDOG_PID"] = "\(getpid())"
        #expect(ServiceNotifier(environment: environment).watchdogInterval == 15)
        environment["WATCHDOG_PID"] = "1"
        #expect(ServiceNotifier(environment: environment).watchdogInterval == nil)
        for nonsense in ["nonsense", "inf", "1e300", "-5", "99999999999999999999"] {
            environment = ["NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": nonsense]
            #expect(ServiceNotifier(environment: environment).watchdogInterval == nil)
        }
        // The longest time there is must not trap.
        environment = ["NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "\(UInt64.max)"]
        ServicePulse(ServiceNotifier(environment: environment)) { "" }.beat(at: .zero)
    }

    @Test("A pulse says that it lives as often as is wanted, and its status where that has changed")
    func pulse() throws {
        let socket = try NotifySocket("\(folder.path)/n")
        let status = Mutex("1 binding")
        let notifier = ServiceNotifier(
            environment: ["NOTIFY_SOCKET": socket.name, "WATCHDOG_USEC": "4000000"]
        )
        let pulse = ServicePulse(notifier) { status.withLock { $0 } }
        var now = Timestamp.zero + .seconds(100)
        pulse.beat(at: now)
        #expect(socket.messages == ["WATCHDOG=1", "STATUS=1 binding"])
        pulse.beat(at: now + .milliseconds(1_999))
        #expect(socket.messages.isEmpty)
        now = now + .seconds(2)
        pulse.beat(at: now)
        #expect(socket.messages == ["WATCHDOG=1"])
        status.withLock { $0 = "2 bindings" }
        pulse.beat(at: now + .seconds(4))
        #expect(socket.messages == ["WATCHDOG=1", "STATUS=2 bindings"])
    }
}
