internal import BindingTable
internal import SIPMessage

/// What an attempt keeps that is a request on its way to somebody: whom its messages went to and came from.
///
/// A dialog is one attempt: the request that begins it, the same with a password after a 407, ACK, BYE and what else
/// goes on in it, as long as the attempt is kept and has room.
struct CallRecord {
    /// One end: the caller, and then each branch in the order of trying.
    struct Column {
        var path: ReceivedFrom
        var binding: BindingID?
        /// The Request-URI that was sent there.
        var target = Attempt.Piece()
        /// Of the last response that came from there to the request that begins the call.
        var status: UInt16 = 0
        /// How often that request was sent there.
        var copies: UInt16 = 0
    }

    /// One request with all its branches (a `CallMessage.call`).
    struct Part {
        var number: UInt64
        var method: SIPMessage.Method
        /// It goes on in the dialog, and says nothing of how the call ended.
        var isInDialog: Bool
        /// Column of each leg; 255 for one that has none.
        var columns: [UInt8] = []
    }

    /// The most requests, ends and messages of one call; a longer dialog goes on in another row.
    static let maximumParts = 64, maximumColumns = 32, maximumMessages = 400
    /// What a request takes where it is looked up by its number.
    private static let indexBytes = 48
    /// Marks a leg without a column.
    private static let absent: UInt8 = 255

    var parts: [Part] = []
    var columns: [Column] = []
    var caller = Attempt.Piece()
    /// Of the last response to the caller.
    var status: UInt16 = 0
    var verdict: CallVerdict?
    /// Names the Call-ID.
    var hash: UInt64 = 0

    /// What it holds, for the budget.
    var size: Int {
        columns.capacity * MemoryLayout<Column>.stride
            + parts.reduce(parts.count * Self.indexBytes) {
                $0 + MemoryLayout<Part>.stride + $1.columns.capacity
            }
    }

    /// The column of a message; it is made if need be, nil if there is no room for it.
    mutating func column(of message: CallMessage, part place: Int) -> Int? {
        let leg = Int(message.leg)
        while parts[place].columns.count <= leg { parts[place].columns.append(Self.absent) }
        let known = parts[place].columns[leg]
        if known != Self.absent { return Int(known) }
        let found = find(message, part: place)
        if let found { parts[place].columns[leg] = UInt8(found) }
        return found
    }

    /// A dialog's requests go between ends that are there already; a branch of its first request is another end, even
    /// to the same address.
    private mutating func find(_ message: CallMessage, part place: Int) -> Int? {
        if message.leg == 0, !parts[place].isInDialog, !columns.isEmpty { return 0 }
        if parts[place].isInDialog, let same = columns.firstIndex(where: { $0.isReached(by: message.path) }) {
            return same
        }
        guard columns.count < Self.maximumColumns else { return nil }
        columns.append(Column(path: message.path, binding: message.binding))
        return columns.count - 1
    }
}

extension CallRecord.Column {
    /// A message of this path comes from there or goes there.
    fileprivate func isReached(by path: ReceivedFrom) -> Bool {
        self.path.source == path.source && self.path.transport == path.transport
    }
}

extension Attempt {
    /// It went wrong.
    var isFailure: Bool { call?.verdict?.isFailure ?? verdict.isFailure }

    /// It is one of those that the security screen counts.
    var isFailedLogin: Bool { call == nil ? verdict.isFailure : refused?.isHeldAgainstSource ?? false }

    /// The list that shows it.
    func isShown(as kind: RequestKind) -> Bool {
        switch kind {
        case .all: true
        case .calls: call != nil
        case .registrations: call == nil
        }
    }

    /// The call that its row tells; nil for a try to register.
    var callRow: CallRow? {
        guard let call else { return nil }
        return CallRow(
            verdict: call.verdict,
            caller: text(call.caller),
            status: call.status,
            legs: call.columns.dropFirst().map { column in
                CallLeg(
                    path: column.path,
                    target: text(column.target),
                    binding: column.binding,
                    status: column.status,
                    copies: Int(column.copies)
                )
            }
        )
    }

    /// Begins a call with its first request.
    mutating func beginCall(_ message: CallMessage, _ reading: CallReading, _ request: Span<UInt8>) {
        var call = CallRecord()
        call.hash = reading.hash
        path = message.path
        startedAt = message.path.at
        endedAt = message.path.at
        verdict = message.method == .ack ? .other : .waiting
        aor = keep(reading.aor.span, 0..<reading.aor.count)
        call.caller = keep(reading.caller.span, 0..<reading.caller.count)
        aorHash = reading.aor.span.hash(ByteRange(start: 0, count: UInt16(clamping: reading.aor.count)))
        self.call = call
        beginPart(message, reading, request)
    }

