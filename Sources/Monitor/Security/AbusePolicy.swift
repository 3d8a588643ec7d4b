public import SIPMessage
public import Timing

/// When a source is blocked without an operator: off unless told so.
///
/// Over UDP a source address can be forged, so an attacker could have somebody else blocked. Therefore a source from
/// which phones have registered is not blocked for what takes no login to send (names, probes), nor for guesses when
/// several users have registered from it, unless `blocksOffices` says so; and what `allowed` names is never blocked.
public struct AbusePolicy: Codable, Hashable, Sendable {
    /// Sources are blocked automatically.
    public var isOn = false
    /// For how long.
    public var length = Interval.seconds(3_600)
    /// How much it takes, by class, in the unit of `AbuseFinding.count` within ten minutes. A class that is not
    /// here is never blocked for.
    public var thresholds: [AbuseClass: Int]
    /// Networks that are never blocked automatically.
    public var allowed: [IPNetwork] = []
    /// A source is blocked even if users have registered from it.
    public var blocksOffices = false

    /// The defaults: off; twenty failures, half as many replays, at once for a known tool or a break-in.
    ///
    /// - Parameter failures: wrong passwords or names that it takes; at least 1.
    public init(failures: Int = 20) {
        let failures = max(1, failures)
        thresholds = [
            .breakIn: 1, .guessing: failures, .spraying: failures, .enumeration: failures,
            .replay: max(3, failures / 2), .scanning: 1,
        ]
    }

    /// The finding for which a source is to be blocked; nil if it isn't.
    ///
    /// - Parameter users: how many users have registered from it, as far as is remembered.
    func blocks(_ source: IPAddress, users: Int, for findings: [AbuseFinding]) -> AbuseFinding? {
        guard isOn, !allowed.contains(where: { $0.contains(source) }) else { return nil }
        return findings.first { finding in
            guard finding.kind.isAttack, let threshold = thresholds[finding.kind] else { return false }
            guard finding.count >= threshold else { return false }
            return blocksOffices || users <= finding.kind.toleratedUsers
        }
    }
}

extension AbuseClass {
    /// A source from which more users than this have registered is not blocked for it without being asked to: none
    /// where anybody could have sent it in the source's name.
    fileprivate var toleratedUsers: Int {
        switch self {
        case .enumeration, .scanning: 0
        case .breakIn: .max
        default: 1
        }
    }
}

/// A block that the policy asks for.
public struct BlockProposal: Hashable, Sendable {
    /// Whom.
    public var source: IPAddress
    /// For how long.
    public var length: Interval
    /// Why: the class and its evidence.
    public var reason: String

    /// Puts the parts together.
    public init(source: IPAddress, length: Interval, reason: String) {
        self.source = source
        self.length = length
        self.reason = reason
    }
}
