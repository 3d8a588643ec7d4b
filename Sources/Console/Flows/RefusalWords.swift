internal import BindingTable
internal import SIPMessage

/// What the console says of a refusal: one sentence why, and one what to do about it.
///
/// Total over `RefusalReason`: a new reason does not compile without its words.
struct RefusalWords: Hashable, Sendable {
    /// Why, to stand after `REJECTED: `; ends without a full stop.
    var why: String
    /// What the operator can do; empty where nothing is to be done.
    var advice: String

    private init(_ why: String, _ advice: String = "") {
        self.why = why
        self.advice = advice
    }

    /// The words of a reason; `user` is the name that the phone gave, `aor` what it wanted to register.
    ///
    /// - Parameters:
    ///   - domain: that of the Request-URI; empty where it is not known.
    ///   - until: when a block ends, as a time of day; empty where it is not known.
    init(_ reason: RefusalReason, user: String, aor: String, domain: String = "", until: String = "") {
        self =
            Self.ofLogin(reason, user: user.isEmpty ? aor : user)
            ?? Self.ofPermission(reason, user: user, aor: aor, until: until)
            ?? Self.ofBindings(reason, aor: aor, domain: domain)
            ?? Self.ofMessage(reason)
    }

    /// The words of a reason of a call, or of any other request on its way to somebody: `user` is who the caller says
    /// that it is, `caller` and `aor` are the two addresses of record.
    init(
        ofCall reason: RefusalReason,
        method: String,
        user: String,
        caller: String,
        aor: String,
        domain: String = "",
        until: String = "",
    ) {
        self =
            Self.ofCaller(reason, user: user, caller: caller)
            ?? Self.ofCall(reason, method: method, caller: caller, aor: aor, domain: domain, until: until)
            ?? RefusalWords(reason, user: user, aor: aor, domain: domain, until: until)
    }

    /// Who calls.
    private static func ofCaller(_ reason: RefusalReason, user: String, caller: String) -> RefusalWords? {
        switch reason {
        case .unknownUser:
            RefusalWords(
                "there is no account \"\(user)\", as which \(caller) calls",
                "Correct the user name in the caller's phone, or add it: regtop account add."
            )
        case .wrongPassword:
            RefusalWords(
                "\(caller) calls with a wrong password for the known user \"\(user)\"",
                "Correct the password in the caller's phone, or set a new one: regtop account add."
            )
        case .notAllowedForAOR:
            RefusalWords(
                "\"\(user)\" proved who it is, but the call says to come from \(caller)",
                "Set the phone's own number to that of its account, or see the settings' access:."
            )
        case .accountDisabled:
            RefusalWords("the caller's account \"\(user)\" is disabled", "See users: in the settings.")
        case .accountNotFromHere:
            RefusalWords(
                "the caller's account \"\(user)\" may not be used from this address",
                "See users: in the settings; it names the networks of this account."
            )
        default: nil
        }
    }

    /// Where it goes.
    private static func ofCall(
        _ reason: RefusalReason,
        method: String,
        caller: String,
        aor: String,
        domain: String,
        until: String,
    ) -> RefusalWords? {
        switch reason {
        case .blockedAOR(let seconds) where caller != aor:
            RefusalWords(
                "an operator blocked \(aor), or the caller \(caller)\(length(seconds, until))",
                "b lists the blocks; B lifts one there."
            )
        case .unknownAOR:
            RefusalWords(
                "\(aor) is nobody of this domain",
                "Correct what was dialled, or see users: and numbers: in the settings."
            )
        case .notOurDomain:
            RefusalWords(
                domain.isEmpty
                    ? "the domain that was dialled is not served here"
                    : "the domain that was dialled, \"\(domain)\", is not served here",
                "Correct what was dialled, or serve it: --domain or domains: in the settings."
            )
        case .methodNotAllowed, .unknownMethod:
            RefusalWords(
                "calls are off here, so \(method) goes no further",
                "calls.mode: proxy for the domain in the settings turns them on (redirect: the caller is told the contacts)."
            )
        case .noDialog:
            RefusalWords(
                "\(method) belongs to a call that is not known here",
                "The call is over, or was never one of ours: see calls: in the settings."
            )
        case .unsupportedBody: RefusalWords("a body of this type or encoding is not taken", phone)
        default: nil
        }
    }

