internal import SIPMessage
internal import Synchronization

/// Which connections live, and how to send on them; shared by all loops and whoever asks.
final class ConnectionRegistry: Sendable {
    private struct Entry {
        var path: ReceivedFrom
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

    /// Gives a new connection its number, which is in the path returned; nil when there are too many, or
    /// none is wanted any more. `send` hands a message to the connection's loop.
    func admit(_ path: ReceivedFrom, send: @escaping @Sendable (Datagram) -> Bool) -> ReceivedFrom? {
        contents.withLock { contents in
            let address = path.source.address
            let fromSource = contents.perSource[address, default: 0]
            guard !contents.isClosed, contents.entries.count < settings.maximumConnections,
                fromSource < settings.maximumConnectionsPerSource
            else { return nil }
            var path = path
            let number = Self.numbers.wrappingAdd(1, ordering: .relaxed).newValue
            path.connection = ConnectionID(rawValue: number)
            contents.entries[path.connection] = Entry(path: path, send: send)
            contents.perSource[address] = fromSource + 1
            return path
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
        let send = contents.withLock { $0.entries[datagram.path.connection]?.send }
        return send?(datagram) ?? false
    }

    /// Where a live connection leads, with the moment of its opening; nil when it is gone.
    func path(of connection: ConnectionID) -> ReceivedFrom? {
        contents.withLock { $0.entries[connection]?.path }
    }

    /// All live connections.
    var paths: [ReceivedFrom] {
        contents.withLock { $0.entries.values.map(\.path) }
    }

    /// Admits nobody any more.
    func close() {
        contents.withLock { $0.isClosed = true }
    }
}
