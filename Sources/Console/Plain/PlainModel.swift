internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
public import Timing

/// The console without a screen: changes as lines, commands as lines, for screen readers, pipes and terminals that can
/// do nothing else. A value like `ConsoleModel`, and with its words: what it prints is what the screens say.
///
/// A second tells at most a few changes of each kind; what is more is counted in one line.
public struct PlainModel: Sendable {
    /// What is being done for a command; the next command waits for it.
    enum Job: Sendable {
        case inquiry(ReportInquiry, isReport: Bool)
        case why(AttemptID)
        case view(PlainView, Int)
        case act(PlainAct)
        case undo(CommandID)
    }

    /// What is looked at each second.
    enum Watch: Sendable { case overview, failures, newcomers }

    /// Which question is out.
    enum Asked: Sendable {
        case watch(Watch)
        case job
    }

    let settings: PlainSettings
    var welcome: Welcome?
    var isLost = false
    var serial: UInt64 = 0
    /// The question that is out, and its number.
    var asked: (what: Asked, serial: UInt64)?
    /// What this second is still to be looked at.
    var watches: [Watch] = []
    var watched = PlainWatch()
    var job: Job?
    /// The last answer was not whole: the job's question is asked again with the next tick.
    var isResting = false
    /// Lines that wait for the job before them.
    var waiting: [String] = []
    /// The filter as typed; empty for none.
    var filter = ""
    var isPaused = false
    /// Acts that may still be undone, newest last.
    var acts: [(id: CommandID, text: String)] = []
    var effects: [PlainEffect] = []

    /// Lines that wait at most.
    private static let mostWaiting = 200

    /// A console that has seen nothing yet.
    public init(settings: PlainSettings) {
        self.settings = settings
        if !settings.filter.isEmpty { waiting.append("filter \(settings.filter)") }
        if !settings.view.isEmpty { waiting.append("view \(settings.view)") }
    }

    /// Lines had better wait elsewhere for a while.
    public var isFull: Bool { waiting.count >= Self.mostWaiting / 2 }

    /// Takes what happened and says what to do about it.
    public mutating func update(_ input: PlainInput, at now: ClockReading) -> [PlainEffect] {
        effects = []
        switch input {
        case .line(let line): take(line.trimmed, at: now)
        case .tick:
            isResting = false
            if watches.isEmpty, welcome != nil, !isLost {
                watches = filter.isEmpty ? [.overview, .failures] : [.overview, .failures, .newcomers]
            }
        case .link(let update): take(update, at: now)
        }
        runWaiting(at: now)
        ask(at: now)
        return effects
    }

    // MARK: Telling

    /// Prints a line; what a terminal would obey is escaped.
    mutating func say(_ text: String) { effects.append(.line(SafeText(text, ascii: settings.ascii).string)) }

    /// Prints a change with its time of day.
    mutating func tell(_ clock: LocalClock, _ at: Timestamp, _ text: String) {
        say("\(clock.clock(at))  \(text)")
    }

    /// The operator's clock.
    func clock(_ now: ClockReading) -> LocalClock {
        LocalClock(now: now, utcOffset: welcome?.utcOffset ?? .zero)
    }

    // MARK: Asking

    mutating func nextSerial() -> UInt64 {
        serial += 1
        return serial
    }

    /// Asks the next question, if none is out: a command's before what is watched.
    private mutating func ask(at now: ClockReading) {
        guard welcome != nil, !isLost, asked == nil else { return }
        if !isResting, let request = jobRequest(serial + 1) {
            asked = (.job, nextSerial())
            effects.append(.send(request))
        } else if !watches.isEmpty {
            let watch = watches.removeFirst()
            guard !isPaused || watch == .overview else { return ask(at: now) }
            asked = (.watch(watch), nextSerial())
            effects.append(.send(.query(query(watch), serial: serial)))
        }
    }

