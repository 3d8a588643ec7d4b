/// How many REGISTERs a second are taken from one source and for one address of record; more are answered 503
/// with Retry-After (RFC 3261 §21.5.4).
///
/// A source is an IPv4 address, or the /64 of an IPv6 one. A login that has to answer a challenge is two
/// requests of its source, and one for its address of record, for only what is proved counts there. Each may
/// be ahead by two seconds' worth. What comes again because an answer was lost does not count.
public struct RatePolicy: Hashable, Sendable, BitwiseCopyable {
    /// From one source; 0: as many as they like.
    public var source: UInt32
    /// For one address of record; 0: as many as they like.
    public var aor: UInt32

    /// Rates; without any nothing is counted.
    public init(source: UInt32 = 0, aor: UInt32 = 0) {
        self.source = source
        self.aor = aor
    }

    /// Seconds after which whoever is too fast may come back, before they are spread from phone to phone.
    static let retryAfter: UInt16 = 5
}
