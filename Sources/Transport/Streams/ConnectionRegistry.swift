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
        /// The try of ours that made it; nil: the peer made it.
        var attempt: OutgoingConnections.Attempt?
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
    /// Learns what becomes of connections of our own; nil: there are none.
    private let outgoing: OutgoingConnections?

    init(settings: StreamSettings, outgoing: OutgoingConnections? = nil) {
        self.settings = settings
        self.outgoing = outgoing
    }

    /// Gives a new connection its number, if it may stay. `send` hands a message to the connection's loop. One that
    /// an attempt of ours has made stays: those have limits of their own.
    func admit(
        _ path: ReceivedFrom,
        by attempt: OutgoingConnections.Attempt? = nil,
        send: @escaping @Sendable (Datagram) -> Bool,
    ) -> Admission {
        contents.withLock { contents in
            let address = path.source.address
            let fromSource = contents.perSource[address, default: 0]
            guard !contents.isClosed else { return .closed }
            if attempt == nil {
                guard contents.entries.count < settings.maximumConnections else { return .tooMany }
                guard fromSource < settings.maximumConnectionsPerSource else { return .tooManyFromSource }
            }
            var path = path
            let number = Self.numbers.wrappingAdd(1, ordering: .relaxed).newValue
            path.connection = ConnectionID(rawValue: number)
            contents.entries[path.connection] = Entry(path: path, attempt: attempt, send: send)
            contents.perSource[address] = fromSource + 1
            return .admitted(path)
        }
    }

    /// The connection is ready for messages; its path is final.
    func open(_ path: ReceivedFrom) {
        let attempt = contents.withLock { contents in
            contents.entries[path.connection]?.path = path
            contents.entries[path.connection]?.isOpen = true
            return contents.entries[path.connection]?.attempt
        }
        if let attempt { outgoing?.opened(attempt, as: path.connection, deliver: send) }
    }

    /// Forgets a connection that is gone; a second call does nothing.
    func remove(_ connection: ConnectionID, because end: ConnectionEnd = .peer) {
        let attempt = contents.withLock { contents -> OutgoingConnections.Attempt? in
            guard let entry = contents.entries.removeValue(forKey: connection) else { return nil }
            let address = entry.path.source.address
            let left = contents.perSource[address, default: 1] - 1
            contents.perSource[address] = left > 0 ? left : nil
            return entry.attempt
        }
        if let attempt { outgoing?.ended(attempt, because: end) }
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
        outgoing?.close()
        contents.withLock { $0.isClosed = true }
    }
}
