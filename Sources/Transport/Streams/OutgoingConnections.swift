internal import SIPMessage
internal import Synchronization

/// The connections that we have made or are making, each by what it leads to, with what waits for it; shared by all
/// loops and whoever sends.
///
/// A connection that a peer has made to us is never found here: its far port is no port to be reached at, and who is
/// behind it was not asked for by name (RFC 5923 §3).
final class OutgoingConnections: Sendable {
    /// What a connection leads to. One that was verified for one name is not used for another.
    struct Destination: Hashable {
        var endpoint: Endpoint
        var transport: TransportKind
        /// The name that the server's certificate must have; nil: its address. Nil without TLS.
        var host: String?
    }

    /// One try to have a connection; no two have the same number.
    struct Attempt: Hashable {
        var destination: Destination
        var number: UInt64
    }

    /// What becomes of a message.
    fileprivate enum Step {
        case wait, refuse
        case connect(Attempt)
        case use(ConnectionID)
    }

    fileprivate enum Phase {
        case connecting(queue: [Datagram], bytes: Int)
        case open(ConnectionID)
    }

    fileprivate struct Entry {
        var number: UInt64
        var phase: Phase
    }

    fileprivate struct Contents {
        var entries: [Destination: Entry] = [:]
        var connecting = 0
        var attempts: UInt64 = 0
        var isClosed = false
    }

    let settings: OutgoingSettings
    private let contents = Mutex(Contents())
    private let onFailure: @Sendable (Endpoint, TransportKind) -> Void

    /// `onFailure` is told of a destination whose connection could not be made or has broken.
    init(settings: OutgoingSettings, onFailure: @escaping @Sendable (Endpoint, TransportKind) -> Void) {
        self.settings = settings
        self.onFailure = onFailure
    }

    /// Sends over the connection to a destination, or keeps the message until there is one; false when it is lost.
    ///
    /// `deliver` hands a message to a connection's loop; `connect` begins a connection and reports later.
    func send(
        _ datagram: Datagram,
        to destination: Destination,
        deliver: (Datagram) -> Bool,
        connect: (Attempt) -> Void,
    ) -> Bool {
        var datagram = datagram
        // An open one may be gone without having said so yet: the second look makes another.
        for dead in [false, true] {
            switch contents.withLock({ $0.step(datagram, destination, dead, settings) }) {
            case .refuse: return false
            case .wait: return true
            case .connect(let attempt):
                connect(attempt)
                return true
            case .use(let connection):
                datagram.path.connection = connection
                if deliver(datagram) { return true }
                datagram.path.connection = .none
            }
        }
        return false
    }

    /// The connection is ready: what waited for it goes first.
    func opened(_ attempt: Attempt, as connection: ConnectionID, deliver: (Datagram) -> Bool) {
        contents.withLock { contents in
            guard let entry = contents.entries[attempt.destination], entry.number == attempt.number,
                case .connecting(let queue, _) = entry.phase
            else { return }
            contents.connecting -= 1
            contents.entries[attempt.destination]?.phase = .open(connection)
            // Inside the lock, so that nobody else's message overtakes.
            for var datagram in queue {
                datagram.path.connection = connection
                _ = deliver(datagram)
            }
        }
    }

    /// The connection could not be made, or is gone. That it was idle, or that we closed it, is no failure.
    func ended(_ attempt: Attempt, because end: ConnectionEnd) {
        let isFailure = contents.withLock { contents in
            guard let entry = contents.entries[attempt.destination], entry.number == attempt.number else {
                return false
            }
            contents.entries[attempt.destination] = nil
            guard case .open = entry.phase else {
                contents.connecting -= 1
                return !contents.isClosed
            }
            return end != .idle && end != .local
        }
        if isFailure { onFailure(attempt.destination.endpoint, attempt.destination.transport) }
    }

    /// Whether a try has not come to its end yet.
    func isConnecting(_ attempt: Attempt) -> Bool {
        contents.withLock { contents in
            guard let entry = contents.entries[attempt.destination], entry.number == attempt.number,
                case .connecting = entry.phase
            else { return false }
            return true
        }
    }

    /// Makes no more connections.
    func close() {
        contents.withLock { $0.isClosed = true }
    }
}

fileprivate extension OutgoingConnections.Contents {
    mutating func step(
        _ datagram: Datagram,
        _ destination: OutgoingConnections.Destination,
        _ openIsDead: Bool,
        _ settings: OutgoingSettings,
    ) -> OutgoingConnections.Step {
        guard !isClosed else { return .refuse }
        let size = datagram.bytes.count
        guard size <= settings.maximumQueuedBytes, settings.maximumQueuedMessages > 0 else { return .refuse }
        switch entries[destination]?.phase {
        case .open(let connection) where !openIsDead:
            return .use(connection)
        case .connecting(var queue, let bytes):
            guard queue.count < settings.maximumQueuedMessages, bytes <= settings.maximumQueuedBytes - size
            else { return .refuse }
            entries[destination]?.phase = .connecting(queue: [], bytes: 0)
            queue.append(datagram)
            entries[destination]?.phase = .connecting(queue: queue, bytes: bytes + size)
            return .wait
        case .open, nil:
            guard connecting < settings.maximumConnecting else { return .refuse }
            guard entries[destination] != nil || entries.count < settings.maximumConnections else {
                return .refuse
            }
            connecting += 1
            attempts &+= 1
            entries[destination] = .init(
                number: attempts,
                phase: .connecting(queue: [datagram], bytes: size)
            )
            return .connect(.init(destination: destination, number: attempts))
        }
    }
}
