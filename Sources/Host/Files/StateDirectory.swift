import Glibc

/// The directory of what is kept beyond the process: bindings and history, the audit trail, the control socket.
/// Everything of one registrar is in one place, so `regtop attach` needs to know nothing else.
public struct StateDirectory: Sendable {
    /// Where it is.
    public let path: String

    /// The directory at a path; one that does not begin at the root is meant from the working directory, now.
    public init(path: String) {
        self.path = path.hasPrefix("/") ? path : "\(Self.workingDirectory)/\(path)"
    }

    private static var workingDirectory: String {
        guard let text = getcwd(nil, 0) else { return "." }
        defer { free(text) }
        return String(cString: text)
    }

    /// The directory that the settings name, or the usual one: what systemd gives (`STATE_DIRECTORY`),
    /// `/var/lib/regtop` for root, else `$XDG_STATE_HOME/regtop`, by default `~/.local/state/regtop`.
    public init(_ named: String?, environment: [String: String], isRoot: Bool = Self.isRoot) {
        if let named {
            self.init(path: named)
        } else if let given = environment["STATE_DIRECTORY"], !given.isEmpty {
            self.init(path: String(given.prefix { $0 != ":" }))
        } else if let state = environment["XDG_STATE_HOME"], !state.isEmpty {
            self.init(path: "\(state)/regtop")
        } else if isRoot {
            self.init(path: "/var/lib/regtop")
        } else {
            self.init(path: "\(environment["HOME"] ?? "")/.local/state/regtop")
        }
    }

    /// The process is root's.
    public static var isRoot: Bool { geteuid() == 0 }

    /// Bindings and history.
    public var database: String { "\(path)/regtop.db" }
    /// Where consoles and scripts come in.
    public var socket: String { "\(path)/control.sock" }
    /// What operators did.
    public var audit: String { "\(path)/audit.log" }
    /// Held by the registrar that runs here.
    public var lock: String { "\(path)/lock" }
}
