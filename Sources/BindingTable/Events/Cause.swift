public import SIPMessage

/// Why a binding changed or left: the one word that events, history, audit and console share.
public enum Cause: UInt8, WordCodable, Sendable, BitwiseCopyable {
    /// A REGISTER made it.
    case registered
    /// A REGISTER prolonged it from where it was.
    case refreshed
    /// A REGISTER prolonged it from another source, or with another contact of the same key.
    case moved
    /// The phone removed it: expires 0 or the wildcard (RFC 3261 §10.2.2).
    case unregistered
    /// Its time ran out.
    case expired
    /// It lost its place to a newer contact of the same address of record (overflow policy `oldest`).
    case displaced
    /// An operator let it reach its end at once.
    case expiredByOperator
    /// An operator took it away.
    case evictedByOperator
    /// An operator's undo put it back.
    case restored
    /// The store could not commit the change that made or altered it.
    case rolledBack
    /// The connection that it was made over has ended, and the domain's rule is that it goes with it.
    case connectionLost
    /// It answered no ping, so many times as the domain's rule allows.
    case silent
    /// A ping or the end of its connection told something of it; it stays.
    case observed

    /// Lower-case words for screens, logs and audit.
    public var text: String {
        switch self {
        case .registered: "registered"
        case .refreshed: "refreshed"
        case .moved: "moved"
        case .unregistered: "unregistered"
        case .expired: "expired"
        case .displaced: "displaced"
        case .expiredByOperator: "expired by operator"
        case .evictedByOperator: "evicted by operator"
        case .restored: "restored"
        case .rolledBack: "rolled back"
        case .connectionLost: "connection lost"
        case .silent: "answered no ping"
        case .observed: "observed"
        }
    }

    /// `registered`, `evicted-by-operator`, …: apart from the screen's words, for it must never change.
    public var codingWord: String {
        switch self {
        case .registered: "registered"
        case .refreshed: "refreshed"
        case .moved: "moved"
        case .unregistered: "unregistered"
        case .expired: "expired"
        case .displaced: "displaced"
        case .expiredByOperator: "expired-by-operator"
        case .evictedByOperator: "evicted-by-operator"
        case .restored: "restored"
        case .rolledBack: "rolled-back"
        case .connectionLost: "connection-lost"
        case .silent: "silent"
        case .observed: "observed"
        }
    }

    /// The binding is gone after a change with this cause.
    public var isRemoval: Bool {
        switch self {
        case .unregistered, .expired, .displaced, .expiredByOperator, .evictedByOperator, .connectionLost,
            .silent:
            true
        case .registered, .refreshed, .moved, .restored, .rolledBack, .observed: false
        }
    }
}
