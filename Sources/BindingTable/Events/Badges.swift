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

    /// The contact's host is a private address and the packet's source is not (RFC 1918, RFC 4193).
    public static let privateContact = Badges(rawValue: 1 << 11)
    /// The top Via's sent-by is not the packet's source.
    public static let viaHost = Badges(rawValue: 1 << 12)
    /// Behind NAT over UDP, and did not ask for `rport` (RFC 3581).
    public static let noRport = Badges(rawValue: 1 << 13)
    /// Behind NAT over UDP, and comes back more rarely than the NAT may remember it.
    public static let rareForNAT = Badges(rawValue: 1 << 14)
    /// Registered a flow of its own (RFC 5626).
    public static let outbound = Badges(rawValue: 1 << 15)
    /// Let in by a rule for its address, without a password.
    public static let byAddress = Badges(rawValue: 1 << 16)
    /// Stands for a list of numbers (RFC 6140).
    public static let bulk = Badges(rawValue: 1 << 17)
    /// A verified TLS peer asked for its connection to be used towards its sent-by (RFC 5923).
    public static let connectionReuse = Badges(rawValue: 1 << 18)
    /// `alias` in Via without a verified certificate for the sent-by: not honoured (RFC 5923 §7.1).
    public static let reuseRefused = Badges(rawValue: 1 << 19)
    /// `reg-id` that could not be honoured, for want of an instance or of outbound at the first hop.
    public static let regIDIgnored = Badges(rawValue: 1 << 20)

    /// Name of each badge, in the order of the bits: the filter's and the screen's word.
    public static let names: [(badge: Badges, name: String)] = [
        (.nat, "nat"), (.open, "open"), (.md5, "md5"), (.legacyDigest, "rfc2069"), (.digestURI, "digest-uri"),
        (.preloadedRoute, "route"), (.viaTransport, "via-transport"), (.noContentLength, "no-length"),
        (.requestURIUser, "ruri-user"), (.contactUser, "contact-user"), (.aliasStripped, "alias"),
        (.privateContact, "private"), (.viaHost, "via-host"), (.noRport, "no-rport"),
        (.rareForNAT, "nat-rare"), (.outbound, "outbound"), (.byAddress, "by-address"), (.bulk, "bulk"),
        (.connectionReuse, "reuse"), (.reuseRefused, "reuse-refused"), (.regIDIgnored, "reg-id-ignored"),
    ]
}
