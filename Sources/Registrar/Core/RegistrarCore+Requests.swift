import BindingTable
import SIPMessage
public import SIPTransaction
public import Timing

/// Requests of our own: NOTIFYs to subscribers and pings to phones, and what comes back to them.
extension RegistrarCore {
    /// Lets what is due happen, a bounded number of things at a time; returns when it wants to be called again.
    ///
    /// Bindings of this loop's share of the partitions expire (nobody depends on how soon: a look-up treats an
    /// overdue binding as absent, design §5); requests that were not answered are sent again; subscribers are told
    /// what has changed; phones are asked whether they are there.
    ///
    /// - Parameter requests: gets what is to be sent, behind what it holds.
    public mutating func advance(
        to clock: ClockReading,
        requests: inout OutgoingRequests,
    ) -> Timestamp {
        let now = clock.timestamp
        let expiry = state.table.advance(
            share: loop,
            of: loops,
            to: now,
            limit: Self.expiriesPerStep,
            committing: state.store
        )
        // Bindings made meanwhile may be due earlier than what is known now.
        var next = min(expiry, now + Self.expiryStep)
        guard hasRequests else { return next }
        takePolicy()
        if clients.count > 0 {
            var events: [ClientEvent] = []
            clients.advance(to: now, requests: &requests, events: &events)
            for event in events { take(event, retryAfter: nil, at: now) }
        }
        if !liveness.isEmpty { ping(at: now, &requests) }
        if !subscriptions.isEmpty { notifySubscribers(at: now, &requests) }
        next = min(next, clients.deadline, liveness.deadline)
        return min(next, subscriptions.deadline)
    }

    /// A connection is gone: what waits on it will not be answered.
    mutating func endRequests(on connection: ConnectionID, at now: Timestamp) {
        guard hasRequests else { return }
        var events: [ClientEvent] = []
        clients.connectionClosed(connection, events: &events)
        for event in events { take(event, retryAfter: nil, at: now) }
        subscriptions.connectionClosed(connection)
    }

    private var hasRequests: Bool { !subscriptions.isEmpty || !liveness.isEmpty || clients.count > 0 }

    /// A response: to a request of ours, or nothing that concerns us (RFC 3261 §18.1.2). The head is read.
    ///
    /// False if it ends no request of ours; a copy of one that did, or a provisional one, counts as that too.
    mutating func receiveResponse(
        _ bytes: Span<UInt8>,
        _ path: ReceivedFrom,
        _ handling: inout Handling,
    ) -> Bool {
        guard clients.waiting > 0, let event = clients.receive(head, bytes, from: path) else { return false }
        let retryAfter = head.first(.retryAfter).flatMap { Self.seconds(bytes.extracting($0.bounds)) }
        take(event, retryAfter: retryAfter, at: path.at)
        handling.isAdvanceWanted = subscriptions.deadline <= path.at
        return true
    }

    private mutating func take(_ event: ClientEvent, retryAfter: UInt32?, at now: Timestamp) {
        let token =
            switch event {
            case .answered(let token, _, _), .timedOut(let token), .connectionLost(let token): token
            }
        if token & Self.notifyToken != 0 {
            takeNotifyEnd(event, token, retryAfter: retryAfter, at: now)
        } else {
            takePingEnd(event, token, at: now)
        }
    }

    /// Begins the transaction of the request that was just written, back along the way of an earlier message;
    /// false if there is no room for it.
    mutating func begin(
        _ method: SIPMessage.Method,
        _ branch: Branch,
        over path: ReceivedFrom,
        token: UInt64,
        timeout: Interval = NonInviteClientTransaction.timerF,
        now: Timestamp,
        _ requests: inout OutgoingRequests,
    ) -> Bool {
        var written: [UInt8] = []
        swap(&written, &encoder.bytes)
        defer { swap(&written, &encoder.bytes) }
        return clients.begin(
            written.span,
            branch: branch,
            method: method,
            to: path.source,
            over: path,
            token: token,
            timeout: timeout,
            now: now,
            requests: &requests
        )
    }

    /// A branch that nobody can guess and that never comes again: a count under the table's secret.
    mutating func nextBranch() -> Branch {
        requestCount &+= 1
        var text: [UInt8] = []
        text.append("branch ")
        text.appendDecimal(UInt64(truncatingIfNeeded: loop))
        text.append(0x20)
        text.appendDecimal(requestCount)
        return Branch(rawValue: state.table.hash(text.span))
    }

    /// The seconds that Retry-After begins with (RFC 3261 §20.33); nil if it begins otherwise.
    private static func seconds(_ value: Span<UInt8>) -> UInt32? {
        var number: UInt64 = 0
        var count = 0
        while count < value.count, value[count] &- 0x30 <= 9 {
            number = min(number * 10 + UInt64(value[count] &- 0x30), UInt64(UInt32.max))
            count += 1
        }
        return count > 0 ? UInt32(truncatingIfNeeded: number) : nil
    }
}