    /// Another request of the call comes, the first one perhaps.
    mutating func beginPart(_ message: CallMessage, _ reading: CallReading, _ request: Span<UInt8>) {
        guard let call else { return }
        let isFirst = call.parts.isEmpty
        let isInDialog = !isFirst && reading.isInDialog
        self.call?.parts.append(
            CallRecord.Part(number: message.call, method: message.method, isInDialog: isInDialog)
        )
        let whole = append(message, request)
        guard !isInDialog else { return }
        self.call?.verdict = nil
        cseq = reading.cseq
        guard whole.count > 0 else { return }
        func piece(_ range: ByteRange) -> Piece {
            range.isEmpty
                ? Piece() : Piece(start: whole.start + Int32(range.start), count: Int32(range.count))
        }
        (callID, agent, method) = (piece(reading.callID), piece(reading.agent), piece(reading.method))
        if !reading.user.isEmpty { user = piece(reading.user) }
    }

    /// Adds a message of one of its requests; gives where its bytes are kept.
    @discardableResult
    mutating func append(_ message: CallMessage, _ bytes: Span<UInt8>) -> Piece {
        guard let place = call?.parts.lastIndex(where: { $0.number == message.call }),
            let column = call?.column(of: message, part: place)
        else { return Piece() }
        let isInDialog = call?.parts[place].isInDialog ?? true
        note(
            message,
            in: column,
            isInDialog: isInDialog,
            isOfPart: message.method == call?.parts[place].method
        )
        var entry = Message(
            at: message.path.at,
            piece: Piece(),
            exchange: Int32(place),
            isRequest: message.status == 0,
            isRetransmission: message.isRetransmission
        )
        (entry.status, entry.method) = (message.status, message.method)
        (entry.column, entry.isOutgoing) = (UInt8(column), message.isOutgoing)
        if message.isRetransmission {
            let earlier = messages.filter { $0.isSame(as: entry) }
            guard earlier.count <= Self.maximumRetransmissions else { return Piece() }
            entry.piece = earlier.first?.piece ?? Piece()
        }
        guard messages.count < CallRecord.maximumMessages else { return Piece() }
        if entry.piece.count == 0 { entry.piece = keep(bytes, 0..<bytes.count) }
        if !message.isRetransmission, message.isOutgoing, message.status == 0, !isInDialog, column > 0,
            call?.columns[column].target.count == 0
        {
            let target = requestURI(of: entry.piece)
            call?.columns[column].target = target
        }
        messages.append(entry)
        return entry.piece
    }

    /// Keeps the books of who answered what.
    private mutating func note(_ message: CallMessage, in column: Int, isInDialog: Bool, isOfPart: Bool) {
        guard !isInDialog, isOfPart, call != nil else { return }
        if column == 0 {
            guard message.isOutgoing, message.status > 0 else { return }
            call?.status = message.status
            if !message.isRetransmission { endedAt = max(endedAt, message.path.at) }
            guard let verdict = message.verdict, !message.isRetransmission else { return }
            call?.verdict = verdict
            self.verdict = .other
            refused = message.refusal
        } else if message.isOutgoing, message.status == 0 {
            let copies = call?.columns[column].copies ?? 0
            call?.columns[column].copies = copies == .max ? copies : copies + 1
        } else if message.status > 0 {
            // What comes after the final response of a branch, such as a 200 sent again, changes nothing.
            let before = call?.columns[column].status ?? 0
            if before < 200 || message.status / 100 == 2 { call?.columns[column].status = message.status }
            if call?.verdict == nil { endedAt = max(endedAt, message.path.at) }
        }
    }

    /// Where the Request-URI of a kept request stands.
    private func requestURI(of piece: Piece) -> Piece {
        let whole = bytes.span.extracting(piece.bounds.clamped(to: 0..<bytes.count))
        var head = MessageHead()
        // What is wrong further on is no matter here.
        try? head.parse(whole)
        let range = head.requestURI
        return range.isEmpty
            ? Piece() : Piece(start: piece.start + Int32(range.start), count: Int32(range.count))
    }
}

extension Attempt.Message {
    /// The same message went before as this.
    fileprivate func isSame(as other: Attempt.Message) -> Bool {
        exchange == other.exchange && column == other.column && isOutgoing == other.isOutgoing
            && status == other.status && method == other.method
    }
}
