internal import SIPMessage

/// Our own endpoints, each kept once with the number of bindings that came through it.
///
/// There are as many as the program has listeners and addresses, so looking through them is fast.
struct EndpointPool: Sendable {
    private var entries: [(endpoint: Endpoint, uses: UInt32)] = []

    /// The endpoint of a number that is in use.
    subscript(number: UInt32) -> Endpoint { entries[Int(number)].endpoint }

    /// The number of an endpoint, with one more use.
    mutating func add(_ endpoint: Endpoint) -> UInt32 {
        var free: Int?
        for index in entries.indices {
            if entries[index].uses == 0 {
                free = index
            } else if entries[index].endpoint == endpoint {
                entries[index].uses += 1
                return UInt32(truncatingIfNeeded: index)
            }
        }
        guard let free else {
            entries.append((endpoint, 1))
            return UInt32(truncatingIfNeeded: entries.count - 1)
        }
        entries[free] = (endpoint, 1)
        return UInt32(truncatingIfNeeded: free)
    }

    /// One use less.
    mutating func release(_ number: UInt32) { entries[Int(number)].uses -= 1 }
}
