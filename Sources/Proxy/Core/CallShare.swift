import SIPMessage

/// What strangers have at hand in a proxy that is not answered: those of one network a quarter of each limit at most, all
/// of them three, so that our own users are always served.
final class CallShare {
    private let whole: CallShare?
    private let quarters: Int
    /// Requests.
    private(set) var contexts = 0
    private var branches = 0
    private var bytes = 0

    /// The share of one network, in that of all.
    init(of whole: CallShare) {
        self.whole = whole
        quarters = 1
    }

    /// The share of all strangers.
    init() {
        whole = nil
        quarters = 3
    }

    /// Counts so many more, or fewer.
    func add(contexts: Int = 0, branches: Int = 0, bytes: Int = 0) {
        self.contexts += contexts
        self.branches += branches
        self.bytes += bytes
        whole?.add(contexts: contexts, branches: branches, bytes: bytes)
    }

    /// So many more would not be too many.
    func hasRoom(_ limits: ProxyLimits, contexts: Int = 0, branches: Int = 0, bytes: Int = 0) -> Bool {
        self.contexts + contexts <= most(of: limits.contexts)
            && self.branches + branches <= most(of: limits.branches)
            && self.bytes + bytes <= most(of: limits.bytes)
            && whole?.hasRoom(limits, contexts: contexts, branches: branches, bytes: bytes) != false
    }

    /// Nobody is so small a proxy that one stranger's few requests would not fit.
    private func most(of limit: Int) -> Int { max(8, limit / 4 * quarters) }
}

extension IPAddress {
    /// What one peer can choose its addresses from: the address itself, or the /64 that a site's network has in IPv6.
    var network: IPAddress { isIPv4 ? self : IPAddress(ipv6High: high, low: 0) }
}
