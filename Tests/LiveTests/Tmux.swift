import Foundation
import Glibc
import Testing

/// A program in a terminal of tmux: keys in, screen out.
final class Tmux {
    private let socket = "regtop-\(getpid())-\(UInt32.random(in: 0..<1_000_000))"
    private let folder: String

    /// Starts the program in a terminal of this size; the shell says `EXIT n` when it ends.
    init(
        _ laboratory: Laboratory,
        _ arguments: [String],
        columns: Int = 80,
        rows: Int = 24,
        environment: [String: String] = [:],
        program: String = Program.path,
    ) throws {
        folder = laboratory.path
        var variables = [
            "LANG": "C.UTF-8", "XDG_STATE_HOME": "\(folder)/state", "SWIFT_BACKTRACE": "enable=no",
        ]
        variables.merge(environment) { $1 }
        let words = ([program] + arguments).map { "'\($0)'" }.joined(separator: " ")
        let script = "\(folder)/run.sh"
        try "\(words)\necho EXIT $?\nexec sleep 60\n".write(toFile: script, atomically: true, encoding: .utf8)
        var command = ["new-session", "-d", "-x", "\(columns)", "-y", "\(rows)"]
        for (name, value) in variables { command += ["-e", "\(name)=\(value)"] }
        try run(command + ["sh", script])
    }

    deinit { _ = try? run(["kill-server"]) }

    /// Types keys by tmux's names (`Enter`, `Escape`, `Tab`, `C-c`), or text.
    func type(_ keys: String...) throws {
        for key in keys { try run(["send-keys", key.count == 1 ? "-l" : "--", key].filter { $0 != "--" }) }
    }

    /// Types a text as it stands.
    func text(_ text: String) throws { try run(["send-keys", "-l", text]) }

    /// What is on the screen.
    func screen() throws -> String { try run(["capture-pane", "-p"]) }

    func resize(columns: Int, rows: Int) throws {
        try run(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// The screen as soon as it shows what is wanted; after ten seconds as it is, and a failure.
    @discardableResult
    func wait(
        for wanted: String,
        seconds: Int = 10,
        location: SourceLocation = #_sourceLocation,
    ) throws -> String {
        var screen = ""
        for _ in 0..<seconds * 20 {
            screen = try self.screen()
            if screen.contains(wanted) { return screen }
            usleep(50_000)
        }
        Issue.record("the screen never showed «\(wanted)»:\n\(screen)", sourceLocation: location)
        return screen
    }

    /// Process number of the program in the terminal, once it runs.
    func programID() throws -> pid_t {
        let shell = try run(["display-message", "-p", "#{pane_pid}"]).trimmingCharacters(
            in: .whitespacesAndNewlines
        )
        for _ in 0..<100 {
            let children = try Command.run("/usr/bin/pgrep", ["-P", shell, "regtop"]).output
            if let id = pid_t(children.split(separator: "\n").first ?? "") { return id }
            usleep(50_000)
        }
        throw CocoaError(.executableLoad)
    }

    /// Process number of the tmux server, which holds the other end of the terminal.
    func serverID() throws -> pid_t {
        pid_t(try run(["display-message", "-p", "#{pid}"]).trimmingCharacters(in: .whitespacesAndNewlines))
            ?? 0
    }

    @discardableResult
    private func run(_ arguments: [String]) throws -> String {
        try Command.run("/usr/bin/tmux", ["-L", socket, "-f", "/dev/null"] + arguments).output
    }
}

/// True as soon as a process has ended, reaped or not; false if it lives on after so many seconds.
func isGone(_ process: pid_t, within seconds: Double) -> Bool {
    for _ in 0..<Int(seconds * 50) {
        let facts = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        guard let state = facts?.split(separator: ")").last?.first(where: { $0 != " " }) else { return true }
        if state == "Z" || state == "X" { return true }
        usleep(20_000)
    }
    return false
}
