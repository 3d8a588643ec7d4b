public import BindingTable
public import SIPMessage

/// How a refusal is said: the one table from a reason to status, phrase, extra headers and clause.
///
/// Total over `RefusalReason`, so a new reason does not compile without its row. No row is a 6xx:
/// RFC 3261 §10.3 forbids it to registrars. What is said of a failed login is the same whatever failed.
public struct Refusal: Sendable {
    /// What a reply carries beyond the headers that every reply has.
    public enum Extra: Hashable, Sendable, BitwiseCopyable {
        /// Nothing.
        case none
        /// `Allow` with the methods served here; without REGISTER where the domain takes none.
        case allow(withRegister: Bool)
        /// An empty `Accept`: no body is taken. Also `Accept-Encoding`, for the same reason.
        case accept
        /// `Unsupported` with the option tags that `Require` named and we lack.
        case unsupported
        /// `Unsupported: path`, and the Path as it came (RFC 3327 §5.3).
        case unsupportedPath
        /// `Require: outbound` (RFC 3261 §21.4.15).
        case requireOutbound
        /// `Allow-Events` with the one package that is served.
        case allowEvents
        /// One `WWW-Authenticate` an algorithm; `stale` if only the nonce was at fault.
        case challenge(stale: Bool)
        /// `Min-Expires` with so many seconds.
        case minExpires(UInt32)
        /// `Retry-After` with so many seconds.
        case retryAfter(UInt32)
    }

    /// The status code.
    public let status: StatusCode
    /// The reply's extra headers.
    public let extra: Extra
    /// Where the rule stands.
    public let clause: StaticString
    /// The reason phrase, up to the place of what explains it.
    let phrase: StaticString

    private init(_ status: StatusCode, _ phrase: StaticString, _ clause: StaticString, _ extra: Extra = .none)
    {
        self.status = status
        self.extra = extra
        self.clause = clause
        self.phrase = phrase
    }

    /// Seconds after which a phone may come back when the store could not commit.
    public static let storeRetryAfter: UInt32 = 10

    /// The row of a reason.
    public init(_ reason: RefusalReason) {
        switch reason {
        case .malformed, .missing, .methodMismatch, .version, .bodyTooLarge, .messageTooLarge, .uriTooLong:
            self = Self.ofMessage(reason)
        case .challenge, .nonceUnknown, .staleNonce, .replay, .unknownUser, .wrongPassword, .badCredentials,
            .notAllowedForAOR, .blockedAOR, .blockedSource, .unknownAOR, .sourceDenied, .accountDisabled,
            .accountNotFromHere, .bulkNotAllowed:
            self = Self.ofIdentity(reason)
        case .wildcardMisused, .badContact, .intervalTooBrief, .cseqNotHigher, .tooManyContacts, .storeFailed,
            .overloaded, .draining, .tooFast, .tooManySubscriptions:
            self = Self.ofBindings(reason)
        case .pathNotSupported, .firstHopLacksOutbound, .outboundRequired, .severalFlows, .contactLoops,
            .bulkMisused, .notAcceptable:
            self = Self.ofExtensions(reason)
        case .noBinding, .notARelay, .requestLoops, .breadthExceeded, .unreachable, .flowFailed,
            .hostNotFound:
            self = Self.ofCall(reason)
        case .unknownMethod, .methodNotAllowed, .noDialog, .badEvent, .unsupportedScheme, .merged,
            .tooManyHops, .notOurDomain, .registrationNotOffered, .badExtension, .unsupportedBody:
            self = Self.ofRequest(reason)
        }
    }

    /// RFC 3261 §8.1 and §21: the message itself.
    private static func ofMessage(_ reason: RefusalReason) -> Refusal {
        switch reason {
        case .missing: Refusal(.badRequest, "Missing ", "RFC 3261 §8.1.1")
        case .methodMismatch: Refusal(.badRequest, "CSeq Names Another Method", "RFC 3261 §8.1.1.5")
        case .version: Refusal(.versionNotSupported, "Version Not Supported", "RFC 3261 §21.5.6")
        case .bodyTooLarge:
            Refusal(.requestEntityTooLarge, "Request Entity Too Large, Limit ", "RFC 3261 §21.4.11")
        case .messageTooLarge: Refusal(.messageTooLarge, "Message Too Large, Limit ", "RFC 3261 §21.5.7")
        case .uriTooLong: Refusal(.requestURITooLong, "Request-URI Too Long, Limit ", "RFC 3261 §21.4.12")
        default: Refusal(.badRequest, "Malformed ", "RFC 3261 §21.4.1")
        }
    }

