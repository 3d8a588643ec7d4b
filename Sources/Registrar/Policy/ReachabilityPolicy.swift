/// What becomes of bindings whose connection has ended.
public enum ConnectionLoss: Hashable, Sendable, BitwiseCopyable {
    /// They stay until their own end, marked.
    case keep
    /// They stay so many seconds at most, so that a phone that comes back finds them.
    case shorten(UInt32)
    /// They go at once.
    case remove
}

/// How a domain asks its phones whether they are there (OPTIONS, RFC 3261 §11).
public struct PingPolicy: Hashable, Sendable {
    /// Which final answers count as a sign of life.
    public enum Codes: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// Any: who refuses is there too.
        case any
        /// 2xx only.
        case success
    }

    /// Seconds between two pings of a binding, before jitter; 0: none is sent.
    public var interval: UInt32
    /// Seconds to wait for an answer, 1…32.
    public var timeout: UInt32
    /// What counts.
    public var codes: Codes
    /// So many pings in a row without an answer, and the binding goes; 0: never.
    public var removeAfter: UInt32
    /// Users that are pinged; empty: all.
    public var users: Set<[UInt8]>

    /// Pings as wanted; out of bounds counts as the bound.
    public init(
        interval: UInt32 = 0,
        timeout: UInt32 = 8,
        codes: Codes = .any,
        removeAfter: UInt32 = 0,
        users: Set<[UInt8]> = [],
    ) {
        self.interval = interval
        self.timeout = min(max(timeout, 1), 32)
        self.codes = codes
        self.removeAfter = removeAfter
        self.users = users
    }
}