    /// Who asks.
    private static func ofLogin(_ reason: RefusalReason, user: String) -> RefusalWords? {
        switch reason {
        case .challenge:
            RefusalWords(
                "no credentials yet, the phone is asked for them: not a failure"
            )
        case .nonceUnknown:
            RefusalWords(
                "the nonce is not ours: from before a restart, from another server, or invented",
                "A phone that is alive answers the new challenge at once; one that does not needs a look."
            )
        case .staleNonce:
            RefusalWords(
                "right password, nonce too old: stale=true asks the phone to sign a new one, not a failure",
                "If it never goes on from here, it ignores stale=true: restart the phone or update it."
            )
        case .replay(let count):
            RefusalWords(
                "nonce count \(hex(count)) was used before: somebody repeats an earlier login",
                "From the phone's own source: a firmware bug. From elsewhere: an attack; B blocks the source."
            )
        case .unknownUser:
            RefusalWords(
                "there is no account \"\(user)\"",
                "Correct the user name in the phone, or add it: regtop account add."
            )
        case .wrongPassword:
            RefusalWords(
                "wrong password for the known user \"\(user)\"",
                "Correct the password in the phone, or set a new one: regtop account add."
            )
        case .badCredentials(.credentials):
            RefusalWords(
                "the credentials are incomplete",
                "The phone's digest settings are at fault, not the password."
            )
        case .badCredentials(.realm):
            RefusalWords(
                "the phone signed for a realm that is not ours",
                "Take the realm in the phone from the challenge, or leave it empty there."
            )
        case .badCredentials(let check):
            RefusalWords(
                "credentials not as they were offered (\(FindingWords.label(check)))",
                "The phone's digest settings are at fault, not the password."
            )
        default: nil
        }
    }

    /// For whom, and whether an operator lets it.
    private static func ofPermission(
        _ reason: RefusalReason,
        user: String,
        aor: String,
        until: String,
    ) -> RefusalWords? {
        switch reason {
        case .notAllowedForAOR:
            RefusalWords(
                "\"\(user)\" proved who it is, but may not register \(aor)",
                "User and authentication name in the phone belong to two accounts."
            )
        case .blockedAOR(let seconds):
            RefusalWords(
                "an operator blocked \(aor)\(length(seconds, until))",
                "b lists the blocks; B lifts one there."
            )
        case .blockedSource(let seconds):
            RefusalWords(
                "an operator blocked this source\(length(seconds, until))",
                "b lists the blocks; B lifts one there."
            )
        case .unknownAOR:
            RefusalWords(
                "\(aor) is not an address of record of this domain",
                "Correct the user name in the phone."
            )
        case .sourceDenied(let rule):
            RefusalWords(
                "rule \(rule) of the domain denies this source",
                "See access: in the settings; regtop explain --from IP --aor AOR shows the rules in order."
            )
        case .accountDisabled:
            RefusalWords("the account \"\(user)\" is disabled", "See users: in the settings.")
        case .accountNotFromHere:
            RefusalWords(
                "the account \"\(user)\" may not log in from this address",
                "See users: in the settings; it names the networks of this account."
            )
        case .bulkNotAllowed:
            RefusalWords(
                "\"\(user)\" asks to register a list of numbers and has none",
                "See numbers: in the settings."
            )
        default: nil
        }
    }

    /// What is asked about bindings.
    private static func ofBindings(_ reason: RefusalReason, aor: String, domain: String) -> RefusalWords? {
        switch reason {
        case .notOurDomain:
            RefusalWords(
                domain.isEmpty
                    ? "the domain of the Request-URI is not served here"
                    : "the domain of the Request-URI, \"\(domain)\", is not served here",
                "Correct the domain in the phone, or serve it: --domain or domains: in the settings."
            )
        case .registrationNotOffered:
            RefusalWords(
                "this domain is served, but takes no registrations",
                "See registration: in the settings."
            )
        case .wildcardMisused:
            RefusalWords("Contact: * stands beside another contact, or without Expires: 0", phone)
        case .badContact(let position, let offset):
            RefusalWords("contact \(position) can't be read, from byte \(offset) on", phone)
        case .intervalTooBrief(let asked, let minimum):
            RefusalWords(
                "asked for \(asked) s, the minimum is \(minimum) s: a phone that works asks again for more",
                "If it never does, set its registration time to at least \(minimum) s."
            )
        case .cseqNotHigher(let got, let have):
            RefusalWords(
                "CSeq \(got) is not higher than \(have), the last one of this Call-ID",
                "Two devices share a Call-ID, or a message came late; a restart of the phone makes a new one."
            )
        case .tooManyContacts(let limit):
            RefusalWords(
                "\(aor) would have more than \(limit) contacts",
                "X takes one away; contacts: in the settings has limit and overflow."
            )
        case .storeFailed:
            RefusalWords("the location store could not take the change", "See the Log (5).")
        case .tooManySubscriptions(let limit):
            RefusalWords("\(aor) has \(limit) subscriptions already", "See subscriptions: in the settings.")
        case .draining(let seconds):
            RefusalWords(
                "an operator lets nobody new in; it may come again in \(seconds) to \(2 * Int(seconds)) s",
                ":drain off lets phones in again."
            )
        case .tooFast(let seconds):
            RefusalWords(
                "this source or user sends more often than the settings allow: again in \(seconds) to \(2 * Int(seconds)) s",
                "See rate: in the settings."
            )
        case .overloaded(let seconds):
            RefusalWords(
                "too much to do; it may come again in \(seconds) to \(2 * Int(seconds)) s",
                "See the Overview (1) for who sends so much."
            )
        default: nil
        }
    }

