import Foundation
import Glibc
import Testing

/// The real program, built beside the tests.
enum Program {
    /// Path of the executable.
    static var path: String {
        let bundle = CommandLine.arguments[0]
        return "\((bundle as NSString).deletingLastPathComponent)/regtop"
    }

    /// Runs it to its end, at most ten seconds; standard input is empty unless given.
    static func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws
        -> Outcome
    {
        try Command.run(path, arguments, input: input, environment: environment)
    }
}

/// What a command came to.
struct Outcome {
    var status: Int32
    var output: String
    var error: String
}

/// Commands that end by themselves.
enum Command {
    /// Runs a command to its end; after `seconds` it is stopped and its status is 124.
    static func run(
        _ path: String,
        _ arguments: [String],
        input: String = "",
        environment: [String: String] = [:],
        folder: String? = nil,
        seconds: Int = 10,
    ) throws -> Outcome {
        // posix_spawn and files: Foundation's Process and pipes wait for what a command leaves running, such as
        // tmux's server.
        let place = NSTemporaryDirectory() + "regtop-command-\(UUID().uuidString)"
        let names = ["in", "out", "err"].map { "\(place).\($0)" }
        defer { for name in names { try? FileManager.default.removeItem(atPath: name) } }
        try Data(input.utf8).write(to: URL(fileURLWithPath: names[0]))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, names[0], O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, names[1], O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, names[2], O_WRONLY | O_CREAT, 0o600)
        // A thread of the test run has signals blocked; a tmux server that inherited that could not be ended.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("REGTOP_") }
        variables["SWIFT_BACKTRACE"] = "enable=no"
        variables.merge(environment) { $1 }
        let there = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder ?? "/"]
        let words = there + ["/usr/bin/timeout", "-k", "2", "\(seconds)", path] + arguments
        var list = words.map { strdup($0) } + [nil]
        var settings = variables.filter { !$0.value.isEmpty }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in list + settings { free(text) } }
        var process: pid_t = 0
        guard posix_spawn(&process, words[0], &actions, &attributes, &list, &settings) == 0 else {
            throw CocoaError(.executableLoad)
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        func text(_ name: String) -> String {
            String(decoding: FileManager.default.contents(atPath: name) ?? Data(), as: UTF8.self)
        }
        return Outcome(status: status >> 8 & 0xff, output: text(names[1]), error: text(names[2]))
    }

    /// The first of the usual folders that has the command.
    static func find(_ name: String) -> String? {
        ["/usr/bin", "/usr/sbin", "/usr/local/bin"].map { "\($0)/\(name)" }
            .first { access($0, X_OK) == 0 }
    }
}

/// Where a tool is missing: a reason to skip by hand, a failure in CI (`CI` set).
func has(_ tools: String...) -> Bool {
    let missing = tools.filter { Command.find($0) == nil }
    if ProcessInfo.processInfo.environment["CI"] != nil {
        #expect(missing.isEmpty, "CI needs \(missing.joined(separator: ", "))")
        return true
    }
    return missing.isEmpty
}

/// Files of Tests/Fixtures.
enum Fixtures {
    static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/\(name)").path
    }
}

/// A folder of a test's own with an accounts file and a state folder, removed with it.
final class Laboratory {
    let path: String
    /// A UDP and TCP port that was free a moment ago, and so were the three behind it.
    let port: UInt16

    init() throws {
        path = NSTemporaryDirectory() + "regtop-live-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        port = try Self.freePort()
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Adds a user of `sip.test` through the program itself.
    func add(user: String, password: String) throws {
        let done = try Program.run(
            ["account", "add", "--accounts", "\(path)/accounts.txt", "\(user)@sip.test"],
            input: "\(password)\n"
        )
        #expect(done.status == 0, "\(done.error)")
    }

    /// Arguments that serve `sip.test` on the laboratory's port.
    var service: [String] {
        [
            "--accounts", "\(path)/accounts.txt", "--listen", "udp:127.0.0.1:\(port)", "--listen",
            "tcp:127.0.0.1:\(port)",
        ]
    }

    /// What a transport's clients connect to: UDP and TCP share a port, the others follow in the order of the words.
    func port(_ transport: String) -> UInt16 {
        switch transport {
        case "tls": port + 1
        case "ws": port + 2
        case "wss": port + 3
        default: port
        }
    }

    /// `service` with listeners for TLS and WebSocket as well, certificate and key from the fixtures.
    func allTransports() throws -> [String] {
        let file = "\(path)/regtop.yaml"
        let text =
            "tls: {certificate: \(Fixtures.path("tls/server.pem")), key: \(Fixtures.path("tls/server.key"))}\n"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let more = ["tls", "ws", "wss"].flatMap { ["--listen", "\($0):127.0.0.1:\(port($0))"] }
        return service + more + ["--config", file]
    }

    /// Arguments that serve the host's own names without passwords on the laboratory's port.
    var open: [String] { ["--open", "--listen", "udp:127.0.0.1:\(port)", "--domain", "localhost"] }

    var auditLog: String {
        (try? String(contentsOfFile: "\(path)/state/regtop/audit.log", encoding: .utf8)) ?? ""
    }

    private static func freePort() throws -> UInt16 {
        for _ in 0..<50 {
            let port = UInt16.random(in: 20_000..<30_000)
            if (port...port + 3).allSatisfy(isFree) { return port }
        }
        throw CocoaError(.fileNoSuchFile)
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let sockets = [SOCK_DGRAM, SOCK_STREAM].map { socket(AF_INET, Int32($0.rawValue), 0) }
        defer { for socket in sockets { close(socket) } }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return sockets.allSatisfy { socket in
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }
    }
}
