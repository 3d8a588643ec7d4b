internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// What a form is for, with all that it needs to say and to do it.
enum FormPurpose: Sendable {
    /// Expire or evict.
    case act(ActPlan)
    /// The row of an act on one binding changed since it was looked at: both are shown.
    case changed(ActPlan, now: Binding)
    /// Refuse an address of record or a source.
    case block(BlockPlan)
    /// Lift the block of a subject, which has been seen or not.
    case unblock(BlockSubject, Block?)
    /// Take back another operator's act, or one on many bindings.
    case undo(UndoableAct)
    /// End another operator's act that is done a few bindings at a time.
    case abort(ActProgress)
    /// Turn newcomers away, or let them in again: what is in force now.
    case drain(Drain?)
    /// Record to a file that is there already.
    case replaceRecording(String)
    /// End the program.
    case quit
    /// Write what is here into a file.
    case save(SavePlan)
    /// The file is there already.
    case replace(SaveOrder)
    /// Something is being written.
    case saving(SaveOrder)
    /// Only text: a log line, an audit record, a block, what became of an act's targets.
    case text(title: String, lines: [RunLine])
}

/// An expire or evict before it is done.
struct ActPlan: Sendable {
    enum Kind: Sendable { case expire, evict }
    /// On which rows.
    enum Aim: Sendable {
        case rows
        case matching(Filter)
    }

    var kind: Kind
    var aim: Aim
    /// The rows as the operator saw them; empty for a filter.
    var seen: [BindingRow]
    /// The dry run's answer, which freezes the targets; nil until it has come.
    var preview: CommandOutcome?
    /// Number of the question that is out: the dry run, then the act.
    var serial: UInt64
    /// The act has been sent.
    var isPerforming = false

    /// From so many targets on a rate is proposed: phones that all come back at once would be a storm.
    static let rateProposedAbove = 200
    /// The rate that is proposed.
    static let proposedRate = 50

    /// What it is called: `Evict`.
    var verb: String { kind == .evict ? "Evict" : "Expire" }
    /// What has been done: `Evicted`.
    var past: String { kind == .evict ? "Evicted" : "Expired" }

    /// The targets that the act would reach: as the dry run found them, for a dialog shows those.
    var reachable: [Binding] {
        (preview?.targets ?? []).filter { $0.outcome == .done || $0.outcome == .changed }.map(\.binding)
    }

    /// For how long an evicted address of record is refused, by the choice's position.
    static let refusals: [(text: String, interval: Interval?)] = [
        ("may return at once", nil), ("refused 1 m", .seconds(60)), ("10 m", .seconds(600)),
        ("1 h", .seconds(3_600)),
    ]

    /// The command for these targets.
    func verb(on targets: [BindingTarget], option: Int) -> OperatorVerb {
        switch kind {
        case .expire: return .expire(targets)
        case .evict:
            let refusal = Self.refusals.indices.contains(option) ? Self.refusals[option].interval : nil
            return .evict(targets, refuseFor: refusal)
        }
    }
}

/// For how long newcomers are turned away.
enum DrainPlan {
    /// By the choice's position.
    static let lengths: [(text: String, interval: Interval?)] = [
        ("10 m", .seconds(600)), ("1 h", .seconds(3_600)), ("until lifted", nil),
    ]

    /// The length of a choice.
    static func interval(_ choice: Int) -> Interval? {
        lengths.indices.contains(choice) ? lengths[choice].interval : nil
    }
}

/// A block before it is set.
struct BlockPlan: Sendable {
    /// Whom it could refuse, by the first choice: the addresses of record, the sources.
    var groups: [[BlockSubject]]
    /// The filter whose bindings are still to be found; nil: the groups are known.
    var filter: Filter?
    /// Number of the question that is out: whose bindings, then what it would hit.
    var serial: UInt64 = 0
    /// What the chosen group hits; nil: not known yet.
    var reach: BlockReach?

    /// For how long.
    static let lengths: [(text: String, interval: Interval?)] = [
        ("10 m", .seconds(600)), ("1 h", .seconds(3_600)), ("24 h", .seconds(86_400)), ("until lifted", nil),
    ]

    /// Groups of one subject each.
    init(subjects: [BlockSubject]) { groups = subjects.map { [$0] } }

    /// The addresses of record and the sources of bindings, each once.
    init(bindings: [Binding]) {
        var seen: Set<BlockSubject> = []
        let aors = bindings.map { BlockSubject.aor($0.texts.aor) }.filter { seen.insert($0).inserted }
        let sources = bindings.map { BlockSubject.source($0.facts.path.source.address) }
            .filter { seen.insert($0).inserted }
        groups = [aors, sources].filter { !$0.isEmpty }
    }

    /// All bindings that match, which are still to be found.
    init(matching filter: Filter) {
        groups = []
        self.filter = filter
    }

    /// Subjects and length, by the positions of the two choices.
    func choice(_ group: Int, _ length: Int) -> (subjects: [BlockSubject], interval: Interval?)? {
        guard groups.indices.contains(group), Self.lengths.indices.contains(length) else { return nil }
        return (groups[group], Self.lengths[length].interval)
    }

    /// A group in a word: `alice@example.test`, `3 addresses of record`.
    static func text(_ group: [BlockSubject]) -> String {
        guard let first = group.first, group.count > 1 else { return group.first?.text ?? "" }
        let count = TimeText.count(group.count)
        if case .aor = first { return "\(count) addresses of record" }
        return "\(count) sources"
    }
}

extension BlockSubject {
    /// As the screens write it.
    var text: String {
        switch self {
        case .aor(let bytes): String(decoding: bytes, as: UTF8.self)
        case .source(let address): "\(address)"
        }
    }
}

extension Block {
    /// Its time has run out.
    func isOver(at now: Timestamp) -> Bool { until.map { $0 <= now } ?? false }
}

/// An act of this console that is done and may be undone.
struct DoneAct: Hashable, Sendable {
    var id: CommandID
    /// `Evicted 3 bindings`
    var text: String
    var reason: String
    var at: Timestamp
    /// Until when it can be undone at all: the latest expiry of what it took.
    var until: Timestamp
    /// What is said when it has been undone; empty for one that took bindings, of which there is more to say.
    var undone = ""
    /// The bar offers it for so long.
    static let barTime = Interval.seconds(10)

    /// What `u` does, in the bar's words.
    var undoWord: String { undone.isEmpty ? "put back" : "undo" }
}
