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
    var cseq: UInt32 = 0
    var branch: UInt64 = 0
    var aor = Piece(), agent = Piece(), callID = Piece(), contact = Piece(), user = Piece(), method = Piece()
    var steps: [AttemptStep] = []
    var exchanges: [Exchange] = []
    var messages: [Message] = []
    var bytes: [UInt8] = []

    init() {}

    /// What it holds, for the budget.
    var size: Int {
        bytes.capacity + exchanges.capacity * MemoryLayout<Exchange>.stride
            + messages.capacity * MemoryLayout<Message>.stride + steps.capacity
            * MemoryLayout<AttemptStep>.stride
    }

    /// Copies bytes into the buffer.
    mutating func keep(_ span: Span<UInt8>, _ range: Range<Int>) -> Piece {
        let range = range.clamped(to: 0..<span.count)
        guard !range.isEmpty, bytes.count + range.count <= Self.maximumBytes else { return Piece() }
        let piece = Piece(start: Int32(bytes.count), count: Int32(range.count))
        bytes.append(span.extracting(range))
        return piece
    }

    /// The refusal that its last exchange ended with.
    var refusal: RefusalReason? { exchanges.last?.refusal }

    /// A text of its buffer, as it may be shown: bytes that are no UTF-8 are replaced.
    func text(_ piece: Piece) -> String {
        String(decoding: bytes[piece.bounds.clamped(to: 0..<bytes.count)], as: UTF8.self)
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
        )
    }
}
