public import BindingTable
public import ConsoleLink
public import Monitor
internal import SIPMessage

/// Asks for all that a ticket report needs, one question at a time; who asks them, and how, is not its business: a
/// script waits for each answer, a console goes on meanwhile.
public struct ReportInquiry: Sendable {
    /// What is to be asked next.
    public enum Question: Sendable {
        case window(WindowQuery)
        case history(HistoryQuery)
        case rules(ExplainQuery)
        case call(RouteQuery)
    }

    private enum Step: Sendable {
        /// Only a user is named: whose is it?
        case user, userTried
        case bindings, call, attempts, calls, history, blocks
        case binding(BindingID)
        case attempt(AttemptID)
        case rules(ExplainQuery)
    }

    /// What is known so far.
    public private(set) var facts: ReportFacts
    private let name: String
    private var steps: [Step]

    /// Bindings that are told one by one, attempts whose reasons are told, lines of history.
    static let bindingsTold = 8, attemptsTold = 6, historyTold = 20
    /// Attempts that are looked through for the last good one.
    private static let attemptsRead = 200

    /// An inquiry about a name as somebody wrote it: `user@domain`, perhaps with `sip:` before it, or only a user.
    public init(_ name: String, host: String) {
        self.name = Self.plain(name)
        facts = ReportFacts(host: host, aor: Array(self.name.utf8))
        steps = Self.begin(self.name)
    }

    private static func begin(_ name: String) -> [Step] {
        let rest: [Step] = [.bindings, .attempts, .calls, .history, .blocks]
        return name.contains("@") ? rest : [.user, .userTried] + rest
    }

    /// Without scheme and parameters, the domain in lower case: as the registrar compares it.
    private static func plain(_ name: String) -> String {
        var text = name.trimmed
        for scheme in ["aor:", "sips:", "sip:"] where text.lowercased().hasPrefix(scheme) {
            text = String(text.dropFirst(scheme.count))
        }
        guard let at = text.lastIndex(of: "@") else { return text }
        return text[..<at] + text[at...].lowercased()
    }

    /// All is known.
    public var isDone: Bool { steps.isEmpty }

    /// The bindings are known, whatever else is not.
    public var hasBindings: Bool {
        !steps.contains { step in
            switch step {
            case .user, .userTried, .bindings, .binding: true
            case .call, .attempts, .calls, .history, .blocks, .attempt, .rules: false
            }
        }
    }

    /// Begins anew: whoever answered has been started again, and gives other names to what it shows.
    public mutating func restart() { self = ReportInquiry(name, host: facts.host) }

    /// The question that is to be asked; nil when all is known.
    public var question: Question? {
        switch steps.first {
        case .user: .window(bindings(matching: "user=", name))
        case .userTried: .window(attempts(matching: "user=", name, height: 20))
        case .bindings: .window(bindings(matching: "aor=", text))
        case .attempts: .window(attempts(matching: "aor=", text, height: Self.attemptsRead))
        case .calls: .window(calls)
        case .history: .history(HistoryQuery(aor: facts.aor, limit: Self.historyTold))
        case .blocks: .window(WindowQuery(subject: .blocks(filter: nil), height: WindowQuery.maximumHeight))
        case .binding(let id): .window(WindowQuery(subject: .binding(id), height: 1))
        case .attempt(let id): .window(WindowQuery(subject: .attempt(id), height: 1))
        case .rules(let query): .rules(query)
        case .call: .call(RouteQuery(aor: facts.aor))
        case nil: nil
        }
    }

    private var text: String { String(decoding: facts.aor, as: UTF8.self) }

    private func bindings(matching field: String, _ value: String) -> WindowQuery {
        let filter = Self.filter(field, value, .bindings)
        return WindowQuery(subject: .bindings(filter: filter, order: BindingOrder()), height: 100)
    }

    private func attempts(matching field: String, _ value: String, height: Int) -> WindowQuery {
        let filter = Self.filter(field, value, .attempts)
        return WindowQuery(
            subject: .attempts(filter: filter, failuresOnly: false),
            anchor: .end,
            height: height
        )
    }