    /// RFC 3261 §8.2 and §10.3 steps 1 and 2: what is asked of whom.
    private static func ofRequest(_ reason: RefusalReason) -> Refusal {
        switch reason {
        case .unknownMethod: Refusal(.notImplemented, "Method Not Implemented", "RFC 3261 §21.5.2")
        case .noDialog:
            Refusal(.callOrTransactionDoesNotExist, "Call/Transaction Does Not Exist", "RFC 3261 §12.2.2")
        case .badEvent: Refusal(.badEvent, "Bad Event", "RFC 6665 §8.3.2", .allowEvents)
        case .unsupportedScheme:
            Refusal(.unsupportedURIScheme, "Unsupported URI Scheme", "RFC 3261 §8.2.2.1")
        case .merged: Refusal(.loopDetected, "Merged Request", "RFC 3261 §8.2.2.2")
        case .tooManyHops: Refusal(.tooManyHops, "Too Many Hops", "RFC 3261 §16.3")
        case .notOurDomain: Refusal(.notFound, "Domain Not Served Here", "RFC 3261 §10.3 step 1")
        case .registrationNotOffered:
            Refusal(
                .methodNotAllowed,
                "Domain Takes No Registrations",
                "RFC 3261 §21.4.6",
                .allow(withRegister: false)
            )
        case .badExtension: Refusal(.badExtension, "Bad Extension", "RFC 3261 §8.2.2.3", .unsupported)
        case .unsupportedBody:
            Refusal(.unsupportedMediaType, "Unsupported Media Type", "RFC 3261 §8.2.3", .accept)
        default:
            Refusal(.methodNotAllowed, "Method Not Allowed", "RFC 3261 §21.4.6", .allow(withRegister: true))
        }
    }

    /// RFC 3261 §10.3 steps 3 to 5: who asks, and for whom.
    private static func ofIdentity(_ reason: RefusalReason) -> Refusal {
        switch reason {
        case .badCredentials(.credentials), .badCredentials(.nonceCount):
            Refusal(.badRequest, "Incomplete Credentials", "RFC 7616 §3.4")
        case .staleNonce: Refusal(.unauthorized, "Unauthorized", "RFC 7616 §3.3", .challenge(stale: true))
        case .replay: Refusal(.unauthorized, "Unauthorized", "RFC 7616 §3.4.6", .challenge(stale: true))
        case .notAllowedForAOR:
            Refusal(.forbidden, "Not Allowed For This Address Of Record", "RFC 3261 §10.3 step 4")
        case .blockedAOR:
            Refusal(.forbidden, "Address Of Record Blocked By Operator", "RFC 3261 §10.3 step 4")
        case .blockedSource: Refusal(.forbidden, "Source Blocked By Operator", "RFC 3261 §21.4.4")
        case .unknownAOR: Refusal(.notFound, "Address Of Record Not Found", "RFC 3261 §10.3 step 5")
        case .sourceDenied: Refusal(.forbidden, "Source Not Allowed", "RFC 3261 §21.4.4")
        case .accountDisabled: Refusal(.forbidden, "Account Disabled", "RFC 3261 §10.3 step 4")
        case .accountNotFromHere:
            Refusal(.forbidden, "Account Not Allowed From This Address", "RFC 3261 §10.3 step 4")
        case .bulkNotAllowed: Refusal(.forbidden, "No Numbers For This Account", "RFC 6140 §5.1")
        default: Refusal(.unauthorized, "Unauthorized", "RFC 3261 §22.2", .challenge(stale: false))
        }
    }

    /// RFC 3327, RFC 5626, RFC 6140: what extensions ask for.
    private static func ofExtensions(_ reason: RefusalReason) -> Refusal {
        switch reason {
        case .pathNotSupported: Refusal(.badExtension, "Bad Extension", "RFC 3327 §5.3", .unsupportedPath)
        case .firstHopLacksOutbound:
            Refusal(.firstHopLacksOutboundSupport, "First Hop Lacks Outbound Support", "RFC 5626 §6")
        case .outboundRequired:
            Refusal(.extensionRequired, "Extension Required", "RFC 3261 §21.4.15", .requireOutbound)
        case .severalFlows:
            Refusal(.badRequest, "More Than One Contact With reg-id", "RFC 5626 §6")
        case .contactLoops: Refusal(.forbidden, "Contact Leads Back Here: ", "RFC 5627 §5.1")
        case .notAcceptable: Refusal(.notAcceptable, "Not Acceptable", "RFC 3261 §21.4.7")
        default: Refusal(.badRequest, "Bulk Contact Misused", "RFC 6140 §5.1")
        }
    }

