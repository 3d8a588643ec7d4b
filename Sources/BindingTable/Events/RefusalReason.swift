public import SIPMessage

/// Why a request was not granted. A value, not an error: a refusal is the registrar's ordinary work.
///
/// The Registrar's `Refusal` table maps each to status, phrase, headers and clause; the console maps
/// each to words. Numbers that explain the refusal travel with it.
public enum RefusalReason: Hashable, Sendable, BitwiseCopyable {
    /// The message breaks the grammar at a header. §21.4.1
    case malformed(HeaderName, offset: UInt16)
    /// A header that must be there is missing. §8.1.1
    case missing(HeaderName)
    /// CSeq names another method than the start line. §8.1.1.5
    case methodMismatch
    /// SIP-Version is not 2.0. §21.5.6
    case version
    /// Body over the limit, in bytes. §21.4.11
    case bodyTooLarge(limit: UInt32)
    /// Message over the limit, in bytes. §21.5.7
    case messageTooLarge(limit: UInt32)
    /// Request-URI over the limit, in bytes. §21.4.12
    case uriTooLong(limit: UInt32)
    /// A method that nobody here knows. §8.2.1
    case unknownMethod
    /// A known method that this registrar does not serve. §21.4.6
    case methodNotAllowed
    /// In-dialog request without a dialog here. §12.2.2, §21.4.19
    case noDialog
    /// Event package unknown. RFC 6665 §8.3.2
    case badEvent
    /// Request-URI scheme is none that we serve. §8.2.2.1
    case unsupportedScheme
    /// The same request came by two ways. §8.2.2.2
    case merged
    /// Max-Forwards is 0 and we'd have to pass it on. §16.3
    case tooManyHops
    /// The Request-URI's domain is not served here. §10.3 step 1
    case notOurDomain
    /// The domain is served, but takes no registrations. §21.4.6
    case registrationNotOffered
    /// Require names an extension that we lack. §8.2.2.3
    case badExtension
    /// The body's type or encoding is none that we take. §8.2.3
    case unsupportedBody
    /// First contact without credentials: a challenge, not a failure. §22.2
    case challenge
    /// Credentials were there, for a nonce that is not ours (restart, other node, invention).
    case nonceUnknown
    /// Credentials right, nonce too old or used up: stale=true, not a failure. RFC 7616 §3.3
    case staleNonce
    /// Nonce count seen before: somebody repeats an earlier login. RFC 7616 §3.4.6
    case replay(nonceCount: UInt32)
    /// No account of this name.
    case unknownUser
    /// The account is there and the response does not fit.
    case wrongPassword
    /// Credentials incomplete or contradictory (nc or cnonce missing, algorithm or qop not offered).
    case badCredentials(DigestCheck)
    /// Authenticated, but not allowed to register this address of record. §10.3 step 4
    case notAllowedForAOR
    /// An operator blocked the address of record. Value: seconds until it ends, 0 = until lifted.
    case blockedAOR(seconds: UInt32)
    /// An operator blocked the source address. Value: seconds until it ends, 0 = until lifted.
    case blockedSource(seconds: UInt32)
    /// The address of record is not one of the domain's. §10.3 step 5
    case unknownAOR
    /// `*` beside another contact, or without Expires: 0. §10.3 step 6
    case wildcardMisused
    /// The contact of this position (from 1) can't be read or is too long. §10.3 step 7
    case badContact(position: UInt16, offset: UInt16)
    /// Asked for less than our minimum, in seconds. §10.3 step 7
    case intervalTooBrief(asked: UInt32, minimum: UInt32)
    /// Same Call-ID, CSeq not higher. §10.3 steps 6 and 7
    case cseqNotHigher(got: UInt32, have: UInt32)
    /// More contacts than the domain allows.
    case tooManyContacts(limit: UInt16)
    /// The location store could not take the change. §10.3 step 7
    case storeFailed
    /// Too much to do. §21.5.4
    case overloaded(retryAfter: UInt16)
    /// An operator lets nobody new in, ahead of maintenance. §21.5.4
    case draining(retryAfter: UInt16)
    /// This source, or this address of record, sends more than the settings allow. §21.5.4
    case tooFast(retryAfter: UInt16)
    /// A rule for the source address says no; rules count from 1.
    case sourceDenied(rule: UInt16)
    /// The account is disabled.
    case accountDisabled
    /// The account may not log in from this address.
    case accountNotFromHere
    /// A Path came and the phone does not say that it knows Path. RFC 3327 §5.3
    case pathNotSupported
    /// Outbound was asked for, and the first proxy does not support it. RFC 5626 §6
    case firstHopLacksOutbound
    /// The domain wants outbound, and the phone does not support it. RFC 3261 §21.4.15
    case outboundRequired
    /// More than one contact with a reg-id. RFC 5626 §6
    case severalFlows
    /// The contact of this position (from 1) is the address of record itself or a GRUU of ours: it would lead back
    /// here for ever. RFC 5627 §5.1
    case contactLoops(position: UInt16)
    /// The bulk contact has a user part, or the request lacks what it needs. RFC 6140 §5.1
    case bulkMisused
    /// The account stands for no list of numbers. RFC 6140 §5.1
    case bulkNotAllowed
    /// The subscriber takes no document of the kind that we have. RFC 3261 §21.4.7
    case notAcceptable
    /// So many subscriptions there are already.
    case tooManySubscriptions(limit: UInt16)
    /// The address of record is ours and nobody is registered for it: a call reaches nobody. RFC 3261 §16.5, §21.4.18
    case noBinding
    /// Neither who asks nor whom it is for is of ours: no open relay. RFC 3261 §16.3, §26.3.2.2
    case notARelay
    /// The request has come by here before and nothing about it has changed. RFC 3261 §16.3, RFC 5393 §4.2
    case requestLoops
    /// More branches would be needed than Max-Breadth leaves. RFC 5393 §5.3.3.1
    case breadthExceeded
    /// Somebody is registered for it, and no way leads there: connections that ended, contacts that nobody can reach.
    /// RFC 3261 §21.4.18
    case unreachable
    /// The flow that the request was to go by is gone; there may be another of the same phone. RFC 5626 §5.3.1, §11.5
    case flowFailed
    /// The host that the request is for can't be found: no DNS server knows it, or nothing leads there. RFC 3263 §4
    case hostNotFound

