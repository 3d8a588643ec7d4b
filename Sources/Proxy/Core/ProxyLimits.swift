/// How much a proxy keeps at a time. What is answered gives its place up to what is new, the oldest first; beyond that a
/// request is answered 503.
public struct ProxyLimits: Hashable, Sendable {
    /// Requests, those that are answered and only wait for copies among them.
    public var contexts: Int
    /// Branches of all of them.
    public var branches: Int
    /// Bytes of messages.
    public var bytes: Int

    /// Limits other than the defaults.
    public init(contexts: Int = 16_384, branches: Int = 65_536, bytes: Int = 64 << 20) {
        self.contexts = min(max(contexts, 1), 1 << 20)
        self.branches = min(max(branches, 1), 1 << 22)
        self.bytes = max(bytes, 0)
    }

    /// Seconds after which a request that found no room may come again.
    static let retryAfter: UInt16 = 5
}
