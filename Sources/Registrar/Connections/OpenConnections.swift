import BindingTable
public import SIPMessage
import Synchronization

/// Which bindings lean on which open connection: shared by the loops that serve connections and by the
/// operator's desk, which may put back a binding whose connection has ended since.
///
/// It holds no more than the table does: names of bindings that have left or moved to another connection are
/// sifted out each time a list has doubled. No partition is locked by whoever calls it.
public final class OpenConnections: Sendable {
    private struct Leaning {
        var bindings: [BindingID] = []
        /// At so many names the list is sifted.
        var limit = OpenConnections.firstLimit
    }

    private static let firstLimit = 16

    private let leaning = Mutex<[ConnectionID: Leaning]>([:])

    /// None is open.
    public init() {}

    /// A connection was opened.
    func open(_ connection: ConnectionID) {
        leaning.withLock { $0[connection] = Leaning() }
    }

    /// A binding leans on a connection from now on; false if that is not open. To be told of bindings that are new
    /// on it, not of each refresh: a proxy's connection may carry thousands.
    @discardableResult
    func note(_ binding: BindingID, on connection: ConnectionID, in table: BindingTable) -> Bool {
        leaning.withLock { leaning in
            leaning[connection]?.bindings.append(binding)
            guard let list = leaning[connection] else { return false }
            guard list.bindings.count > list.limit else { return true }
            var seen: Set<BindingID> = []
            let left = list.bindings.filter {
                seen.insert($0).inserted && table.facts($0)?.path.connection == connection
            }
            leaning[connection] = Leaning(bindings: left, limit: max(Self.firstLimit, left.count * 2))
            return true
        }
    }

    /// The connection is open.
    public func isOpen(_ connection: ConnectionID) -> Bool {
        leaning.withLock { $0[connection] != nil }
    }

    /// How many names are kept for a connection, for gauges and tests.
    public func names(on connection: ConnectionID) -> Int {
        leaning.withLock { $0[connection]?.bindings.count ?? 0 }
    }

    /// A connection has ended; gives the bindings that leaned on it, those included that have left since.
    func close(_ connection: ConnectionID) -> [BindingID] {
        leaning.withLock { $0.removeValue(forKey: connection)?.bindings ?? [] }
    }
}
