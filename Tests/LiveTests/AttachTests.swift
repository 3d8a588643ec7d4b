import Foundation
import Glibc
import Testing

/// A console of another process: attached, left, lost and found again.
@Suite("A console that attaches", .serialized)
struct AttachTests {
    private let laboratory: Laboratory

    init() throws { laboratory = try Laboratory() }

    /// The registrar without a screen, as systemd would run it; ended with the test.
    private final class Daemon {
        let process: pid_t

        init(_ laboratory: Laboratory, _ arguments: [String]) throws {
            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            var none = sigset_t()
            sigemptyset(&none)
            posix_spawnattr_setsigmask(&attributes, &none)
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            for file in [Int32(1), 2] {
                posix_spawn_file_actions_addopen(
                    &actions,
                    file,
                    "\(laboratory.path)/daemon.log",
                    O_WRONLY | O_CREAT | O_APPEND,
                    0o600
                )
            }
            var words = ([Program.path, "serve"] + arguments).map { strdup($0) } + [nil]
            let settings = [
                "HOME=\(laboratory.path)", "XDG_STATE_HOME=\(laboratory.path)/state", "PATH=/usr/bin:/bin",
            ]
            var variables = settings.map { strdup($0) } + [nil]
            defer { for text in words + variables { free(text) } }
            var process: pid_t = 0
            guard posix_spawn(&process, Program.path, &actions, &attributes, &words, &variables) == 0 else {
                throw CocoaError(.executableLoad)
            }
            self.process = process
            for _ in 0..<200 where access("\(laboratory.path)/state/regtop/control.sock", F_OK) != 0 {
                usleep(50_000)
            }
        }

        func end(_ signal: Int32 = SIGTERM) {
            kill(process, signal)
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
        }

        deinit { end(SIGKILL) }
    }

    private func attach(_ arguments: [String] = []) throws -> Tmux {
        try Tmux(laboratory, ["attach", "--view", "bindings"] + arguments, columns: 100, rows: 24)
    }

    private func register(_ user: String) throws {
        let socket = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = laboratory.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let branch = UInt32.random(in: 0..<UInt32.max)
        let text = """
            REGISTER sip:localhost SIP/2.0\r
            Via: SIP/2.0/UDP 127.0.0.1:5099;branch=z9hG4bK\(branch);rport\r
            Max-Forwards: 70\r
            From: <sip:\(user)@localhost>;tag=1\r
            To: <sip:\(user)@localhost>\r
            Call-ID: \(branch)\r
            CSeq: 1 REGISTER\r
            Contact: <sip:\(user)@127.0.0.1:5099>\r
            Expires: 600\r
            Content-Length: 0\r
            \r

            """
        let bytes = Array(text.utf8)
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(sent == bytes.count)
        var waiting = [pollfd(fd: socket, events: Int16(POLLIN), revents: 0)]
        #expect(poll(&waiting, 1, 5_000) == 1, "\(user) got no answer")
    }

    @Test("Two consoles see a phone, and each the other's act", .enabled(if: has("tmux")))
    func actAndSee() throws {
        let daemon = try Daemon(laboratory, laboratory.open)
        let first = try attach()
        let second = try attach()
        try first.wait(for: "No phone is registered")
        try register("4417")
        try first.wait(for: "4417@localhost")
        try second.wait(for: "4417@localhost")
        try first.text("X")
        try first.wait(for: "EVICT 1 BINDING")
        try first.text("y")
        try first.wait(for: "u = put back")
        try second.wait(for: "evicted 1 binding")
        #expect(laboratory.auditLog.contains("evict\t4417@localhost"))
        try first.text("qy")
        try first.wait(for: "EXIT 0")
        // The registrar and the other console go on.
        try register("4418")
        try second.wait(for: "4418@localhost")
        withExtendedLifetime(daemon) {}
    }

