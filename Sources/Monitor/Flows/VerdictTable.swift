public import BindingTable

extension AttemptVerdict {
    /// The verdict on an attempt that ends with a refusal; the one table that maps reasons to verdicts.
    public init(_ refusal: RefusalReason) {
        self =
            switch refusal {
            case .malformed, .missing, .methodMismatch, .version, .bodyTooLarge, .messageTooLarge,
                .uriTooLong,
                .wildcardMisused, .badContact, .severalFlows, .contactLoops, .bulkMisused:
                .malformed
            case .unknownMethod, .methodNotAllowed, .badEvent, .unsupportedScheme, .badExtension,
                .unsupportedBody, .pathNotSupported, .firstHopLacksOutbound, .outboundRequired,
                .notAcceptable:
                .unsupported
            // The same request was answered on its other way, or it belongs to a dialog: no try to register.
            case .noDialog, .merged, .noBinding, .requestLoops, .breadthExceeded, .unreachable, .flowFailed,
                .hostNotFound:
                .other
            case .tooManyHops, .notOurDomain, .registrationNotOffered, .unknownAOR: .domain
            case .challenge: .abandoned
            case .staleNonce: .stale
            case .nonceUnknown, .badCredentials: .credentials
            case .replay: .replay
            case .unknownUser: .unknownUser
            case .wrongPassword: .wrongPassword
            case .notAllowedForAOR, .sourceDenied, .accountDisabled, .accountNotFromHere, .bulkNotAllowed,
                .notARelay:
                .forbidden
            case .blockedAOR, .blockedSource: .blocked
            case .intervalTooBrief: .brief
            case .cseqNotHigher: .order
            case .tooManyContacts, .tooManySubscriptions: .limit
            case .storeFailed, .overloaded, .tooFast: .server
            case .draining: .drained
            }
    }
}

extension RefusalReason {
    /// The registrar itself could or would not, whoever asked: phones that stay away meanwhile are not to blame.
    var isOurs: Bool {
        switch self {
        case .storeFailed, .overloaded, .draining: true
        default: false
        }
    }

    /// The phone is expected to send the request again, better: with (new) credentials after a challenge, or
    /// with a longer time after 423 (RFC 3261 §10.2.8, §22.2; RFC 7616 §3.3). The attempt goes on with it.
    var invitesAnother: Bool {
        switch self {
        case .challenge, .staleNonce, .nonceUnknown, .intervalTooBrief, .outboundRequired: true
        default: false
        }
    }
}

extension RefusalReason {
    /// Of a request that is on its way to somebody: its caller could not log in, as one who registers could not.
    var isFailedLoginOfCaller: Bool {
        switch self {
        case .wrongPassword, .unknownUser, .replay, .badCredentials, .notAllowedForAOR, .sourceDenied,
            .accountDisabled, .accountNotFromHere:
            true
        default: false
        }
    }

    /// Of a request that is on its way to somebody: its source is to be watched for it.
    var isHeldAgainstSource: Bool { isFailedLoginOfCaller || self == .notARelay }
}
