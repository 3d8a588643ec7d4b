internal import CSocket

/// Who is at the other end of a Unix socket, as the kernel noted when it connected: nothing that the peer says.
public struct PeerCredentials: Hashable, Sendable {
    /// Process number; it may have ended and the number be another's by now.
    public var process: Int32
    /// Effective user and group.
    public var user: UInt32, group: UInt32
    /// Supplementary groups.
    public var groups: [UInt32]

    /// Puts the parts together.
    public init(process: Int32, user: UInt32, group: UInt32, groups: [UInt32] = []) {
        self.process = process
        self.user = user
        self.group = group
        self.groups = groups
    }

    /// Those of a connected socket; nil if the kernel doesn't say.
    init?(descriptor: Int32) {
        var peer = csocket_peer()
        guard csocket_read_peer(descriptor, &peer) == 0 else { return nil }
        var groups = [UInt32](repeating: 0, count: Self.mostGroups)
        let count = csocket_read_peer_groups(descriptor, &groups, Int32(groups.count))
        self.init(
            process: peer.process,
            user: peer.user,
            group: peer.group,
            groups: Array(groups.prefix(max(0, Int(count))))
        )
    }

    /// More groups than Linux gives anybody.
    private static let mostGroups = 65_536

    /// The peer acts with the rights of this group.
    public func isMember(of group: UInt32) -> Bool { self.group == group || groups.contains(group) }
}