    /// Short word of the reason: the filter's value (`reason:wrong-password`) and the key of tables.
    public var word: String {
        switch self {
        case .malformed: "malformed"
        case .missing: "missing-header"
        case .methodMismatch: "method-mismatch"
        case .version: "version"
        case .bodyTooLarge: "body-too-large"
        case .messageTooLarge: "message-too-large"
        case .uriTooLong: "uri-too-long"
        case .unknownMethod: "unknown-method"
        case .methodNotAllowed: "method-not-allowed"
        case .noDialog: "no-dialog"
        case .badEvent: "bad-event"
        case .unsupportedScheme: "unsupported-scheme"
        case .merged: "merged"
        case .tooManyHops: "too-many-hops"
        case .notOurDomain: "not-our-domain"
        case .registrationNotOffered: "no-registration"
        case .badExtension: "bad-extension"
        case .unsupportedBody: "unsupported-body"
        case .challenge: "challenge"
        case .nonceUnknown: "nonce-unknown"
        case .staleNonce: "stale-nonce"
        case .replay: "replay"
        case .unknownUser: "unknown-user"
        case .wrongPassword: "wrong-password"
        case .badCredentials: "bad-credentials"
        case .notAllowedForAOR: "not-allowed"
        case .blockedAOR: "blocked-aor"
        case .blockedSource: "blocked-source"
        case .unknownAOR: "unknown-aor"
        case .wildcardMisused: "wildcard"
        case .badContact: "bad-contact"
        case .intervalTooBrief: "interval-too-brief"
        case .cseqNotHigher: "cseq-not-higher"
        case .tooManyContacts: "too-many-contacts"
        case .storeFailed: "store-failed"
        case .overloaded: "overloaded"
        case .draining: "draining"
        case .tooFast: "too-fast"
        case .sourceDenied: "source-denied"
        case .accountDisabled: "account-disabled"
        case .accountNotFromHere: "account-network"
        case .pathNotSupported: "path-not-supported"
        case .firstHopLacksOutbound: "first-hop-outbound"
        case .outboundRequired: "outbound-required"
        case .severalFlows: "several-flows"
        case .contactLoops: "contact-loop"
        case .bulkMisused: "bulk"
        case .bulkNotAllowed: "bulk-not-allowed"
        case .notAcceptable: "not-acceptable"
        case .tooManySubscriptions: "too-many-subscriptions"
        case .noBinding: "no-binding"
        case .notARelay: "not-a-relay"
        case .requestLoops: "request-loops"
        case .breadthExceeded: "breadth-exceeded"
        case .unreachable: "unreachable"
        case .flowFailed: "flow-failed"
        case .hostNotFound: "host-not-found"
        }
    }

    /// Part of every ordinary login: neither counted nor coloured as a failure.
    public var isOrdinary: Bool { self == .challenge || self == .staleNonce }
}