    @Test("A registrar that is killed is missed, and found again when it is back", .enabled(if: has("tmux")))
    func killed() throws {
        let daemon = try Daemon(laboratory, laboratory.open)
        try register("4417")
        let console = try attach()
        try console.wait(for: "LIVE")
        try console.wait(for: "4417@localhost")
        daemon.end(SIGKILL)
        let lost = try console.wait(for: "LINK LOST")
        #expect(lost.contains("4417@localhost"))
        try console.wait(for: "Link lost")
        try console.text("X")
        try console.wait(for: "The link to the registrar is lost")
        let again = try Daemon(laboratory, laboratory.open)
        let back = try console.wait(for: "the registrar was restarted at")
        #expect(back.contains("LIVE"))
        try console.wait(for: "4417@localhost")
        again.end()
        try console.wait(for: "stopped by SIGTERM")
        try console.text("qy")
        try console.wait(for: "EXIT 0")
    }

    @Test("No registrar is one sentence and exit code 75", .enabled(if: has("tmux")))
    func nobody() throws {
        let screen = try attach().wait(for: "EXIT 75")
        #expect(screen.contains("no registrar answers at"))
    }

    @Test("A terminal that is lost leaves no process, and the registrar goes on", .enabled(if: has("tmux")))
    func hangUp() throws {
        let daemon = try Daemon(laboratory, laboratory.open)
        let console = try attach()
        try console.wait(for: "BINDINGS")
        let program = try console.programID()
        kill(try console.serverID(), SIGKILL)
        #expect(isGone(program, within: 2))
        for _ in 0..<100 where !laboratory.auditLog.contains("session\tclose") { usleep(20_000) }
        #expect(laboratory.auditLog.contains("session\tclose"))
        try register("4417")
        try attach().wait(for: "4417@localhost")
        withExtendedLifetime(daemon) {}
    }

    @Test("--read-only looks and says why it can't act", .enabled(if: has("tmux")))
    func readOnly() throws {
        let daemon = try Daemon(laboratory, laboratory.open)
        try register("4417")
        let console = try attach(["--read-only"])
        let screen = try console.wait(for: "4417@localhost")
        #expect(screen.contains("RO"))
        try console.text("X")
        try console.wait(for: "read-only")
        withExtendedLifetime(daemon) {}
    }

    @Test("A console leaves its registrar serving, and another attaches to it", .enabled(if: has("tmux")))
    func detach() throws {
        let console = try Tmux(laboratory, laboratory.open + ["--view", "bindings"], columns: 100, rows: 24)
        try console.wait(for: "No phone is registered")
        try register("4417")
        try console.wait(for: "4417@localhost")
        try console.text(":detach")
        try console.type("Enter")
        let shell = try console.wait(for: "EXIT 0")
        let words = shell.split(whereSeparator: \.isWhitespace)
        let place = try #require(words.firstIndex(of: "pid"))
        let process = try #require(pid_t(words[place + 1].prefix { $0.isNumber }))
        defer { kill(process, SIGKILL) }
        // The terminal may go: the registrar has let go of it.
        kill(try console.serverID(), SIGKILL)
        try register("4418")
        let other = try attach()
        try other.wait(for: "4418@localhost")
        #expect(try other.screen().contains("4417@localhost"))
        kill(process, SIGTERM)
        try other.wait(for: "stopped by SIGTERM")
        #expect(isGone(process, within: 5))
    }

    @Test("A demo that keeps nothing can't be left alone", .enabled(if: has("tmux")))
    func detachDemo() throws {
        let listen = [
            "--listen", "udp:127.0.0.1:\(laboratory.port)", "--listen", "tcp:127.0.0.1:\(laboratory.port)",
        ]
        let console = try Tmux(laboratory, ["--demo", "4"] + listen)
        try console.wait(for: "OVERVIEW")
        try console.text(":detach")
        try console.type("Enter")
        try console.wait(for: "--state DIR")
    }

    @Test("A signal to the process before the shell reaches the console", .enabled(if: has("tmux")))
    func signals() throws {
        let console = try Tmux(laboratory, laboratory.open)
        try console.wait(for: "OVERVIEW")
        let waiting = try console.programID()
        // Killed hard, it takes the console with it: nothing is left behind.
        let children = try Command.run("/usr/bin/pgrep", ["-P", "\(waiting)"]).output
        let program = try #require(pid_t(children.trimmingCharacters(in: .whitespacesAndNewlines)))
        kill(waiting, SIGKILL)
        #expect(isGone(program, within: 5))
    }
}
