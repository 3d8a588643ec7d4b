public import SIPMessage
public import Timing

/// Who acts: kept with every act.
public struct OperatorIdentity: Codable, Hashable, Sendable {
    /// Login name of the peer's user id.
    public var user: String
    /// Where they sit: SSH client address, or `local`.
    public var from: String
    /// Terminal device, if known.
    public var terminal: String

    /// Puts the parts together.
    public init(user: String, from: String, terminal: String) {
        self.user = user
        self.from = from
        self.terminal = terminal
    }

    /// `kl@198.51.100.7`
    public var short: String { "\(user)@\(from)" }
}

/// A binding as the operator saw it; an act on one that has changed since asks again.
public struct BindingTarget: Hashable, Sendable, BitwiseCopyable {
    /// Which binding.
    public var id: BindingID
    /// The version that was on the screen.
    public var version: UInt32

    /// Pairs the two.
    public init(id: BindingID, version: UInt32) {
        self.id = id
        self.version = version
    }
}

/// Names an act for undo; counts from 1 over the life of the process.
public struct CommandID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The number.
    public var rawValue: UInt64

    /// The act of this number.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// In the order of their numbers.
    public static func < (a: CommandID, b: CommandID) -> Bool { a.rawValue < b.rawValue }
}

/// Whom a block refuses.
public enum BlockSubject: Hashable, Sendable {
    /// A canonical address of record, `user@domain`.
    case aor([UInt8])
    /// A source address, whatever its port.
    case source(IPAddress)
}

/// What an operator wants done.
public enum OperatorVerb: Hashable, Sendable {
    /// Let the bindings reach their end now, by the ordinary path.
    case expire([BindingTarget])
    /// Take the bindings away; with `refuseFor`, their addresses of record are refused so long.
    case evict([BindingTarget], refuseFor: Interval?)
    /// Refuse subjects, all or none, for a time, or until lifted (nil).
    case block([BlockSubject], for: Interval?)
    /// Lift a block.
    case unblock(BlockSubject)
    /// Turn away who has no binding yet, for a time or until lifted (nil); with false: let everybody in again.
    case drain(Bool, for: Interval?)
    /// Put back what an earlier act took.
    case undo(CommandID)
    /// End an act that is done a few bindings at a time; what it has done stays, and can be undone.
    case abort(CommandID)

    /// Refuse one subject.
    public static func block(_ subject: BlockSubject, for length: Interval?) -> OperatorVerb {
        .block([subject], for: length)
    }

    /// The bindings that it names; nil for a verb that names none.
    public var targets: [BindingTarget]? {
        switch self {
        case .expire(let targets), .evict(let targets, _): targets
        case .block, .unblock, .drain, .undo, .abort: nil
        }
    }

    /// The same verb for other bindings; verbs that take none stay as they are.
    public func onto(_ targets: [BindingTarget]) -> OperatorVerb {
        switch self {
        case .expire: .expire(targets)
        case .evict(_, let refuseFor): .evict(targets, refuseFor: refuseFor)
        case .block, .unblock, .drain, .undo, .abort: self
        }
    }
}

/// One act of an operator, whole: the only way by hand into the table and the block list.
public struct OperatorCommand: Hashable, Sendable {
    /// What to do.
    public var verb: OperatorVerb
    /// Why, in the operator's words; may be empty.
    public var reason: String
    /// Who.
    public var by: OperatorIdentity
    /// Bindings a second, from 1 to `mostPerSecond`; nil: all at once. For `expire` and `evict` only.
    public var rate: Int?

    /// The highest rate: ten times what a registrar of some size gets of REGISTERs.
    public static let mostPerSecond = 10_000

    /// Puts the parts together.
    public init(verb: OperatorVerb, reason: String, by: OperatorIdentity, rate: Int? = nil) {
        self.verb = verb
        self.reason = reason
        self.by = by
        self.rate = rate
    }
}

/// What became of one target of an act.
public enum TargetOutcome: UInt8, WordCodable, Sendable, BitwiseCopyable {
    /// Done as asked.
    case done
    /// Skipped: the phone has refreshed or moved since it was looked at.
    case changed
    /// Skipped: it had gone already.
    case gone
    /// Undo: a newer binding has taken its place.
    case superseded
    /// Undo: its own expiry has passed.
    case tooLate

