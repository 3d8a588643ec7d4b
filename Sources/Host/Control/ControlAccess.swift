import Glibc
import Transport

/// Who may come in by the control socket, and what they may do there: decided by what the kernel says of them.
struct ControlAccess: Sendable {
    /// What somebody may do.
    enum Grant: Hashable, Sendable {
        /// Look and act.
        case operate
        /// Look only, for this reason.
        case observe(because: String)
        /// Nothing, for this reason.
        case nothing(because: String)
    }

    /// A group of the system.
    struct Group: Hashable, Sendable {
        var name: String
        var id: UInt32
    }

    /// The user that runs the registrar, and root.
    var owners: Set<UInt32>
    /// Its members may look; nil: nobody may.
    var group: Group?
    /// Users among them that may act.
    var operators: Set<String> = []

    /// What a peer of that name may do.
    func grant(_ peer: PeerCredentials, user: String, wantsToLook: Bool) -> Grant {
        let isOwner = owners.contains(peer.user)
        let isMember = group.map { peer.isMember(of: $0.id) } ?? false
        guard isOwner || isMember else {
            let others = group.map { " and the group \($0.name)" } ?? ""
            return .nothing(
                because: "\(user) may not attach here: only the registrar's own user, root\(others) may"
            )
        }
        if wantsToLook { return .observe(because: "started with --read-only") }
        guard isOwner || operators.contains(user) else {
            return .observe(because: "\(user) is not among the operators of the settings (control)")
        }
        return .operate
    }
}

extension ControlAccess {
    /// By these settings; throws if there is no such group.
    init(_ settings: ControlSettings) throws(HostError) {
        owners = [geteuid(), 0]
        operators = Set(settings.operators)
        guard let name = settings.group else { return }
        guard let id = Self.group(named: name) else {
            throw HostError(
                "control: group: there is no group \(name); make it with groupadd or name another",
                exitCode: 2
            )
        }
        group = Group(name: name, id: id)
    }

    private static func group(named name: String) -> UInt32? {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: 1 << 16)
        // A group may have more members than fit; its number is known all the same.
        while getgrnam_r(name, &entry, &buffer, buffer.count, &found) == ERANGE, buffer.count < 1 << 24 {
            buffer = [CChar](repeating: 0, count: buffer.count * 2)
        }
        return found == nil ? nil : entry.gr_gid
    }
}

/// Names of the system's users.
enum UserName {
    /// The name of a user, or `uid 1234` for one without.
    static func of(_ user: UInt32) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 1 << 16)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil,
            let name = entry.pw_name
        else { return "uid \(user)" }
        return String(cString: name)
    }
}
