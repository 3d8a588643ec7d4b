internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import SIPMessage
internal import Timing

extension PlainModel {
    /// Runs a line.
    mutating func run(_ line: String, at now: ClockReading) {
        guard !line.isEmpty else { return }
        let word = String(line.prefix { $0 != " " })
        let argument = String(line.dropFirst(word.count)).trimmed
        guard let command = PlainCommand.named(word) else {
            return say("there is no command \(word); there are \(PlainCommand.listing)")
        }
        if argument.isEmpty, command.needsArgument { return say("write \(command.usage): \(command.help)") }
        switch command.name {
        case .help: for row in PlainCommand.table { say("\(row.usage): \(row.help)") }
        case .view: view(argument)
        case .filter: setFilter(argument)
        case .show: job = .inquiry(ReportInquiry(argument, host: welcome?.host ?? "-"), isReport: false)
        case .report: job = .inquiry(ReportInquiry(argument, host: welcome?.host ?? "-"), isReport: true)
        case .why:
            let digits = argument.hasPrefix("#") ? argument.dropFirst() : argument[...]
            guard let number = UInt64(digits) else {
                return say("write the number of an attempt behind why, as FAILED lines tell it")
            }
            job = .why(AttemptID(rawValue: number))
        case .evict, .expire:
            if let reason = readOnlyBecause { return say("this console can only look: \(reason)") }
            let inquiry = ReportInquiry(argument, host: welcome?.host ?? "-")
            job = .act(PlainAct(isEvict: command.name == .evict, name: argument, inquiry: inquiry))
        case .undo:
            if let reason = readOnlyBecause { return say("this console can only look: \(reason)") }
            guard let last = acts.popLast() else { return say("there is nothing to undo") }
            job = .undo(last.id)
        case .pause:
            isPaused.toggle()
            // What happened meanwhile was not to be told.
            (watched.youngest, watched.failure) = (nil, nil)
            say(isPaused ? "changes are not told; pause tells them again" : "changes are told again")
        case .quit: effects.append(.quit(0))
        }
    }

    private mutating func view(_ argument: String) {
        let words = argument.split(separator: " ")
        guard let view = words.first.flatMap({ PlainView(rawValue: String($0)) }) else {
            let views = PlainView.allCases.map(\.rawValue).joined(separator: ", ")
            return say("there is no view \(argument); there are \(views)")
        }
        let count = words.count > 1 ? Int(words[1]) ?? 20 : 20
        job = .view(view, max(1, min(count, WindowQuery.maximumHeight)))
    }

    private mutating func setFilter(_ text: String) {
        do throws(FilterError) {
            if !text.isEmpty {
                _ = try Filter(text, for: .attempts)
                _ = try Filter(text, for: .bindings)
            }
        } catch {
            return say("filter \(text): \(error.description); the one before stays")
        }
        filter = text
        (watched.youngest, watched.passed, watched.failure) = (nil, [], nil)
        say(text.isEmpty ? "no filter: all is told" : "only what passes is told: \(text)")
    }

    /// What a view asks for.
    func viewQuery(_ view: PlainView, _ count: Int) -> WindowQuery {
        let bindings = try? filter.isEmpty ? nil : Filter(filter, for: .bindings)
        let attempts = try? filter.isEmpty ? nil : Filter(filter, for: .attempts)
        return switch view {
        case .overview: WindowQuery(subject: .overview, height: 1)
        case .bindings:
            WindowQuery(
                subject: .bindings(filter: bindings, order: BindingOrder(column: .expires)),
                height: count
            )
        case .attempts, .calls:
            WindowQuery(
                subject: .attempts(
                    filter: attempts,
                    failuresOnly: false,
                    kind: view == .calls ? .calls : .registrations
                ),
                anchor: .end,
                height: count
            )
        case .security: WindowQuery(subject: .security(.source, filter: nil), height: count)
        case .devices: WindowQuery(subject: .devices(.agent, filter: nil), height: count)
        case .log: WindowQuery(subject: .log(containing: "", level: .info), anchor: .end, height: count)
        case .audit: WindowQuery(subject: .audit(containing: ""), anchor: .end, height: count)
        case .blocks: WindowQuery(subject: .blocks(filter: nil), height: count)
        }
    }