    /// `done`, `changed`, `gone`, `superseded` or `too-late`.
    public var codingWord: String {
        switch self {
        case .done: "done"
        case .changed: "changed"
        case .gone: "gone"
        case .superseded: "superseded"
        case .tooLate: "too-late"
        }
    }
}

/// What an act did, or would do (a preview is the same function without the applying).
public struct CommandOutcome: Sendable {
    /// Number for undo; nil for a preview or a refusal.
    public var id: CommandID?
    /// Why nothing was done at all; nil if it was done.
    public var refusal: String?
    /// Each target and what became of it, in the order given.
    public var targets: [(binding: Binding, outcome: TargetOutcome)]
    /// Addresses of record that would be, or are, left without any binding.
    public var unreachable: Int
    /// Until when undo is possible: the latest expiry of what was taken; nil if there is nothing to undo.
    public var undoUntil: Timestamp?
    /// Targets that are counted only: more than `mostListed` are not listed.
    public var unlisted = OutcomeCounts()
    /// Who took targets that were gone already, as far as it is remembered.
    public var takenBy: [TakenBy] = []
    /// The act is done a few bindings at a time: how far it has come. Of an abort: how far it came.
    public var progress: ActProgress?
    /// What a block hits; nil for another act, and where nobody has counted.
    public var reach: BlockReach?

    /// Most targets of an undo that are listed one by one.
    public static let mostListed = 10_000

    /// Puts the parts together.
    public init(
        id: CommandID? = nil,
        refusal: String? = nil,
        targets: [(binding: Binding, outcome: TargetOutcome)] = [],
        unreachable: Int = 0,
        undoUntil: Timestamp? = nil,
    ) {
        self.id = id
        self.refusal = refusal
        self.targets = targets
        self.unreachable = unreachable
        self.undoUntil = undoUntil
    }

    /// How many targets came out so.
    public func count(_ outcome: TargetOutcome) -> Int {
        targets.reduce(unlisted[outcome]) { $0 &+ ($1.outcome == outcome ? 1 : 0) }
    }

    /// How many targets there are.
    public var total: Int { targets.count &+ unlisted.total }
}

/// A block that is in force.
public struct Block: Codable, Hashable, Sendable {
    /// Whom it refuses.
    public var subject: BlockSubject
    /// When it ends by itself; nil: when lifted.
    public var until: Timestamp?
    /// Why.
    public var reason: String
    /// Who set it.
    public var by: OperatorIdentity
    /// When it was set.
    public var since: Timestamp

    /// Puts the parts together.
    public init(
        subject: BlockSubject,
        until: Timestamp?,
        reason: String,
        by: OperatorIdentity,
        since: Timestamp
    ) {
        self.subject = subject
        self.until = until
        self.reason = reason
        self.by = by
        self.since = since
    }
}

/// Whoever has no binding yet is turned away, ahead of maintenance, while bindings live on and are refreshed
/// (RFC 3261 §21.5.4).
public struct Drain: Codable, Hashable, Sendable {
    /// When it ends by itself; nil: when lifted.
    public var until: Timestamp?
    /// Why.
    public var reason: String
    /// Who began it.
    public var by: OperatorIdentity
    /// When it began.
    public var since: Timestamp

    /// Puts the parts together.
    public init(until: Timestamp?, reason: String, by: OperatorIdentity, since: Timestamp) {
        self.until = until
        self.reason = reason
        self.by = by
        self.since = since
    }

    /// Its time has not run out.
    @inlinable
    public func isInForce(at now: Timestamp) -> Bool {
        guard let until else { return true }
        return now < until
    }
}

/// One line of the audit trail, written before the act is applied.
public struct AuditRecord: Codable, Hashable, Sendable {
    /// When.
    public var at: WallTime
    /// Who.
    public var by: OperatorIdentity
    /// `evict`, `expire`, `block`, `unblock`, `drain`, `undo`, `abort`, `reload`, `session`.
    public var action: String
    /// On what: an address of record with its contact, a source, an act's number.
    public var object: String
    /// What came of it, or what is about to be done.
    public var result: String
    /// The operator's reason.
    public var reason: String

    /// Puts the parts together.
    public init(
        at: WallTime,
        by: OperatorIdentity,
        action: String,
        object: String,
        result: String,
        reason: String,
    ) {
        self.at = at
        self.by = by
        self.action = action
        self.object = object
        self.result = result
        self.reason = reason
    }
}
