public import SIPMessage

/// How a request other than REGISTER ended for who sent it: what an operator wants to know of a call.
public enum CallVerdict: UInt8, WordCodable, Hashable, Sendable, BitwiseCopyable {
    /// A 2xx came back.
    case answered
    /// Sent elsewhere: 302 with the contacts.
    case redirected
    /// Asked for a password: 407, not a failure.
    case challenged
    /// It rang and was not picked up: 408 after a ringing, Timer C, or 480 from the phone.
    case noAnswer
    /// 486 or 600: somebody talks already.
    case busy
    /// 603, or 403 and the like from the phone: it does not want to.
    case declined
    /// The caller has given it up: CANCEL, 487.
    case cancelled
    /// The address of record is ours and nobody is registered for it.
    case noBinding
    /// No such address of record, or a domain that is not ours and leads nowhere.
    case unknown
    /// Every phone's connection is gone, or nothing came back from any of them.
    case deadContact
    /// It went round, or too far.
    case loop
    /// The settings do not allow it: no relay, wrong identity, block, denied source.
    case notAllowed
    /// Any other final answer.
    case failed

    /// The word of filters, tables and metrics.
    public var codingWord: String {
        switch self {
        case .answered: "answered"
        case .redirected: "redirected"
        case .challenged: "challenged"
        case .noAnswer: "no-answer"
        case .busy: "busy"
        case .declined: "declined"
        case .cancelled: "cancelled"
        case .noBinding: "no-binding"
        case .unknown: "unknown"
        case .deadContact: "dead-contact"
        case .loop: "loop"
        case .notAllowed: "not-allowed"
        case .failed: "failed"
        }
    }
}

extension CallVerdict {
    /// How a request ended that was refused here, by the registrar or the proxy; the one table that maps reasons to
    /// verdicts of calls.
    public init(_ reason: RefusalReason) {
        switch reason {
        case .challenge, .staleNonce, .nonceUnknown: self = .challenged
        case .noBinding: self = .noBinding
        case .flowFailed, .unreachable: self = .deadContact
        case .unknownAOR, .notOurDomain, .hostNotFound: self = .unknown
        case .requestLoops, .tooManyHops, .breadthExceeded, .merged: self = .loop
        case .notARelay, .notAllowedForAOR, .blockedAOR, .blockedSource, .sourceDenied, .accountDisabled,
            .accountNotFromHere, .wrongPassword, .unknownUser, .badCredentials, .replay, .methodNotAllowed,
            .bulkNotAllowed:
            self = .notAllowed
        default: self = .failed
        }
    }
}
