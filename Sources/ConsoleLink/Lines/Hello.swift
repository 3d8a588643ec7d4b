/// The first line of whoever comes in by the control socket: what it says of itself. Who it is, the kernel says.
public struct Hello: Codable, Hashable, Sendable {
    /// Where the person sits, as an address or `local`; kept in the audit trail beside the kernel's name of the user.
    public var from: String
    /// Terminal device; empty for a script.
    public var terminal: String
    /// A console before which somebody sits: its begin and end are recorded.
    public var isConsole: Bool
    /// It wants to look only.
    public var isReadOnly: Bool

    private enum Word: String, CodingKey { case hello }
    private enum Rest: String, CodingKey { case version = "protocol" }
    private enum Members: String, CodingKey { case from, terminal, console, readOnly }

    /// Puts the parts together.
    public init(from: String, terminal: String = "", isConsole: Bool = false, isReadOnly: Bool = false) {
        self.from = from
        self.terminal = terminal
        self.isConsole = isConsole
        self.isReadOnly = isReadOnly
    }

    /// Reads `{"protocol": N, "hello": {…}}`, where every member of the inner object may be left out. The number is
    /// looked at before anything else.
    public init(from decoder: any Decoder) throws {
        let version = try decoder.container(keyedBy: Rest.self).decode(Int.self, forKey: .version)
        guard version == LinkCodec.protocolVersion else {
            let ours = LinkCodec.protocolVersion
            throw LinkError(
                .version,
                "protocol \(version) is not spoken by this registrar, but \(ours): use the same version of both"
            )
        }
        let words = try decoder.container(keyedBy: Word.self)
        let members = try words.nestedContainer(keyedBy: Members.self, forKey: .hello)
        from = try members.decodeIfPresent(String.self, forKey: .from) ?? "local"
        terminal = try members.decodeIfPresent(String.self, forKey: .terminal) ?? ""
        isConsole = try members.decodeIfPresent(Bool.self, forKey: .console) ?? false
        isReadOnly = try members.decodeIfPresent(Bool.self, forKey: .readOnly) ?? false
    }

    /// Writes all of it.
    public func encode(to encoder: any Encoder) throws {
        var rest = encoder.container(keyedBy: Rest.self)
        try rest.encode(LinkCodec.protocolVersion, forKey: .version)
        var words = encoder.container(keyedBy: Word.self)
        var members = words.nestedContainer(keyedBy: Members.self, forKey: .hello)
        try members.encode(from, forKey: .from)
        try members.encode(terminal, forKey: .terminal)
        try members.encode(isConsole, forKey: .console)
        try members.encode(isReadOnly, forKey: .readOnly)
    }
}
