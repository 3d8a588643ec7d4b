import Proxy
import SIPMessage
import Timing

/// What the proxy's thread drives: ``ProxyCore``, and in tests whatever stands in for it.
protocol ProxyMachine: ~Copyable {
    /// When ``advance(to:output:)`` is wanted next; `.distantFuture` for never.
    var deadline: Timestamp { get }

    /// Requests that wait for their final response.
    var waiting: Int { get }

    /// Takes one message.
    mutating func receive(
        _ bytes: Span<UInt8>,
        from path: ReceivedFrom,
        clock: ClockReading,
        output: inout ProxyOutput,
    )

    /// Lets the timers run that are due, a bounded number at a time.
    mutating func advance(to clock: ClockReading, output: inout ProxyOutput)

    /// A host that was to be found is at these places.
    mutating func located(
        _ hop: HostHop,
        at servers: [ServerAddress],
        clock: ClockReading,
        output: inout ProxyOutput,
    )

    /// A connection is gone.
    mutating func connectionClosed(
        _ connection: ConnectionID,
        clock: ClockReading,
        output: inout ProxyOutput,
    )

    /// No connection could be made to a destination.
    mutating func sendFailed(
        to destination: Endpoint,
        over transport: TransportKind,
        clock: ClockReading,
        output: inout ProxyOutput,
    )
}

extension ProxyCore: ProxyMachine {
    /// As its counters have it.
    var waiting: Int { counters.waiting }
}
