internal import BindingTable
public import SIPMessage
public import Timing

/// Which attempts' messages are wanted, and where to go on.
///
/// An answer holds only so much: whoever wants all asks again with what the page says (`MessagesPage.following`).
public struct MessagesQuery: Hashable, Sendable {
    /// Only attempts that pass; nil: all.
    public var filter: Filter?
    /// Only those that failed.
    public var failuresOnly: Bool
    /// Tries to register, calls, or both.
    public var kind: RequestKind
    /// Only these, at most `mostIDs`; empty: all that pass.
    public var ids: [AttemptID]
    /// Only so many of them, the newest; nil: all.
    public var newest: Int?
    /// Only those behind this one: where the page before ended. What is the newest was decided then.
    public var after: AttemptID?
    /// None behind this one: the end as it was when the first page was made.
    public var upTo: AttemptID?

    /// Most attempts that may be named one by one.
    public static let mostIDs = 1_000

    /// All of the attempts that pass.
    public init(
        filter: Filter? = nil,
        failuresOnly: Bool = false,
        kind: RequestKind = .registrations,
        ids: [AttemptID] = [],
        newest: Int? = nil,
        after: AttemptID? = nil,
        upTo: AttemptID? = nil,
    ) {
        self.filter = filter
        self.failuresOnly = failuresOnly
        self.kind = kind
        self.ids = Array(ids.prefix(Self.mostIDs))
        self.newest = newest
        self.after = after
        self.upTo = upTo
    }
}

/// One message of an attempt as it came or left.
public struct AttemptMessage: Codable, Hashable, Sendable {
    /// When it came or left.
    public var at: Timestamp
    /// Who sent it, and to where.
    public var from: Endpoint, to: Endpoint
    /// From the phone to us; of a call: no response.
    public var isRequest: Bool
    /// It is what an earlier message of the attempt was, at this position in the list: its bytes are there. nil: it
    /// is not sent again, or who sent it again has changed it.
    public var repeats: Int?
    /// The message, whole; empty if it repeats another, or was too much to be kept.
    public var bytes: [UInt8]
    /// Of a call's message: how it travelled, which is not the same on all legs, and whether we sent it. nil for a try
    /// to register.
    public var transport: TransportKind?, isOutgoing: Bool?

    /// Puts the parts together.
    public init(
        at: Timestamp,
        from: Endpoint,
        to: Endpoint,
        isRequest: Bool,
        repeats: Int? = nil,
        bytes: [UInt8],
        transport: TransportKind? = nil,
        isOutgoing: Bool? = nil,
    ) {
        self.transport = transport
        self.isOutgoing = isOutgoing
        self.at = at
        self.from = from
        self.to = to
        self.isRequest = isRequest
        self.repeats = repeats
        self.bytes = bytes
    }
}

/// An attempt with its messages in order.
public struct AttemptMessages: Codable, Hashable, Sendable {
    /// The row.
    public var row: AttemptRow
    /// Its messages by time.
    public var messages: [AttemptMessage]

    /// Pairs the two.
    public init(row: AttemptRow, messages: [AttemptMessage]) {
        self.row = row
        self.messages = messages
    }

    /// The bytes of a message, those of the one that it repeats if it does; empty if they were not kept.
    public func bytes(of message: AttemptMessage) -> [UInt8] {
        guard let earlier = message.repeats else { return message.bytes }
        return messages.indices.contains(earlier) ? messages[earlier].bytes : []
    }
}

/// The messages of some attempts, oldest attempt first.
public struct MessagesPage: Codable, Hashable, Sendable {
    /// The attempts.
    public var attempts: [AttemptMessages]
    /// Attempts that are still to come, those of this page included.
    public var left: Int
    /// The last attempt that is wanted at all; nil if none is.
    public var upTo: AttemptID?
    /// When it was made.
    public var at: Timestamp

    /// Bytes of messages from which on a page is full; one attempt is always in it.
    public static let fullAt = 256 << 10

    /// Puts the parts together.
    public init(attempts: [AttemptMessages] = [], left: Int = 0, upTo: AttemptID? = nil, at: Timestamp) {
        self.attempts = attempts
        self.left = left
        self.upTo = upTo
        self.at = at
    }

    /// What to ask for the page behind this one of a query; nil if this is the last.
    public func following(_ query: MessagesQuery) -> MessagesQuery? {
        guard let last = attempts.last, left > attempts.count else { return nil }
        var next = query
        next.after = last.row.id
        next.upTo = upTo
        return next
    }
}