    /// The question of the command that is being done; nil if it waits for a person.
    private func jobRequest(_ serial: UInt64) -> LinkRequest? {
        switch job {
        case .inquiry(let inquiry, _):
            switch inquiry.question {
            case .window(let query): .query(query, serial: serial)
            case .history(let query): .history(query, serial: serial)
            case .rules(let query): .explain(query, serial: serial)
            case .call(let query): .route(query, serial: serial)
            case nil: nil
            }
        case .why(let id): .query(WindowQuery(subject: .attempt(id), height: 1), serial: serial)
        case .view(let view, let count): .query(viewQuery(view, count), serial: serial)
        case .act(let act): act.request(command: command, serial: serial)
        case .undo(let id): .perform(command(.undo(id)), serial: serial)
        case nil: nil
        }
    }

    func command(_ verb: OperatorVerb) -> OperatorCommand {
        let unknown = OperatorIdentity(user: "unknown", from: "local", terminal: "")
        return OperatorCommand(verb: verb, reason: "", by: welcome?.you ?? unknown)
    }

    // MARK: Answers

    private mutating func take(_ update: LinkUpdate, at now: ClockReading) {
        switch update {
        case .welcome(let new): begin(new, at: now)
        case .lost(let reason): lose(reason)
        case .notice(let notice): hear(notice, at: now)
        case .window(_, let number), .history(_, let number), .explanation(_, let number),
            .preview(_, let number), .outcome(_, let number), .route(_, let number):
            guard let asked, asked.serial == number else { return }
            self.asked = nil
            switch asked.what {
            case .job: takeForJob(update, at: now)
            case .watch(let watch):
                if case .window(let window, _) = update { take(window, of: watch, at: now) }
            }
        // How far an act of many has come is told when it ends: every second would be too much to listen to.
        case .progress(let progress):
            if progress.state != .underWay {
                say("\(progress.by.short) is done: \(OperationWords.progress(progress))")
            }
        case .reloaded, .replay, .statistics, .messages, .values, .acts: break
        }
    }

    private mutating func begin(_ new: Welcome, at now: ClockReading) {
        let before = welcome
        welcome = new
        asked = nil
        let isBack = isLost
        isLost = false
        watches = [.overview, .failures]
        guard isBack, before?.startedAt == new.startedAt else {
            watched = PlainWatch()
            acts = []
            let listeners = new.listeners.joined(separator: ", ")
            say("regtop \(new.host)\(isBack ? ", started again" : ""): listening on \(listeners)")
            if let reason = readOnlyBecause { say("looking only: \(reason)") }
            if !new.openDomains.isEmpty {
                say("no password is asked for: \(new.openDomains.joined(separator: ", "))")
            }
            if !isBack { say("help lists the commands") }
            return
        }
        tell(clock(now), now.timestamp, "the link is back: the registrar goes on")
    }

    /// Why this console may not act; nil if it may.
    var readOnlyBecause: String? {
        settings.isReadOnly ? "started with --read-only" : welcome?.readOnlyBecause
    }

    private mutating func lose(_ reason: String) {
        guard !isLost else { return }
        isLost = true
        watches = []
        say("the link to the registrar is lost: \(reason); it is tried again every second")
        guard asked != nil || job != nil else { return }
        if case .act(let act) = job, act.isPerforming {
            say("an act was out: the audit trail says whether it was done")
        } else if let job {
            say("the command is dropped: \(Self.name(job))")
        }
        asked = nil
        job = nil
    }

    private static func name(_ job: Job) -> String {
        switch job {
        case .inquiry(_, let isReport): isReport ? "report" : "show"
        case .why: "why"
        case .view: "view"
        case .act(let act): act.verb
        case .undo: "undo"
        }
    }

    // MARK: Lines

    /// A line is a command, or the answer to a question; it waits for the one before it.
    private mutating func take(_ line: String, at now: ClockReading) {
        if case .act(let act) = job, act.isAsking { return answer(line, act, at: now) }
        guard waiting.count < Self.mostWaiting else {
            return say("too many commands wait: this one is dropped")
        }
        waiting.append(line)
    }

    private mutating func runWaiting(at now: ClockReading) {
        while job == nil, welcome != nil, !isLost, !waiting.isEmpty {
            run(waiting.removeFirst(), at: now)
            if case .quit = effects.last { return }
        }
        // What follows a question is its answer.
        guard case .act(let act) = job, act.isAsking, !waiting.isEmpty else { return }
        answer(waiting.removeFirst(), act, at: now)
        runWaiting(at: now)
    }
}