    // MARK: Answers

    /// Takes an answer to a command's question.
    mutating func takeForJob(_ update: LinkUpdate, at now: ClockReading) {
        switch (job, update) {
        case (.inquiry(var inquiry, let isReport), _):
            take(update, into: &inquiry)
            job = .inquiry(inquiry, isReport: isReport)
            guard inquiry.isDone else { return }
            job = nil
            if isReport { tellReport(inquiry.facts, now) } else { tellShow(inquiry.facts, now) }
        case (.why(let id), .window(let window, _)):
            job = nil
            guard case .attempt(let detail) = window.content else {
                return say("attempt \(id.rawValue) is no longer kept")
            }
            let report = AttemptReport(detail.row, detail, clock: clock(now))
            say("\(detail.row.aor)  \(report.line)")
            for line in report.why { say(line) }
        case (.view, .window(let window, _)):
            guard window.progress >= 1 else { return isResting = true }
            job = nil
            tell(window, at: now)
        case (.act(let act), _): take(update, for: act, at: now)
        case (.undo, .outcome(let outcome, _)):
            job = nil
            tellUndo(outcome)
        default: job = nil
        }
    }

    /// Takes an answer of an inquiry.
    mutating func take(_ update: LinkUpdate, into inquiry: inout ReportInquiry) {
        switch update {
        case .window(let window, _): isResting = !inquiry.take(window)
        case .history(let page, _): inquiry.take(page)
        case .explanation(let answer, _): inquiry.take(answer)
        case .route(let answer, _): inquiry.take(answer)
        default: break
        }
    }

    private mutating func tellReport(_ facts: ReportFacts, _ now: ClockReading) {
        for line in TicketReport(facts, clock: clock(now)).lines { say(line) }
        say("end of the report")
    }

    private mutating func tellShow(_ facts: ReportFacts, _ now: ClockReading) {
        let clock = clock(now)
        say(ReportConclusion(facts: facts, clock: clock).text)
        for detail in facts.live {
            for line in BindingReport(detail, call: facts.call, clock: clock).lines { say(line) }
        }
        for row in facts.attempts.prefix(ReportInquiry.attemptsTold) + facts.calls {
            say(PlainWords.attempt(row, clock))
        }
    }

    private mutating func tell(_ window: Window, at now: ClockReading) {
        let clock = clock(now)
        let count = "\(TimeText.count(window.matched)) of \(TimeText.count(window.total))"
        let head = filter.isEmpty ? count : "\(count), filter \(filter)"
        switch window.content {
        case .overview(let numbers):
            for field in OverviewFields.table {
                say("\(PlainWords.words(field.name)): \(field.text(numbers, clock))")
            }
        case .bindings(let rows):
            say("bindings, the soonest to end first: \(head)")
            for row in rows { say(PlainWords.binding(row, clock)) }
        case .attempts(let rows):
            say("attempts, the newest last: \(head)")
            for row in rows { say(PlainWords.attempt(row, clock)) }
        case .security(let picture):
            say("sources that fail, attackers first: \(count)")
            for row in picture.rows {
                say(PlainWords.fields(SecurityFields.table, SecurityFields.listed, row, clock))
            }
        case .devices(let picture):
            say("devices, those with most that is wrong first: \(count)")
            for row in picture.rows {
                say(PlainWords.fields(DeviceFields.table, DeviceFields.listed, row, clock))
            }
        case .log(let lines):
            say("log, the newest last")
            for line in lines { say("\(clock.clock(line.notice.at))  \(line.notice.text)") }
        case .audit(let lines):
            say("audit trail, the newest last")
            for line in lines { say(CopySubject(line, clock).line) }
        case .blocks(let blocks):
            say(blocks.isEmpty ? "nobody is blocked" : "blocks: \(blocks.count)")
            for block in blocks {
                say(PlainWords.fields(BlockFields.table, BlockFields.table.map(\.name), block, clock))
            }
        case .binding, .attempt, .missing: break
        }
    }
}
