internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// What the badges of a binding mean, each in a sentence with why it matters: the table is total over
/// `Badges.names`.
enum BadgeWords {
    /// A sentence about one badge.
    struct Row: Sendable {
        /// The badge.
        var badge: Badges
        /// Calls may fail for it, or others may get in; the rest is told for completeness.
        var isWarning: Bool
        /// The sentence about a binding that has it.
        var sentence: @Sendable (Binding) -> String
    }

    /// All badges: warnings first, in the order in which they are told.
    static let table: [Row] = warnings + notes

    private static let warnings: [Row] = [
        Row(badge: .rareForNAT, isWarning: true) { binding in
            "Behind NAT and back only every \(rhythm(binding)): the NAT forgets after about 180 s, calls will not "
                + "arrive. A shorter expiry helps (expires.max-nat), or a keepalive in the phone."
        },
        Row(badge: .contactUser, isWarning: true) { binding in
            "Calls go to the contact's user \(user(of: binding.texts.contact)), which is not the account's "
                + "\(account(binding)): a phone that expects its own name in the Request-URI may reject them."
        },
        Row(badge: .noRport, isWarning: true) { _ in
            "Behind NAT and does not ask for rport (RFC 3581): other servers' answers may miss it. Set rport in the "
                + "phone."
        },
        Row(badge: .regIDIgnored, isWarning: true) { _ in
            "Its reg-id could not be honoured, for want of an instance or of outbound at the first proxy: it is an "
                + "ordinary contact, and a new one each time its address changes (RFC 5626 §6)."
        },
        Row(badge: .reuseRefused, isWarning: true) { binding in
            "Wants its connection to be used towards \(sentBy(binding)), and no certificate proves that name: not "
                + "honoured, or anybody could take over its calls (RFC 5923 §7.1)."
        },
        Row(badge: .open, isWarning: true) { _ in
            "Registered without a password: anybody who reaches this registrar can take over its calls."
        },
        Row(badge: .legacyDigest, isWarning: true) { _ in
            "Answered without qop (RFC 2069): whoever hears its answer can send it again while the nonce lives."
        },
    ]

    private static let notes: [Row] = [
        Row(badge: .privateContact, isWarning: false) { binding in
            "Its contact \(host(binding)) is a private address: calls reach it only by the way its REGISTER came."
        },
        Row(badge: .nat, isWarning: false) { binding in
            "Its contact says \(host(binding)) and it sends from \(binding.facts.path.source): calls go where it "
                + "sends from, and last as long as the NAT remembers it."
        },
        Row(badge: .viaHost, isWarning: false) { binding in
            "Its Via names \(sentBy(binding)), which is not where it sends from: a NAT or a proxy is between."
        },
        Row(badge: .viaTransport, isWarning: false) { binding in
            "Its Via names another transport than \(binding.facts.path.transport.name), by which it came: a wrong "
                + "setting, or a proxy between."
        },
        Row(badge: .aliasStripped, isWarning: false) { _ in
            "Its contact carried an alias from an earlier 200: dropped and computed anew, for the old one may name "
                + "a port that is dead."
        },
        Row(badge: .outbound, isWarning: false) { binding in
            "Keeps flow \(binding.facts.regID) open itself (RFC 5626): calls go by this flow only."
        },
        Row(badge: .connectionReuse, isWarning: false) { binding in
            "Its certificate proves \(BindingColumns.text(binding.texts.peer)): requests to it take its own "
                + "connection (RFC 5923)."
        },
        Row(badge: .bulk, isWarning: false) { binding in
            "Stands for the numbers \(BindingColumns.text(binding.texts.numbers)): one contact takes the calls of "
                + "all (RFC 6140)."
        },
        Row(badge: .byAddress, isWarning: false) { binding in
            "Let in by a rule for its address \(binding.facts.path.source.address), without a password."
        },
        Row(badge: .md5, isWarning: false) { _ in
            "Proved itself with MD5, which RFC 8760 keeps for old phones only: SHA-256 if the phone can."
        },
        Row(badge: .digestURI, isWarning: false) { _ in
            "The digest's uri is not the Request-URI: the phone, or a proxy between, rewrites one of them."
        },
        Row(badge: .requestURIUser, isWarning: false) { _ in
            "Its Request-URI has a user part, which RFC 3261 §10.2 forbids: tolerated."
        },
        Row(badge: .preloadedRoute, isWarning: false) { _ in
            "Sends a Route that names this registrar, as phones with an outbound proxy do: consumed."
        },
        Row(badge: .noContentLength, isWarning: false) { _ in
            "Sends no Content-Length: allowed over UDP only."
        },
    ]

    /// The sentences about a binding's badges, warnings first.
    static func sentences(_ binding: Binding) -> [TextRun] {
        table.filter { binding.facts.badges.contains($0.badge) }.map { row in
            TextRun(row.sentence(binding), role: row.isWarning ? .stateWarn : .text)
        }
    }

    // MARK: Parts

    private static func rhythm(_ binding: Binding) -> String {
        let gap = Int(binding.facts.rhythm?.seconds ?? 0)
        // Without a rhythm, half of what it got is when phones come back.
        return TimeText.length(gap > 0 ? gap : Int(binding.facts.granted / 2))
    }

    private static func user(of uri: [UInt8]) -> String {
        let text = BindingColumns.text(uri)
        guard let at = text.lastIndex(of: "@"), let colon = text.firstIndex(of: ":"), colon < at else {
            return "(none)"
        }
        let user = text[text.index(after: colon)..<at]
        return user.isEmpty ? "(none)" : String(user)
    }

    private static func account(_ binding: Binding) -> String {
        let account = binding.texts.account
        return BindingColumns.text(account.isEmpty ? binding.texts.aor : account)
    }

    private static func host(_ binding: Binding) -> String {
        BindingColumns.hostPart(BindingColumns.text(binding.texts.contact))
    }

    private static func sentBy(_ binding: Binding) -> String {
        binding.texts.sentBy.isEmpty ? "something" : BindingColumns.text(binding.texts.sentBy)
    }
}
