/// What is remarkable about how a phone registered: each leniency shown, nothing hidden.
public struct Badges: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// One bit a badge.
    public let rawValue: UInt32

    /// The set with these bits.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Contact host or port is not the packet's source.
    public static let nat = Badges(rawValue: 1 << 0)
    /// Registered without a password, by the `--open` setting.
    public static let open = Badges(rawValue: 1 << 1)
    /// Proved with MD5, which RFC 8760 keeps for old phones only.
    public static let md5 = Badges(rawValue: 1 << 2)
    /// Answered without qop although it was offered (RFC 2069 form).
    public static let legacyDigest = Badges(rawValue: 1 << 3)
    /// The digest's uri is not the Request-URI.
    public static let digestURI = Badges(rawValue: 1 << 4)
    /// A preloaded Route named this registrar and was consumed.
    public static let preloadedRoute = Badges(rawValue: 1 << 5)
    /// The top Via names another transport than the message came over.
    public static let viaTransport = Badges(rawValue: 1 << 6)
    /// No Content-Length (allowed over UDP only).
    public static let noContentLength = Badges(rawValue: 1 << 7)
    /// The Request-URI has a user part (RFC 3261 §10.2 forbids it).
    public static let requestURIUser = Badges(rawValue: 1 << 8)
    /// The contact's user is not the account's user.
    public static let contactUser = Badges(rawValue: 1 << 9)
    /// An alias parameter in the contact came in, was dropped and computed anew.
    public static let aliasStripped = Badges(rawValue: 1 << 10)

    /// Name of each badge, in the order of the bits: the filter's and the screen's word.
    public static let names: [(badge: Badges, name: String)] = [
        (.nat, "nat"), (.open, "open"), (.md5, "md5"), (.legacyDigest, "rfc2069"), (.digestURI, "digest-uri"),
        (.preloadedRoute, "route"), (.viaTransport, "via-transport"), (.noContentLength, "no-length"),
        (.requestURIUser, "ruri-user"), (.contactUser, "contact-user"), (.aliasStripped, "alias"),
    ]
}
