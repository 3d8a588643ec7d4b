internal import Monitor

/// What the console says of what is wrong with devices: what it is, and what to do about it. Total over `Lint`.
enum DeviceWords {
    /// One sentence what it comes to, and one what helps.
    static func sentence(_ lint: Lint) -> (what: String, advice: String) {
        switch lint {
        case .contactUser:
            (
                "The contact's user is not the account's: calls come for a name that the phone may not know.",
                "Set the user name in the phone to the account's."
            )
        case .natRare:
            (
                "Behind NAT and back more rarely than the NAT remembers: calls do not arrive in between.",
                "A shorter expiry (expires.max-nat), or a keepalive in the phone."
            )
        case .noRport:
            (
                "Behind NAT and asks for no rport (RFC 3581): other servers' answers miss it.",
                "Set rport in the phone."
            )
        case .newCallID:
            (
                "Another Call-ID with each refresh (RFC 3261 10.2.4): each new port leaves a ghost behind.",
                "Newer firmware; until then contacts.limit with overflow oldest."
            )
        case .lateRefresh:
            (
                "Comes back only when its binding has run out: nobody can call it in between.",
                "Let it refresh at half of the time that it gets."
            )
        case .expiresIgnored:
            (
                "Got less time than it asked for and came back by its own: between the two it is not registered.",
                "Ask for no more than expires.max, or raise that."
            )
        case .emptyInstance:
            ("An instance without a value: its bindings can't be told to be one phone's.", "Newer firmware.")
        case .regIDIgnored:
            (
                "A reg-id that could not be honoured: an ordinary contact, and a new one at each address.",
                "Give it an instance, or switch outbound off in the phone."
            )
        case .legacyDigest:
            ("Answers without qop (RFC 2069): who hears the answer can send it again.", "Newer firmware.")
        case .chatty:
            (
                "Not behind NAT, and back ten times as often as it must: load for nothing.",
                "A longer registration time in the phone."
            )
        case .requestURIUser:
            ("A user in the Request-URI, which RFC 3261 10.2 forbids.", "Harmless here; others refuse it.")
        case .digestURI:
            (
                "The digest's uri is not the Request-URI.",
                "Look at what rewrites one of them: an ALG, a proxy."
            )
        case .viaTransport:
            (
                "The Via names another transport than the one it came over.",
                "A wrong setting, or a proxy between."
            )
        case .alias: ("An alias out of an earlier 200 came back in the contact: dropped.", "Harmless here.")
        case .noContentLength:
            ("No Content-Length.", "Harmless over UDP; over TCP it would not be understood.")
        case .md5: ("Proves itself with MD5 only.", "SHA-256 (RFC 8760), if the phone can.")
        }
    }
}