extension AttemptMessage {
    /// It came to us.
    public var cameIn: Bool { isOutgoing.map { !$0 } ?? isRequest }
}

extension Monitor {
    /// A page of attempts' messages. The work is bounded by the attempts that are kept and the bytes of a page.
    public func messages(_ query: MessagesQuery, at now: Timestamp) -> MessagesPage {
        let slots = wanted(query, at: now)
        var page = MessagesPage(left: slots.count, upTo: slots.last.map { flows.store[$0].id }, at: now)
        var bytes = 0
        for slot in slots {
            guard bytes < MessagesPage.fullAt else { break }
            let attempt = flows.store[slot]
            page.attempts.append(AttemptMessages(row: attempt.row, messages: attempt.keptMessages))
            bytes += attempt.bytes.count
        }
        return page
    }

    /// The attempts of a query that are still to come, oldest first.
    private func wanted(_ query: MessagesQuery, at now: Timestamp) -> [Int32] {
        var slots: [Int32]
        if query.ids.isEmpty {
            var isWhole = false
            slots = []
            // A page is of all that pass: a search in messages goes on to its end.
            while !isWhole {
                let found = flows.matching(
                    &walks,
                    query.filter,
                    failuresOnly: query.failuresOnly,
                    kind: query.kind,
                    clock: filterClock,
                    at: now
                )
                (slots, isWhole) = (found.slots, found.progress == 1)
            }
        } else {
            slots = Set(query.ids).sorted().compactMap { flows.store.slot(of: $0) }
        }
        if let after = query.after {
            slots.removeAll { flows.store[$0].id <= after }
        } else if let newest = query.newest {
            slots = slots.suffix(max(0, newest))
        }
        if let upTo = query.upTo { slots.removeAll { flows.store[$0].id > upTo } }
        return slots
    }
}

extension Attempt {
    /// Its messages by time, each with its two ends.
    fileprivate var keptMessages: [AttemptMessage] {
        let sorted = messages.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
        var firsts: [Int32: Int] = [:]
        var result: [AttemptMessage] = []
        for (_, message) in sorted {
            if let call {
                let earlier = message.piece.count > 0 ? firsts[message.piece.start] : nil
                if earlier == nil { firsts[message.piece.start] = result.count }
                result.append(callMessage(message, of: call, repeats: earlier))
                continue
            }
            guard exchanges.indices.contains(Int(message.exchange)) else { continue }
            let path = exchanges[Int(message.exchange)].path
            let destination = message.isRequest ? path.source : replyDestination(of: message.exchange, path)
            let earlier = message.piece.count > 0 ? firsts[message.piece.start] : nil
            if earlier == nil { firsts[message.piece.start] = result.count }
            result.append(
                AttemptMessage(
                    at: message.at,
                    from: message.isRequest ? path.source : path.local,
                    to: message.isRequest ? path.local : destination,
                    isRequest: message.isRequest,
                    repeats: earlier,
                    bytes: earlier == nil
                        ? Array(bytes[message.piece.bounds.clamped(to: 0..<bytes.count)]) : []
                )
            )
        }
        return result
    }

    /// A message of a call, between us and one of its ends.
    private func callMessage(_ message: Message, of call: CallRecord, repeats earlier: Int?) -> AttemptMessage
    {
        let column = min(Int(message.column), call.columns.count - 1)
        let path = call.columns.indices.contains(column) ? call.columns[column].path : self.path
        return AttemptMessage(
            at: message.at,
            from: message.isOutgoing ? path.local : path.source,
            to: message.isOutgoing ? path.source : path.local,
            isRequest: message.isRequest,
            repeats: earlier,
            bytes: earlier == nil ? Array(bytes[message.piece.bounds.clamped(to: 0..<bytes.count)]) : [],
            transport: path.transport,
            isOutgoing: message.isOutgoing
        )
    }

    /// Where the reply of an exchange went: as the top Via of its request wants it.
    private func replyDestination(of exchange: Int32, _ path: ReceivedFrom) -> Endpoint {
        guard !path.transport.isReliable,
            let request = messages.first(where: { $0.exchange == exchange && $0.isRequest })
        else { return path.source }
        let whole = Array(bytes[request.piece.bounds.clamped(to: 0..<bytes.count)])
        var head = MessageHead()
        // What is wrong further on is no matter here.
        try? head.parse(whole.span)
        return (try? head.topVia(whole.span))?.destination(over: path) ?? path.source
    }
}
