public import SIPMessage
public import Timing

/// What a loop calls with everything that happens on it: the seam between the network and the core.
///
/// One value lives on each loop's thread, made there and never seen by another thread, so it needs no locks
/// for its own state. The same type serves UDP and streams. Times are arguments; messages to send are appended
/// to `output`, and the loop sends them when the batch is done. No call may block.
public protocol MessageHandler<Mail>: ~Copyable, SendableMetatype {
    /// What other threads send to this handler: returned commit tickets, commands, new settings.
    associatedtype Mail: Sendable

    /// When ``advance(to:output:)`` is wanted next; `.distantFuture` for never. Read after every batch.
    var deadline: Timestamp { get }

    /// A whole message. Its bytes are borrowed: they are gone when the call returns.
    mutating func receive(
        _ message: Span<UInt8>,
        from path: ReceivedFrom,
        clock: ClockReading,
        output: inout OutgoingMessages,
    )

    /// Something that was put into the loop's ``Mailbox``.
    mutating func receiveMail(_ mail: Mail, clock: ClockReading, output: inout OutgoingMessages)

    /// ``deadline`` has come.
    mutating func advance(to clock: ClockReading, output: inout OutgoingMessages)

    /// All that was there has been handed over, and `output` is sent after this call: the place to hand one
    /// commit ticket for the whole batch to the store.
    mutating func finishBatch(clock: ClockReading, output: inout OutgoingMessages)

    /// A peer has connected, all handshakes (TLS, WebSocket) included; `path.at` is the moment of it, then and
    /// at the end. `peer` is who it has proved to be.
    mutating func connectionOpened(
        _ path: ReceivedFrom,
        peer: ConnectionPeer,
        clock: ClockReading,
        output: inout OutgoingMessages,
    )

    /// An opened connection is gone; bindings that lean on it as their flow can be reached no more (RFC 5626 §4.2).
    mutating func connectionClosed(
        _ path: ReceivedFrom,
        because end: ConnectionEnd,
        clock: ClockReading,
        output: inout OutgoingMessages,
    )

    /// A stream that cannot be cut into messages any more. `head` is what was read of the message at fault,
    /// perhaps nothing. The connection closes after what this call puts into `output` has been sent: a 400
    /// where the head can be read (RFC 3261 §18.3).
    mutating func receiveUnframed(
        _ head: Span<UInt8>,
        because problem: ParseError,
        from path: ReceivedFrom,
        clock: ClockReading,
        output: inout OutgoingMessages,
    )
}

/// What a handler that cares for messages only need not write.
extension MessageHandler where Self: ~Copyable {
    /// Never.
    public var deadline: Timestamp { .distantFuture }

    /// Does nothing.
    public mutating func receiveMail(
        _ mail: Mail,
        clock: ClockReading,
        output: inout OutgoingMessages,
    ) {}

    /// Does nothing.
    public mutating func advance(to clock: ClockReading, output: inout OutgoingMessages) {}

    /// Does nothing.
    public mutating func finishBatch(clock: ClockReading, output: inout OutgoingMessages) {}

    /// Does nothing.
    public mutating func connectionOpened(
        _ path: ReceivedFrom,
        peer: ConnectionPeer,
        clock: ClockReading,
        output: inout OutgoingMessages,
    ) {}

    /// Does nothing.
    public mutating func connectionClosed(
        _ path: ReceivedFrom,
        because end: ConnectionEnd,
        clock: ClockReading,
        output: inout OutgoingMessages,
    ) {}

    /// Does nothing: the connection closes without an answer.
    public mutating func receiveUnframed(
        _ head: Span<UInt8>,
        because problem: ParseError,
        from path: ReceivedFrom,
        clock: ClockReading,
        output: inout OutgoingMessages,
    ) {}
}