    /// Those to it and those from it.
    private var calls: WindowQuery {
        let name = Filter.quoted(text)
        let filter = try? Filter("aor=\(name) or caller=\(name)", for: .attempts)
        return WindowQuery(
            subject: .attempts(filter: filter, failuresOnly: false, kind: .calls),
            anchor: .end,
            height: Self.attemptsTold
        )
    }

    /// What is not the name itself is left out of the answer; a value that is quoted can't be wrong.
    private static func filter(_ field: String, _ value: String, _ subject: Filter.Subject) -> Filter? {
        try? Filter(field + Filter.quoted(value), for: subject)
    }

    // MARK: Answers

    /// Takes a window.
    ///
    /// - Returns: false if it was not whole yet: the same question is to be asked again a little later.
    public mutating func take(_ window: Window) -> Bool {
        guard let step = steps.first else { return true }
        guard window.progress >= 1 else { return false }
        facts.drain = window.drain
        facts.storeTrouble = window.storeTrouble
        steps.removeFirst()
        switch (step, window.content) {
        case (.user, .bindings(let rows)): takeNames(rows.map(\.aor))
        case (.userTried, .attempts(let rows)): takeNames(rows.reversed().map(\.aor))
        case (.bindings, .bindings(let rows)): takeBindings(rows)
        case (.binding, .binding(let detail)): facts.bindings.append(detail)
        case (.attempts, .attempts(let rows)): takeAttempts(rows)
        case (.calls, .attempts(let rows)): takeCalls(rows)
        case (.attempt(let id), .attempt(let detail)): facts.details[id] = detail
        case (.blocks, .blocks(let list)):
            facts.blocks = list
            askForRules()
        default: break
        }
        return true
    }

    /// Takes a page of the journal.
    public mutating func take(_ page: HistoryPage) {
        guard case .history = steps.first else { return }
        steps.removeFirst()
        facts.history = page
    }

    /// Takes what the rules say.
    public mutating func take(_ answer: ExplainAnswer) {
        guard case .rules(let query) = steps.first else { return }
        steps.removeFirst()
        guard answer.refusal == nil else { return }
        facts.rules = answer.lines
        facts.ruledFor = "\(query.from) \(query.transport)"
    }

    /// Takes what a call would come to.
    public mutating func take(_ answer: RouteAnswer) {
        guard case .call = steps.first else { return }
        steps.removeFirst()
        facts.call = answer.problem == nil ? answer : nil
    }

    /// The first name that has the user is meant; the others are told.
    private mutating func takeNames(_ names: [String]) {
        let wanted = name.lowercased()
        let known = names.filter { $0.prefix { $0 != "@" }.lowercased() == wanted && $0.contains("@") }
        guard let first = known.first else { return }
        facts.aor = Array(first.utf8)
        facts.namesakes = Array(Set(known).subtracting([first]).sorted().prefix(5))
        steps.removeAll { if case .userTried = $0 { true } else { false } }
    }

    private mutating func takeBindings(_ rows: [BindingRow]) {
        let own = rows.filter { $0.binding.texts.aor == facts.aor && !$0.isGone && $0.binding.gone == nil }
        facts.bindingCount = own.count
        let call: [Step] = facts.aor.count <= RouteQuery.maximumLength ? [.call] : []
        steps.insert(contentsOf: own.prefix(Self.bindingsTold).map { .binding($0.key) } + call, at: 0)
    }

    private mutating func takeAttempts(_ rows: [AttemptRow]) {
        facts.attempts = rows.reversed().filter { Array($0.aor.utf8) == facts.aor }
        let newest = facts.attempts.prefix(Self.attemptsTold)
        steps.insert(contentsOf: newest.map { .attempt($0.id) }, at: 0)
    }

    private mutating func takeCalls(_ rows: [AttemptRow]) {
        let name = text
        facts.calls = rows.reversed().filter { $0.aor == name || $0.call?.caller == name }
        steps.insert(contentsOf: facts.calls.map { .attempt($0.id) }, at: 0)
    }

    private mutating func askForRules() {
        guard let path = facts.attempts.first?.path ?? facts.live.first?.row.binding.facts.path else {
            return
        }
        let query = ExplainQuery(
            from: "\(path.source.address)",
            aor: text,
            transport: path.transport.name
        )
        steps.append(.rules(query))
    }
}
