import BindingTable
import SIPMessage
import Timing

/// What brought a contact into its state (RFC 3680 §4.7.1, §5.1).
enum ContactEvent: UInt8, CaseIterable, BitwiseCopyable {
    /// A REGISTER made it.
    case registered
    /// Somebody other than the phone made it: an operator's undo.
    case created
    /// A REGISTER prolonged it.
    case refreshed
    /// The registrar brought its end nearer.
    case shortened
    /// Its time ran out.
    case expired
    /// The registrar took it away; the phone may register again at once.
    case deactivated
    /// The registrar took it away; the phone may register again after a time.
    case probation
    /// The phone, or its user, took it away.
    case unregistered
    /// The registrar took it away; the phone shall not register again.
    case rejected

    /// The value of the attribute.
    var word: StaticString {
        switch self {
        case .registered: "registered"
        case .created: "created"
        case .refreshed: "refreshed"
        case .shortened: "shortened"
        case .expired: "expired"
        case .deactivated: "deactivated"
        case .probation: "probation"
        case .unregistered: "unregistered"
        case .rejected: "rejected"
        }
    }

    /// What is told of a binding that has left for this reason, and after how many seconds the phone may come
    /// back, where it is told to wait.
    ///
    /// An operator's eviction is what RFC 3680 §4.7.1 calls deactivated: the phone may come back at once,
    /// unless a block keeps it out: for a time, which is probation, or until somebody lifts it, which is
    /// rejected. What an operator lets expire has expired: it goes the ordinary way, only earlier. A
    /// binding that made room for a newer one of the same address of record was given up by its owner
    /// (unregistered): told that it may come back, two phones would take turns in displacing each other.
    static func end(_ cause: Cause, block: Block?, at now: Timestamp) -> (event: Self, retryAfter: UInt32?) {
        switch cause {
        case .expired, .expiredByOperator: return (.expired, nil)
        case .unregistered, .displaced: return (.unregistered, nil)
        case .evictedByOperator:
            guard let block else { return (.deactivated, nil) }
            let seconds = block.secondsLeft(at: now)
            return seconds == 0 ? (.rejected, nil) : (.probation, seconds)
        case .connectionLost, .silent, .rolledBack, .registered, .refreshed, .moved, .restored, .observed:
            return (.deactivated, nil)
        }
    }
}
