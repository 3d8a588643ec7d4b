internal import SIPMessage
internal import Synchronization

/// Which connections live, and how to send on them; shared by all loops and whoever asks.
///
/// A connection counts against the limits from the moment it is taken, and is found by others once it is open.
final class ConnectionRegistry: Sendable {
    /// What becomes of a new connection.
    enum Admission {
        /// It may stay; the path has its number.
        case admitted(ReceivedFrom)
        /// There are too many connections, or too many from its address.
        case tooMany, tooManyFromSource
        /// Nobody is admitted any more.
        case closed
    }

    private struct Entry {
        var path: ReceivedFrom
        var isOpen = false
        var send: @Sendable (Datagram) -> Bool
    }

    private struct Contents {
        var entries: [ConnectionID: Entry] = [:]
        var perSource: [IPAddress: Int] = [:]
        var isClosed = false
    }

    /// One count for the process: an ID never names two connections, even of different servers.
    private static let numbers = Atomic<UInt64>(0)

    private let contents = Mutex(Contents())
    private let settings: StreamSettings

    init(settings: StreamSettings) {
        self.settings = settings
    }

    /// Gives a new connection its number, if it may stay. `send` hands a message to the connection's loop.
    func admit(_ path: ReceivedFrom, send: @escaping @Sendable (Datagram) -> Bool) -> Admission {
        contents.withLock { contents in
            let address = path.source.address
            let fromSource = contents.perSource[address, default: 0]
            guard !contents.isClosed else { return .closed }
            guard contents.entries.count < settings.maximumConnections else { return .tooMany }
            guard fromSource < settings.maximumConnectionsPerSource else { return .tooManyFromSource }
            var path = path
            let number = Self.numbers.wrappingAdd(1, ordering: .relaxed).newValue
            path.connection = ConnectionID(rawValue: number)
            contents.entries[path.connection] = Entry(path: path, send: send)
            contents.perSource[address] = fromSource + 1
            return .admitted(path)
        }
    }

    /// The connection is ready for messages; its path is final.
    func open(_ path: ReceivedFrom) {
        contents.withLock { contents in
            contents.entries[path.connection]?.path = path
            contents.entries[path.connection]?.isOpen = true
        }
    }

    /// Forgets a connection that is gone.
    func remove(_ connection: ConnectionID) {
        contents.withLock { contents in
            guard let entry = contents.entries.removeValue(forKey: connection) else { return }
            let address = entry.path.source.address
            let left = contents.perSource[address, default: 1] - 1
            contents.perSource[address] = left > 0 ? left : nil
        }
    }

    /// Hands a message to the loop of its connection; false when that is gone.
    func send(_ datagram: Datagram) -> Bool {
        let send = openEntry(datagram.path.connection)?.send
        return send?(datagram) ?? false
    }

    /// Where a live connection leads, with the moment of its opening; nil when it is gone.
    func path(of connection: ConnectionID) -> ReceivedFrom? {
        openEntry(connection)?.path
    }

    /// All live connections.
    var paths: [ReceivedFrom] {
        contents.withLock { contents in
            contents.entries.values.lazy.filter(\.isOpen).map(\.path)
        }
    }

    private func openEntry(_ connection: ConnectionID) -> Entry? {
        contents.withLock { contents in
            guard let entry = contents.entries[connection], entry.isOpen else { return nil }
            return entry
        }
    }

    /// Admits nobody any more.
    func close() {
        contents.withLock { $0.isClosed = true }
    }
}