    /// RFC 3261 §16.3 to §16.5: a request that would have to be passed on.
    private static func ofCall(_ reason: RefusalReason) -> Refusal {
        switch reason {
        case .notARelay: Refusal(.forbidden, "No Relay Between Strangers", "RFC 3261 §16.3")
        case .requestLoops: Refusal(.loopDetected, "Loop Detected", "RFC 3261 §16.3")
        case .breadthExceeded: Refusal(.maxBreadthExceeded, "Max-Breadth Exceeded", "RFC 5393 §5.3.3.1")
        case .unreachable: Refusal(.temporarilyUnavailable, "Nobody Reachable", "RFC 3261 §21.4.18")
        case .flowFailed: Refusal(.flowFailed, "Flow Failed", "RFC 5626 §5.3.1")
        case .hostNotFound: Refusal(.badGateway, "Host Not Found", "RFC 3263 §4")
        default: Refusal(.temporarilyUnavailable, "Nobody Registered", "RFC 3261 §21.4.18")
        }
    }

    /// RFC 3261 §10.3 steps 6 and 7: the bindings.
    private static func ofBindings(_ reason: RefusalReason) -> Refusal {
        switch reason {
        case .wildcardMisused:
            Refusal(
                .badRequest,
                "Contact * Needs Expires: 0 And No Other Contact",
                "RFC 3261 §10.3 step 6"
            )
        case .intervalTooBrief(_, let minimum):
            Refusal(.intervalTooBrief, "Interval Too Brief", "RFC 3261 §10.3 step 7", .minExpires(minimum))
        case .cseqNotHigher: Refusal(.badRequest, "CSeq Not Higher Than ", "RFC 3261 §10.3 step 7")
        case .tooManyContacts: Refusal(.forbidden, "Too Many Contacts, Limit ", "RFC 3261 §21.4.4")
        case .storeFailed:
            Refusal(
                .serverInternalError,
                "Location Store Failed",
                "RFC 3261 §10.3 step 7",
                .retryAfter(storeRetryAfter)
            )
        case .overloaded(let seconds):
            Refusal(.serviceUnavailable, "Overloaded", "RFC 3261 §21.5.4", .retryAfter(UInt32(seconds)))
        case .draining(let seconds):
            Refusal(.serviceUnavailable, "Draining", "RFC 3261 §21.5.4", .retryAfter(UInt32(seconds)))
        case .tooFast(let seconds):
            Refusal(.serviceUnavailable, "Too Fast", "RFC 3261 §21.5.4", .retryAfter(UInt32(seconds)))
        case .tooManySubscriptions:
            Refusal(.forbidden, "Too Many Subscriptions, Limit ", "RFC 3261 §21.4.4")
        default: Refusal(.badRequest, "Bad Contact ", "RFC 3261 §10.3 step 7")
        }
    }
}

extension Refusal {
    /// The reason phrase of a reason: the row's words and the numbers that explain it. Nil where the
    /// status code's usual phrase says it all, as for every failed login.
    public static func phrase(of reason: RefusalReason) -> String? {
        let row = Refusal(reason)
        let words = row.phrase.description
        switch reason {
        case .malformed(let header, let offset):
            return "\(words)\(header == .other ? "Message" : header.name) At Byte \(offset)"
        case .missing(let header): return "\(words)\(header.name)"
        case .bodyTooLarge(let limit), .messageTooLarge(let limit), .uriTooLong(let limit):
            return "\(words)\(limit) Bytes"
        case .badContact(let position, let offset): return "\(words)\(position) At Byte \(offset)"
        case .contactLoops(let position): return "\(words)\(position)"
        case .cseqNotHigher(_, let have): return "\(words)\(have)"
        case .tooManyContacts(let limit), .tooManySubscriptions(let limit): return "\(words)\(limit)"
        default: return words == row.status.phrase.description ? nil : words
        }
    }
}
