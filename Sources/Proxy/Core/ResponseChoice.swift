import SIPMessage

/// The best of the final responses that the branches of a request have come to (RFC 3261 §16.7 step 6).
///
/// A 6xx wins; then 3xx; then what would make the caller try again in another way; then what a phone has said; and what
/// nobody has said comes last, so that one dead contact does not hide what a living one answered.
struct ResponseChoice: Sendable {
    /// A response to choose from.
    enum Answer: Sendable {
        /// One that came, whole.
        case received([UInt8])
        /// None came: nothing in time (408), or the request did not get through (503).
        case none
    }

    /// Status of the best so far; 0 if there is none.
    private(set) var status: UInt16 = 0
    /// The best so far.
    private(set) var answer = Answer.none
    /// The lines of challenges of other branches than the best one's (§16.7 step 7).
    private(set) var challenges: [UInt8] = []
    private var rank = UInt8.max

    /// Most bytes of other branches' challenges.
    static let maximumChallenges = 8_192

    /// Nothing to choose from.
    init() {}

    /// No branch has answered for itself.
    var isLost: Bool { rank >= Self.lostRank }

    /// Bytes that are kept.
    var count: Int {
        if case .received(let bytes) = answer { bytes.count + challenges.count } else { challenges.count }
    }

    /// A response would be chosen if it came now.
    func wouldTake(_ status: UInt16, isReceived: Bool = true) -> Bool {
        Self.rank(status, isReceived) < rank
    }

    /// Takes the outcome of a branch.
    mutating func take(_ status: UInt16, _ answer: Answer) {
        let isReceived = if case .received = answer { true } else { false }
        let new = Self.rank(status, isReceived)
        guard new < rank else { return }
        (rank, self.status, self.answer) = (new, status, answer)
    }

    /// Takes the lines of challenges of a branch whose response was not chosen.
    mutating func takeChallenges(_ lines: Span<UInt8>) {
        if challenges.count + lines.count <= Self.maximumChallenges { challenges.append(lines) }
    }

    /// Forgets the bytes: the response has gone out.
    mutating func release() {
        answer = .none
        challenges = []
    }

    private static let lostRank: UInt8 = 20

    /// The lower the better.
    private static func rank(_ status: UInt16, _ isReceived: Bool) -> UInt8 {
        switch status {
        case 600...: 0
        case 300..<400: 1
        case 401, 407: 2
        case 415, 420, 484: 3
        case 486: 4
        // Of one that was cancelled, and of one whose edge has lost it: they say least about the phone.
        case 487: 8
        case 430: lostRank
        // Whoever answers 408 or 503 further on has not reached anybody either.
        case 408: isReceived ? lostRank + 1 : lostRank + 2
        case 503: isReceived ? lostRank + 3 : lostRank + 4
        case 404, 410: 6
        case 400..<500: 5
        default: 7
        }
    }
}
