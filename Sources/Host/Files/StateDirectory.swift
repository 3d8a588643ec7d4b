import Glibc

/// The directory of what is kept beyond the process: bindings and history, the audit trail, the control socket.
/// Everything of one registrar is in one place, so `regtop attach` needs to know nothing else.
public struct StateDirectory: Sendable {
    /// Where it is.
    public let path: String

    /// The directory at a path.
    public init(path: String) { self.path = path }

    /// The directory that the settings name, or the usual one: what systemd gives (`STATE_DIRECTORY`),
    /// `/var/lib/regtop` for root, else `$XDG_STATE_HOME/regtop`, by default `~/.local/state/regtop`.
    public init(_ named: String?, environment: [String: String], isRoot: Bool = Self.isRoot) {
        if let named {
            path = named
        } else if let given = environment["STATE_DIRECTORY"], !given.isEmpty {
            path = String(given.prefix { $0 != ":" })
        } else if let state = environment["XDG_STATE_HOME"], !state.isEmpty {
            path = "\(state)/regtop"
        } else if isRoot {
            path = "/var/lib/regtop"
        } else {
            path = "\(environment["HOME"] ?? "")/.local/state/regtop"
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
