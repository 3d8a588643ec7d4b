internal import Timing

/// The time limits of one connection: idle, a message that doesn't end, a peer that doesn't read.
struct ConnectionWatch {
    private var lastRead: Timestamp
    /// Since when a message is awaited: the first, or one that has begun.
    private var awaitingSince: Timestamp?
    private var hungUpAt: Timestamp?
    /// All bytes ever handed to the channel, and how many of them had left at the last look that saw some go.
    private var queuedBytes = 0
    private var takenBytes = 0
    private var lastTaken: Timestamp

    /// How long a connection that we have ended may linger until the peer ends it too.
    private static let lingering = Interval.seconds(2)

    /// Without `awaitsMessage` the peer need not say anything before it is spoken to.
    init(openedAt now: Timestamp, awaitsMessage: Bool = true) {
        lastRead = now
        awaitingSince = awaitsMessage ? now : nil
        lastTaken = now
    }

    /// Something came, which completed so many messages or pings and left so many bytes of an unfinished one.
    mutating func hasRead(at now: Timestamp, events: Int, pendingBytes: Int) {
        lastRead = now
        if events > 0 || awaitingSince == nil { awaitingSince = pendingBytes > 0 ? now : nil }
    }

    /// So many bytes more wait to be sent.
    mutating func hasQueued(_ bytes: Int) {
        queuedBytes += bytes
    }

    /// We have ended our direction.
    mutating func hasHungUp(at now: Timestamp) {
        hungUpAt = now
    }

    /// The limit that has passed, if one has. Looked at every now and then, so limits are kept to within
    /// the time between two looks.
    mutating func overdue(at now: Timestamp, unsentBytes: Int, settings: StreamSettings) -> ConnectionEnd? {
        let taken = queuedBytes - unsentBytes
        if unsentBytes == 0 || taken > takenBytes {
            takenBytes = taken
            lastTaken = now
        }
        if let hungUpAt { return now - hungUpAt >= Self.lingering ? .local : nil }
        if now - lastTaken >= settings.writeTimeout { return .slowReader }
        if let awaitingSince, now - awaitingSince >= settings.messageTimeout { return .slowMessage }
        return now - lastRead >= settings.idleTimeout ? .idle : nil
    }
}
