internal import BindingTable

/// The names of the bindings that left last; what they were stands in their tombstones.
struct Departures {
    private var names: [BindingID] = []
    private var next = 0

    /// So many are known.
    private static let capacity = 512

    mutating func add(_ id: BindingID) {
        if names.count < Self.capacity {
            names.append(id)
        } else {
            names[next] = id
        }
        next = (next + 1) % Self.capacity
    }

    /// The names, the last one first.
    var newestFirst: some Sequence<BindingID> {
        names.indices.lazy.map { names[(next - 1 - $0 + names.count) % names.count] }
    }
}
