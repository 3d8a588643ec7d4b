/// Who may watch registrations (RFC 3680), and how much.
public struct SubscriptionPolicy: Hashable, Sendable {
    /// SUBSCRIBE with `Event: reg` is served.
    public var isOffered: Bool
    /// Most subscriptions to one address of record.
    public var maximum: UInt16
    /// Shortest, usual and longest time of a subscription, in seconds.
    public var shortest: UInt32, usual: UInt32, longest: UInt32
    /// Seconds between two NOTIFYs of a subscription (RFC 3680 §4.10).
    public var quiet: UInt32
    /// Accounts that may watch every address of record of the domain.
    public var administrators: Set<[UInt8]>

    /// What a domain does unless it says otherwise (RFC 3680 §4.4).
    public init(
        isOffered: Bool = true,
        maximum: UInt16 = 4,
        shortest: UInt32 = 60,
        usual: UInt32 = 3_761,
        longest: UInt32 = 7_200,
        quiet: UInt32 = 5,
        administrators: Set<[UInt8]> = [],
    ) {
        self.isOffered = isOffered
        self.maximum = max(maximum, 1)
        self.shortest = max(shortest, 1)
        self.longest = max(longest, self.shortest)
        self.usual = min(max(usual, self.shortest), self.longest)
        self.quiet = quiet
        self.administrators = administrators
    }
}