    /// The message itself and the rules of requests.
    private static func ofMessage(_ reason: RefusalReason) -> RefusalWords {
        switch reason {
        case .malformed(let header, let offset):
            RefusalWords("\(name(header)) breaks the grammar at byte \(offset)", phone)
        case .missing(let header): RefusalWords("\(name(header)) is missing", phone)
        case .methodMismatch: RefusalWords("CSeq names another method than the start line", phone)
        case .version: RefusalWords("the SIP version is not 2.0", phone)
        case .bodyTooLarge(let limit): RefusalWords("the body is longer than \(limit) bytes", phone)
        case .messageTooLarge(let limit): RefusalWords("the message is longer than \(limit) bytes", phone)
        case .uriTooLong(let limit): RefusalWords("the Request-URI is longer than \(limit) bytes", phone)
        case .unknownMethod:
            RefusalWords(
                "this method is known to nobody here",
                "Only registrations are served here; calls.mode in the settings turns calls on."
            )
        case .methodNotAllowed:
            RefusalWords(
                "this registrar does not serve this method",
                "Only registrations are served here; calls.mode in the settings turns calls on."
            )
        case .noDialog:
            RefusalWords(
                "the request belongs to a dialog that is not here",
                "Only registrations are served here; calls.mode in the settings turns calls on."
            )
        case .badEvent:
            RefusalWords(
                "the event package is not known here",
                "The phone subscribes to what this server does not offer: harmless."
            )
        case .unsupportedScheme: RefusalWords("the Request-URI's scheme is not served", phone)
        case .merged:
            RefusalWords(
                "the same request came by two ways (a loop or a fork before us)",
                "Look at the proxy between."
            )
        case .tooManyHops: RefusalWords("Max-Forwards is used up", "Look for a loop between the proxies.")
        case .pathNotSupported:
            RefusalWords(
                "a proxy added Path and the phone does not say that it knows it",
                "Let the phone say Supported: path, or set path: lazy in the settings."
            )
        case .firstHopLacksOutbound:
            RefusalWords(
                "the phone wants outbound and the first proxy does not support it",
                "Switch outbound on at the proxy, or off in the phone."
            )
        case .outboundRequired:
            RefusalWords(
                "this domain wants outbound (RFC 5626) and the phone did not offer it",
                "Switch outbound on in the phone, or see outbound: in the settings."
            )
        case .severalFlows: RefusalWords("more than one contact has a reg-id", phone)
        case .contactLoops(let position):
            RefusalWords(
                "contact \(position) is the address of record itself, or a GRUU of ours: a call would never arrive",
                phone
            )
        case .bulkMisused:
            RefusalWords("the bulk contact (bnc) has a user part, or Require: gin is missing", phone)
        case .noBinding:
            RefusalWords(
                "nobody is registered for it: a call reaches no phone",
                "Find the phone's last attempt (3) or its history (H)."
            )
        case .notARelay:
            RefusalWords(
                "neither the caller nor the callee is of a domain that is served here",
                "See next-hop: and access: in the settings if it is a trunk."
            )
        case .requestLoops:
            RefusalWords(
                "the request has been here before, unchanged: it would go round for ever",
                "Look for a forwarding to itself, or for a next hop that sends back here."
            )
        case .breadthExceeded:
            RefusalWords(
                "it would fork further than Max-Breadth allows (RFC 5393)",
                "Look for several proxies that fork one after another."
            )
        case .unreachable:
            RefusalWords(
                "it is registered, and no way leads to it: its connection or its network is gone",
                "Enter on its binding shows the way that a call would take, and what is wrong with it."
            )
        case .flowFailed:
            RefusalWords(
                "the connection that the call was to go by has ended (RFC 5626)",
                "The phone comes back by itself; see when it registers again (3)."
            )
        case .hostNotFound:
            RefusalWords(
                "the host that it is for can't be found: DNS knows no server of it, or nothing leads there",
                "Look the domain up from this host (dig NAPTR, SRV, A), or set calls.next-hop."
            )
        case .notAcceptable:
            RefusalWords(
                "the subscriber does not take application/reginfo+xml",
                "It asks for what is not here."
            )
        case .badExtension:
            RefusalWords("Require names an extension that is not supported", "Switch it off in the phone.")
        case .unsupportedBody: RefusalWords("a REGISTER's body of this type or encoding is not taken", phone)
        default: RefusalWords("refused (\(reason.word))")
        }
    }

    private static let phone = "The phone (or something between) is at fault: r shows the message."

    private static func name(_ header: HeaderName) -> String {
        let name = "\(header.facts.name)"
        return name.isEmpty ? "A header" : name
    }

    private static func length(_ seconds: UInt32, _ until: String) -> String {
        if seconds == 0 { return " until it is lifted" }
        return until.isEmpty ? " for another \(TimeText.length(Int(seconds)))" : " until \(until)"
    }

    private static func hex(_ count: UInt32) -> String {
        let digits = String(count, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}
