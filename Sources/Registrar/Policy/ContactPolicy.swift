/// How many contacts an address of record may have, and what happens beyond.
public struct ContactPolicy: Hashable, Sendable, BitwiseCopyable {
    /// What to do with a contact too many.
    public enum Overflow: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// Refuse the whole REGISTER (403).
        case reject
        /// Let the binding that was refreshed longest ago make room.
        case oldest
        /// Let the binding that would end first make room.
        case soonest
        /// Let one that cannot be reached make room (connection gone, pings no longer answered), else the one that
        /// was refreshed longest ago.
        case unreachable
    }

    /// Which earlier bindings of a phone a new one of the same phone takes the place of.
    public enum Folding: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// None but those that RFC 3261 §10.3 and RFC 5626 §6 name.
        case off
        /// Those of the same instance.
        case instance
    }

    /// Most contacts at a time, at least 1.
    public let maximum: UInt16
    /// What to do beyond.
    public let overflow: Overflow
    /// What a phone's new contact replaces.
    public let folding: Folding
    /// Longest contact (URI and parameters) in bytes.
    public let longest: UInt16

    /// A contact policy; a maximum of 0 counts as 1.
    public init(
        maximum: UInt16 = 10,
        overflow: Overflow = .reject,
        folding: Folding = .off,
        longest: UInt16 = 512,
    ) {
        self.maximum = max(maximum, 1)
        self.overflow = overflow
        self.folding = folding
        self.longest = longest
    }
}

/// How a 200 shows that a binding's source is not what its Contact says.
public enum AliasRendering: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// `;alias=ip~port~number` within the URI, as Kamailio's nathelper writes it.
    case uri
    /// `;received="sip:ip:port;transport=…"` as a parameter of the Contact header field, outside the URI.
    case received
    /// Not at all.
    case off
}
