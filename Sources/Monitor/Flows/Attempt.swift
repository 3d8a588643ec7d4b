internal import BindingTable
internal import SIPMessage
internal import Timing

/// One try to register as it is kept: its exchanges, and the bytes of its messages in one buffer.
struct Attempt {
    /// A run of bytes in the attempt's buffer.
    struct Piece: BitwiseCopyable {
        var start: Int32 = 0, count: Int32 = 0
        var bounds: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    /// A message of the ladder.
    struct Message: BitwiseCopyable {
        var at: Timestamp
        var piece: Piece
        var exchange: Int32
        var isRequest: Bool
        var isRetransmission: Bool
        // Of a call's message: which of its ends it came from or went to, and what it is.
        var column: UInt8 = 0
        var isOutgoing = false
        var status: UInt16 = 0
        var method = SIPMessage.Method.other
    }

    /// The most exchanges, and retransmissions told one by one, of an attempt.
    static let maximumExchanges = 16, maximumRetransmissions = 16
    /// The most bytes of messages; what comes later is told without its bytes.
    static let maximumBytes = 256 * 1_024

    var id = AttemptID(rawValue: 0)
    var flow: UInt64 = 0
    var aorHash: UInt64 = 0
    var verdict = AttemptVerdict.waiting
    var startedAt = Timestamp.zero, endedAt = Timestamp.zero
    /// Another request is expected to go on with it until then.
    var openUntil: Timestamp?
    var path = ReceivedFrom(
        source: Endpoint(address: IPAddress(ipv4: 0), port: 0),
        local: Endpoint(address: IPAddress(ipv4: 0), port: 0),
        transport: .udp,
        at: .zero
    )
    /// Failures of its source within ten minutes before its end, this one included, if it failed.
    var failures: UInt32 = 0
    var cseq: UInt32 = 0
    var branch: UInt64 = 0
    var aor = Piece(), agent = Piece(), callID = Piece(), contact = Piece(), user = Piece(), method = Piece()
    /// The scanner that gave itself away in one of its requests.
    var tool: KnownTool?
    var isRegister = false
    /// What belongs to a request that is no try to register but on its way to somebody; nil for one that is.
    var call: CallRecord?
    /// Why a call was refused here.
    var refused: RefusalReason?
    /// Changes with whatever is kept of it.
    var revision: UInt32 = 0
    var steps: [AttemptStep] = []
    var exchanges: [Exchange] = []
    var messages: [Message] = []
    var bytes: [UInt8] = []

    init() {}

    /// What it holds, for the budget.
    var size: Int {
        bytes.capacity + exchanges.capacity * MemoryLayout<Exchange>.stride
            + messages.capacity * MemoryLayout<Message>.stride + steps.capacity
            * MemoryLayout<AttemptStep>.stride + (call?.size ?? 0)
    }

    /// Copies bytes into the buffer.
    mutating func keep(_ span: Span<UInt8>, _ range: Range<Int>) -> Piece {
        let range = range.clamped(to: 0..<span.count)
        guard !range.isEmpty, bytes.count + range.count <= Self.maximumBytes else { return Piece() }
        let piece = Piece(start: Int32(bytes.count), count: Int32(range.count))
        bytes.append(span.extracting(range))
        return piece
    }

    /// The refusal that its last exchange, or the call, ended with.
    var refusal: RefusalReason? { call == nil ? exchanges.last?.refusal : refused }

    /// A text of its buffer, as it may be shown: bytes that are no UTF-8 are replaced.
    func text(_ piece: Piece) -> String {
        String(decoding: bytes[piece.bounds.clamped(to: 0..<bytes.count)], as: UTF8.self)
    }

    /// The user that was tried: of the credentials, else of the address of record; of a call, the caller's.
    var name: [UInt8] {
        let piece = user.count > 0 ? user : call?.caller ?? aor
        return bytes[piece.bounds.clamped(to: 0..<bytes.count)].prefix(256).prefix { $0 != 0x40 }.map { $0 }
    }

    /// The row that lists show.
    var row: AttemptRow {
        AttemptRow(
            id: id,
            startedAt: startedAt,
            endedAt: endedAt,
            aor: text(aor),
            method: text(method),
            path: path,
            steps: steps,
            verdict: verdict,
            refusal: refusal,
            agent: text(agent),
            callID: text(callID),
            call: callRow,
        )
    }
}

extension Attempt {
    /// Adds a request with its reply.
    mutating func append(
        _ exchange: Exchange,
        _ reading: borrowing ExchangeReading,
        _ request: Span<UInt8>,
        _ reply: Span<UInt8>,
    ) {
        let whole = keep(request, 0..<request.count)
        noteTexts(reading, of: whole)
        addMessage(whole, of: exchanges.count, at: exchange.path.at, isRequest: true)
        if exchange.status > 0 {
            let answer = keep(reply, 0..<reply.count)
            addMessage(answer, of: exchanges.count, at: exchange.repliedAt, isRequest: false)
        }
        exchanges.append(exchange)
        steps.append(
            AttemptStep(
                isUnregister: exchange.isUnregister || reading.isUnregister,
                hasCredentials: reading.hasCredentials,
                status: exchange.status,
                isStale: exchange.refusal == .staleNonce
            )
        )
        path = exchange.path
        endedAt = exchange.repliedAt
        cseq = reading.cseq
        branch = reading.branch
        isRegister = reading.isRegister
        tool = reading.tool ?? tool
    }

    /// Counts what was sent again at the step it repeats; the bytes are those of the first time.
    mutating func appendRepetition(_ exchange: Exchange) {
        guard let last = steps.indices.last else { return }
        steps[last].retransmissions += 1
        guard steps[last].retransmissions <= Self.maximumRetransmissions else { return }
        for message in messages where message.exchange == last && !message.isRetransmission {
            let at = message.isRequest ? exchange.path.at : exchange.repliedAt
            addMessage(message.piece, of: last, at: at, isRequest: message.isRequest, isRetransmission: true)
        }
    }

    /// Notes where the texts of a kept request stand; the latest request's count.
    private mutating func noteTexts(_ reading: borrowing ExchangeReading, of request: Piece) {
        guard request.count > 0 else { return }
        func piece(_ range: ByteRange) -> Piece {
            range.isEmpty
                ? Piece() : Piece(start: request.start + Int32(range.start), count: Int32(range.count))
        }
        callID = piece(reading.callID)
        agent = piece(reading.agent)
        method = piece(reading.methodRange)
        if !reading.contact.isEmpty { contact = piece(reading.contact) }
        if !reading.username.isEmpty { user = piece(reading.username) }
    }

    private mutating func addMessage(
        _ piece: Piece,
        of exchange: Int,
        at moment: Timestamp,
        isRequest: Bool,
        isRetransmission: Bool = false,
    ) {
        messages.append(
            Message(
                at: moment,
                piece: piece,
                exchange: Int32(exchange),
                isRequest: isRequest,
                isRetransmission: isRetransmission
            )
        )
    }
}
