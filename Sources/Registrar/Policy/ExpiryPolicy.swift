/// How long a binding may live: what a phone asks for becomes what it gets (RFC 3261 §10.3 step 7).
public struct ExpiryPolicy: Hashable, Sendable, BitwiseCopyable {
    /// Seconds for a phone that names none.
    public let standard: UInt32
    /// Fewest seconds that are granted.
    public let minimum: UInt32
    /// Most seconds that are granted; never below `minimum`.
    public let maximum: UInt32
    /// Most seconds that a phone behind NAT is granted over UDP; `maximum` unless set apart. Never below `minimum`.
    public let maximumBehindNAT: UInt32
    /// Up to so many percent are taken off at random, so that phones that came together do not come
    /// back together; 0…100.
    public let jitterPercent: UInt32

    /// Below this, and only below it, RFC 3261 §10.3 step 7 lets a registrar answer 423.
    public static let briefBelow: UInt32 = 3_600

    /// An expiry policy; values that contradict each other are brought into order (minimum wins).
    public init(
        standard: UInt32 = 3_600,
        minimum: UInt32 = 60,
        maximum: UInt32 = 7_200,
        jitterPercent: UInt32 = 10,
        maximumBehindNAT: UInt32? = nil,
    ) {
        self.minimum = max(minimum, 1)
        self.maximum = max(maximum, self.minimum)
        self.maximumBehindNAT = min(max(maximumBehindNAT ?? self.maximum, self.minimum), self.maximum)
        self.standard = min(max(standard, self.minimum), self.maximum)
        self.jitterPercent = min(jitterPercent, 100)
    }

    /// What a wish comes to.
    public enum Grant: Hashable, Sendable, BitwiseCopyable {
        /// Asked for 0: the binding goes (RFC 3261 §10.2.2).
        case removal
        /// So many seconds, at least the minimum, at most the maximum.
        case seconds(UInt32)
        /// 423 with `Min-Expires`: more than 0, less than an hour and less than the minimum.
        case tooBrief
    }

    /// What a phone gets that asked for so many seconds (nil: named none).
    ///
    /// A wish below the minimum that 423 may not answer (an hour or more) is raised to the minimum. The
    /// jitter only shortens, never below the minimum, and never touches a removal. `draw` is any evenly
    /// spread number; the same draw gives the same grant, so that a request repeated is answered alike.
    /// - Parameter isBehindNAT: the contact is behind NAT and comes over UDP, so `maximumBehindNAT` is the most.
    @inlinable
    public func grant(asked: UInt32?, draw: UInt64, isBehindNAT: Bool = false) -> Grant {
        let wish = asked ?? standard
        if wish == 0 { return .removal }
        if wish < minimum, wish < Self.briefBelow { return .tooBrief }
        let capped = min(max(wish, minimum), isBehindNAT ? maximumBehindNAT : maximum)
        let room = UInt64(capped) * UInt64(jitterPercent) / 100
        let taken = UInt32(truncatingIfNeeded: (draw >> 16) % (room + 1))
        return .seconds(max(capped - min(taken, capped), minimum))
    }
}
