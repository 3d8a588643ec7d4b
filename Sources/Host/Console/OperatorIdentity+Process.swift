import BindingTable
import Glibc

extension OperatorIdentity {
    /// Who runs this process: login name, SSH client address, terminal.
    static var ofThisProcess: OperatorIdentity {
        let environment = Environment.known
        let entry = getpwuid(getuid())
        let name = entry.flatMap { $0.pointee.pw_name }.map { String(cString: $0) } ?? "uid \(getuid())"
        let client = environment["SSH_CLIENT"] ?? environment["SSH_CONNECTION"] ?? ""
        let from = client.split(separator: " ").first.map(String.init) ?? "local"
        let terminal = ttyname(STDIN_FILENO).map { String(cString: $0) } ?? "-"
        return OperatorIdentity(user: name, from: from, terminal: terminal)
    }
}
