internal import BindingTable
public import SIPMessage
internal import Timing

/// What a device does against the rules or against its own interest, as far as its bindings show it.
///
/// Those that make calls fail, or let others in, come first: they are warnings; the rest is told for completeness.
public enum Lint: UInt8, WordCodable, Hashable, Sendable {
    /// The contact's user is not the account's: a phone that expects its own name rejects calls.
    case contactUser
    /// Behind NAT over UDP, and back more rarely than the NAT remembers it.
    case natRare
    /// Behind NAT over UDP, and asks for no `rport` (RFC 3581).
    case noRport
    /// Another Call-ID with each refresh (RFC 3261 §10.2.4 wants the same): a ghost each time its contact changes too.
    case newCallID
    /// Came back only after its binding had run out: nobody could call it in between.
    case lateRefresh
    /// Came back late, and by the time that it asked for instead of the shorter one that it got.
    case expiresIgnored
    /// `+sip.instance` without a value: no two of its bindings can be told to be one phone's (RFC 5626 §4.1).
    case emptyInstance
    /// A `reg-id` that could not be honoured (RFC 5626 §6).
    case regIDIgnored
    /// Answers without qop although it was offered (RFC 2069).
    case legacyDigest
    /// Not behind NAT, and back ten times as often as it must.
    case chatty
    /// A user in the Request-URI (RFC 3261 §10.2 forbids it).
    case requestURIUser
    /// The digest's uri is not the Request-URI.
    case digestURI
    /// The Via names another transport than the one it came over.
    case viaTransport
    /// An alias out of an earlier 200 came back in the contact.
    case alias
    /// No Content-Length.
    case noContentLength
    /// Proves itself with MD5 (RFC 8760).
    case md5

    /// The word of filter and screen: where a badge says the same, the badge's.
    public var word: String {
        switch self {
        case .newCallID: "new-call-id"
        case .lateRefresh: "late-refresh"
        case .expiresIgnored: "expires-ignored"
        case .emptyInstance: "empty-instance"
        case .chatty: "chatty"
        default: badge.flatMap { badge in Badges.names.first { $0.badge == badge }?.name } ?? ""
        }
    }

    /// The word.
    public var codingWord: String { word }

    /// Calls may fail for it, or others may get in.
    public var isWarning: Bool { rawValue < Lint.chatty.rawValue }

    /// The badge that says the same; nil for what only the time between REGISTERs shows.
    var badge: Badges? {
        switch self {
        case .contactUser: .contactUser
        case .natRare: .rareForNAT
        case .noRport: .noRport
        case .regIDIgnored: .regIDIgnored
        case .legacyDigest: .legacyDigest
        case .requestURIUser: .requestURIUser
        case .digestURI: .digestURI
        case .viaTransport: .viaTransport
        case .alias: .aliasStripped
        case .noContentLength: .noContentLength
        case .md5: .md5
        case .newCallID, .lateRefresh, .expiresIgnored, .emptyInstance, .chatty: nil
        }
    }
}

/// A set of lints: one bit each, by their raw values.
struct LintSet: OptionSet, Hashable, Sendable, BitwiseCopyable {
    var rawValue: UInt16

    init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The set of one.
    init(_ lint: Lint) { rawValue = 1 << UInt16(lint.rawValue) }

    /// What one look at a binding can't show: it was seen when it came.
    static let remembered: LintSet = [LintSet(.lateRefresh), LintSet(.expiresIgnored)]
    /// All warnings.
    static let warnings = Lint.allCases.filter(\.isWarning).reduce(into: LintSet()) { $0.insert(LintSet($1)) }

    func contains(_ lint: Lint) -> Bool { contains(LintSet(lint)) }

    /// What a binding's facts show.
    ///
    /// - Parameters:
    ///   - callChanges: so many refreshes in a row came under another Call-ID; one is a restart.
    ///   - hasEmptyInstance: its contact has an instance without a value.
    init(_ facts: BindingFacts, callChanges: UInt8, hasEmptyInstance: Bool) {
        self = []
        for lint in Lint.allCases {
            if let badge = lint.badge, facts.badges.contains(badge) { insert(LintSet(lint)) }
        }
        if callChanges >= 2 { insert(LintSet(.newCallID)) }
        if hasEmptyInstance { insert(LintSet(.emptyInstance)) }
        let isChatty = facts.rhythm.map { $0.milliseconds * 10 < Int(facts.granted) * 1_000 } ?? false
        if isChatty, !facts.badges.contains(.nat) { insert(LintSet(.chatty)) }
    }
}
