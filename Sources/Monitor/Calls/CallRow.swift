public import BindingTable
public import SIPMessage

/// Which of the kept requests a list of attempts shows.
public enum RequestKind: UInt8, WordCodable, Hashable, Sendable {
    /// What is asked of the registrar: REGISTER nearly always, also SUBSCRIBE, and an OPTIONS that it has granted.
    case registrations
    /// All of them.
    case all
    /// What was passed on, redirected or refused on its way to somebody: calls and all that goes with them.
    case calls

    /// `registrations`, `all`, `calls`
    public var codingWord: String {
        switch self {
        case .registrations: "registrations"
        case .all: "all"
        case .calls: "calls"
        }
    }
}

/// What an attempt has besides when it is no try to register but a request on its way to somebody.
public struct CallRow: Codable, Hashable, Sendable {
    /// How it ended for the caller; nil while it goes on.
    public var verdict: CallVerdict?
    /// Canonical address of record of From, or what stood there if that can't be read.
    public var caller: String
    /// Status of the last response to the caller; 0 if none was sent.
    public var status: UInt16
    /// Where it was sent, in the order of trying.
    public var legs: [CallLeg]

    /// Puts the parts together.
    public init(verdict: CallVerdict?, caller: String, status: UInt16, legs: [CallLeg]) {
        self.verdict = verdict
        self.caller = caller
        self.status = status
        self.legs = legs
    }
}

/// One branch of a request that is passed on.
public struct CallLeg: Codable, Hashable, Sendable {
    /// Where it went (`source` is the peer), from which of our addresses, over what, and when first.
    public var path: ReceivedFrom
    /// The Request-URI that was sent; empty if it wasn't kept.
    public var target: String
    /// The binding that it leads to; nil: to none of ours.
    public var binding: BindingID?
    /// Status of the last response that came; 0 if none did.
    public var status: UInt16
    /// How often the request was sent: more than once is a retransmission.
    public var copies: Int
    /// What the table says of the binding when the page is made; nil in lists, or where there is no binding.
    public var called: CalledBinding?

    /// Puts the parts together.
    public init(
        path: ReceivedFrom,
        target: String,
        binding: BindingID?,
        status: UInt16,
        copies: Int,
        called: CalledBinding? = nil,
    ) {
        self.path = path
        self.target = target
        self.binding = binding
        self.status = status
        self.copies = copies
        self.called = called
    }
}

/// What is known of a binding that a request was sent to.
public struct CalledBinding: Codable, Hashable, Sendable {
    /// Its address of record.
    public var aor: String
    /// Its User-Agent.
    public var agent: String
    /// What a call to it would run into now, what is worst first.
    public var troubles: [CallTrouble]
    /// How it has ended since; nil: it has not, or that is forgotten.
    public var end: BindingEnd?

    /// Puts the parts together.
    public init(aor: String, agent: String, troubles: [CallTrouble], end: BindingEnd? = nil) {
        self.aor = aor
        self.agent = agent
        self.troubles = troubles
        self.end = end
    }
}

/// How many calls have come out in one way.
public struct CallCount: Codable, Hashable, Sendable {
    /// The way.
    public var verdict: CallVerdict
    /// How many.
    public var count: Int

    /// Pairs the two.
    public init(_ verdict: CallVerdict, _ count: Int) {
        self.verdict = verdict
        self.count = count
    }
}

extension CallVerdict {
    /// Something is wrong: nobody was asked, or nobody could be. That a phone is busy, or not answered, or that its
    /// user says no, is how calls end.
    public var isFailure: Bool {
        switch self {
        case .noBinding, .unknown, .deadContact, .loop, .notAllowed, .failed: true
        case .answered, .redirected, .challenged, .noAnswer, .busy, .declined, .cancelled: false
        }
    }

    /// The word of `result:` in filters: `failed` alone stands for all that went wrong there.
    public var filterWord: String { self == .failed ? "call-failed" : codingWord }
}

extension AttemptRow {
    /// What became of it in one word: of a request that was passed on the call's, else the attempt's.
    public var word: String { call?.verdict?.codingWord ?? verdict.word }

    /// It went wrong.
    public var isFailure: Bool { call?.verdict?.isFailure ?? verdict.isFailure }
}
