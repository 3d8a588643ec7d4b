import BindingTable
import Support
import Synchronization

/// A store that remembers tickets until the test decides about them.
final class FakeStore: LocationStore {
    private let waiting = Mutex<[CommitTicket]>([])
    private let trouble = Mutex<String?>(nil)

    var health: StoreHealth {
        var health = StoreHealth()
        health.trouble = trouble.withLock { $0 }
        return health
    }

    func fail(_ sentence: String) { trouble.withLock { $0 = sentence } }

    func commit(_ ticket: CommitTicket) { waiting.withLock { $0.append(ticket) } }

    func take() -> [CommitTicket] {
        waiting.withLock { tickets in
            defer { tickets = [] }
            return tickets
        }
    }
}

/// A store that keeps what it is given as a real one does, refuses some tickets, and gives them back in their order.
final class ForgetfulStore: LocationStore {
    struct Contents {
        var rows: [BindingID: Row] = [:]
        var answers: [(token: UInt64, committed: Bool)] = []
        var random: SeededGenerator
        /// What could not have come from changes in their order.
        var faults: [String] = []
    }

    struct Row: Equatable {
        var facts: BindingFacts
        var texts: BindingTexts?
    }

    private let contents: Mutex<Contents>
    /// Of a hundred tickets that somebody waits for, so many fail.
    private let failures: Int

    init(seed: UInt64, failures: Int) {
        contents = Mutex(Contents(random: SeededGenerator(seed: seed)))
        self.failures = failures
    }

    func commit(_ ticket: CommitTicket) {
        contents.withLock { contents in
            let fails = ticket.token != 0 && contents.random.below(100) < failures
            if ticket.token != 0 { contents.answers.append((ticket.token, !fails)) }
            guard !fails else { return }
            for change in ticket.changes { Self.take(change, into: &contents, isStrict: failures == 0) }
        }
    }

    private static func take(_ change: CommittedChange, into contents: inout Contents, isStrict: Bool) {
        let id = change.facts.id
        let row = contents.rows[id]
        if isStrict, row.map({ plain($0.facts) }) != change.prior.map({ plain($0.facts) }) {
            contents.faults.append("\(change.cause) of \(id.rawValue) does not follow what came before")
        }
        guard change.gone == nil else {
            contents.rows[id] = nil
            return
        }
        contents.rows[id] = Row(facts: plain(change.facts), texts: change.texts ?? row?.texts)
    }

    /// The facts without what is not kept.
    static func plain(_ facts: BindingFacts) -> BindingFacts {
        var facts = facts
        facts.reachability = Reachability()
        return facts
    }

    var rows: [BindingID: Row] { contents.withLock { $0.rows } }
    var faults: [String] { contents.withLock { $0.faults } }

    /// The answers to the oldest tickets, `limit` at most.
    func takeAnswers(_ limit: Int = .max) -> [(token: UInt64, committed: Bool)] {
        contents.withLock { contents in
            let taken = Array(contents.answers.prefix(limit))
            contents.answers.removeFirst(taken.count)
            return taken
        }
    }
}
