public import SIPMessage
public import Timing

/// How many targets of an act came out how.
public struct OutcomeCounts: Codable, Hashable, Sendable {
    /// Done as asked.
    public var done = 0
    /// Skipped: refreshed since, gone already; of an undo: a newer binding has its place, its own expiry has passed.
    public var changed = 0, gone = 0, superseded = 0, tooLate = 0

    /// None yet.
    public init() {}

    /// Counts outcomes.
    public init(_ outcomes: some Sequence<TargetOutcome>) {
        for outcome in outcomes { self[outcome] += 1 }
    }

    /// How many came out so.
    public subscript(outcome: TargetOutcome) -> Int {
        get {
            switch outcome {
            case .done: done
            case .changed: changed
            case .gone: gone
            case .superseded: superseded
            case .tooLate: tooLate
            }
        }
        set {
            switch outcome {
            case .done: done = newValue
            case .changed: changed = newValue
            case .gone: gone = newValue
            case .superseded: superseded = newValue
            case .tooLate: tooLate = newValue
            }
        }
    }

    /// All of them.
    public var total: Int { done &+ changed &+ gone &+ superseded &+ tooLate }
}

/// How far an act has come that is done a few bindings at a time.
public struct ActProgress: Codable, Hashable, Sendable {
    /// Whether it goes on.
    public enum State: UInt8, WordCodable, Sendable {
        /// It goes on.
        case underWay
        /// Every target has had its turn.
        case finished
        /// An operator has ended it.
        case aborted
        /// The registrar has ended it: it could not be recorded or kept, or the program ends.
        case stopped

        /// `under-way`, `finished`, `aborted` or `stopped`.
        public var codingWord: String {
            switch self {
            case .underWay: "under-way"
            case .finished: "finished"
            case .aborted: "aborted"
            case .stopped: "stopped"
            }
        }
    }

    /// Its number, for undo.
    public var act: CommandID
    /// `evict` or `expire`.
    public var verb: String
    /// Whose it is.
    public var by: OperatorIdentity
    /// Why, in the operator's words.
    public var reason: String
    /// How many bindings it is for, and how many of them a second.
    public var total: Int, rate: Int
    /// What became of those that have had their turn.
    public var counts = OutcomeCounts()
    /// When it began.
    public var startedAt: Timestamp
    /// Whether it goes on.
    public var state = State.underWay
    /// Who aborted it, or why it was stopped; empty while it goes on and when it has finished.
    public var ending = ""
    /// Until when undo is possible: the latest expiry of what was taken; nil if nothing was.
    public var undoUntil: Timestamp?

    /// An act that begins.
    public init(
        act: CommandID,
        verb: String,
        by: OperatorIdentity,
        reason: String,
        total: Int,
        rate: Int,
        startedAt: Timestamp,
    ) {
        (self.act, self.verb, self.by, self.reason) = (act, verb, by, reason)
        (self.total, self.rate, self.startedAt) = (total, rate, startedAt)
    }

    /// Seconds until every target has had its turn, if it goes on.
    public var secondsLeft: Int {
        // Far more than a table holds: what comes over a socket may be any number.
        let left = min(max(0, total &- counts.total), 1 << 40)
        let rate = min(max(1, rate), 1 << 40)
        return (left + rate - 1) / rate
    }
}

/// An act that can still be undone, and what undoing it would do now.
public struct UndoableAct: Codable, Hashable, Sendable {
    /// Its number.
    public var act: CommandID
    /// The word of the audit trail: `evict`, `block`.
    public var verb: String
    /// What it took or changed: `3 bindings`, `alice@example.com`.
    public var object: String
    /// Whose it was, why, and when.
    public var by: OperatorIdentity, reason: String, at: Timestamp
    /// Until when it takes a binding back; nil for one that took none.
    public var until: Timestamp?
    /// What would become of the bindings that it took; nil where they are too many to be looked at.
    public var counts: OutcomeCounts?
    /// Bindings that it took.
    public var bindings: Int

    /// Puts the parts together.
    public init(
        act: CommandID,
        verb: String,
        object: String,
        by: OperatorIdentity,
        reason: String,
        at: Timestamp,
        until: Timestamp?,
        counts: OutcomeCounts?,
        bindings: Int,
    ) {
        (self.act, self.verb, self.object, self.by) = (act, verb, object, by)
        (self.reason, self.at, self.until) = (reason, at, until)
        (self.counts, self.bindings) = (counts, bindings)
    }
}

/// Acts of all operators: the one that is done a few at a time, and what can be undone.
public struct ActList: Codable, Hashable, Sendable {
    /// The act that goes on, or the last one that has ended; nil if there was none.
    public var progress: ActProgress?
    /// What can be undone, the newest first; at most `mostListed`.
    public var undoable: [UndoableAct]
    /// When it was looked at.
    public var at: Timestamp

    /// More than anybody chooses from.
    public static let mostListed = 50

    /// Puts the parts together.
    public init(progress: ActProgress? = nil, undoable: [UndoableAct] = [], at: Timestamp) {
        (self.progress, self.undoable, self.at) = (progress, undoable, at)
    }
}

/// Who took a binding away that an act found gone.
public struct TakenBy: Codable, Hashable, Sendable {
    /// The binding.
    public var binding: BindingID
    /// The act that took it.
    public var act: CommandID
    /// Whose it was, and when.
    public var by: OperatorIdentity, at: Timestamp

    /// Puts the parts together.
    public init(binding: BindingID, act: CommandID, by: OperatorIdentity, at: Timestamp) {
        (self.binding, self.act, self.by, self.at) = (binding, act, by, at)
    }
}

/// What a block would hit now: bindings whose next REGISTER it would refuse.
public struct BlockReach: Codable, Hashable, Sendable {
    /// Bindings, and addresses of record that they are of.
    public var bindings: Int, aors: Int
    /// Bindings that do well: in time, logged in and reachable.
    public var working: Int

    /// Puts the parts together.
    public init(bindings: Int = 0, aors: Int = 0, working: Int = 0) {
        (self.bindings, self.aors, self.working) = (bindings, aors, working)
    }
}
