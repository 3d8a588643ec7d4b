internal import BindingTable
internal import ConsoleLink
internal import Monitor
internal import Timing

/// What has been asked over the link: never more than one window at a time.
struct LinkState: Sendable {
    /// A window that is out.
    struct Question: Sendable {
        var serial: UInt64
        var query: WindowQuery
        var at: Timestamp
    }

    private(set) var serial: UInt64 = 0
    var asked: Question?
    /// The screen's window is to be asked for again.
    var wantsWindow = true
    /// The preview's binding is to be asked for again.
    var wantsPreview = false
    /// A binding of the list whose address of record's ghosts are to be evicted, once they are known.
    var wantsGhosts: BindingID?
    /// Number of the question what can be undone, while it is out.
    var wantsActs: UInt64?

    /// A number for the next question or act.
    mutating func nextSerial() -> UInt64 {
        serial += 1
        return serial
    }
}

extension ConsoleModel {
    /// Asks for the window that is wanted, if none is out.
    mutating func ask(at now: ClockReading) -> [ConsoleEffect] {
        guard welcome != nil, loss == nil, link.asked == nil, !isTiny else { return [] }
        if case .form = layer, hasWindow {
            link.wantsGhosts = nil
            return []
        }
        let query: WindowQuery
        if let id = link.wantsGhosts {
            query = WindowQuery(subject: .binding(id), height: 1)
        } else if link.wantsWindow {
            query = windowQuery
            link.wantsWindow = false
        } else if link.wantsPreview, let wanted = previewQuery {
            query = wanted
            link.wantsPreview = false
        } else {
            return []
        }
        let serial = link.nextSerial()
        link.asked = LinkState.Question(serial: serial, query: query, at: now.timestamp)
        return [.send(.query(query, serial: serial))]
    }

    /// Asks what a call to the binding on the screen would do, whenever that has been read anew.
    mutating func askCall() -> [ConsoleEffect] {
        guard welcome != nil, loss == nil, replay == nil, case .binding = screen, let shown = detail.detail,
            detail.wantsCall, detail.callAsked == nil
        else { return [] }
        let serial = link.nextSerial()
        (detail.wantsCall, detail.callAsked) = (false, serial)
        return [.send(.route(RouteQuery(aor: shown.row.binding.texts.aor), serial: serial))]
    }

    /// A window is out: soon there is more to draw.
    public var isAsking: Bool { link.asked != nil }

    /// What is shown is still being sorted or searched: a tick before the next second is worth its while.
    public var isPartial: Bool {
        guard !isFrozen else { return false }
        switch screen {
        case .bindings: return bindings.isLoaded && bindings.progress < 1
        case .attempts: return attempts.isLoaded && attempts.progress < 1
        default: return false
        }
    }

    /// The screen has something to show; behind a dialog it stands still then.
    var hasWindow: Bool {
        switch screen {
        case .overview: overview.isLoaded
        case .bindings: bindings.isLoaded
        case .binding(let id): detail.detail?.row.key == id || detail.isMissing
        case .attempts: attempts.isLoaded
        case .security: security.list.isLoaded
        case .devices: devices.list.isLoaded
        case .attempt(let id): ladder.detail?.row.id == id || ladder.isMissing
        case .log: log.isLoaded
        case .audit: audit.isLoaded
        case .blocks: blocks.isLoaded
        case .history(let aor): history.page(of: aor) != nil
        }
    }

    /// The window that the screen shows.
    var windowQuery: WindowQuery {
        let height = max(1, listHeight)
        switch screen {
        case .overview: return WindowQuery(subject: .overview, height: 1)
        case .bindings:
            return WindowQuery(subject: bindingsSubject, anchor: bindings.anchor, height: height)
        case .binding(let id): return WindowQuery(subject: .binding(id), height: 1)
        case .attempts:
            return WindowQuery(subject: attemptsSubject, anchor: attempts.anchor, height: height)
        case .attempt(let id): return WindowQuery(subject: .attempt(id), height: 1)
        case .security:
            return WindowQuery(subject: securitySubject, anchor: security.list.anchor, height: height)
        case .devices:
            let subject = WindowQuery.Subject.devices(devices.group, filter: devicesFilter.filter)
            return WindowQuery(subject: subject, anchor: devices.list.anchor, height: height)
        case .log: return WindowQuery(subject: logSubject, anchor: log.anchor, height: height)
        case .audit:
            return WindowQuery(
                subject: .audit(filter: effective(auditFilter, for: .audit)),
                anchor: audit.anchor,
                height: height
            )
        case .blocks:
            return WindowQuery(
                subject: .blocks(filter: blocksFilter.filter),
                anchor: blocks.anchor,
                height: height
            )
        // The journal comes by a way of its own; what the title says comes with any window.
        case .history: return WindowQuery(subject: .overview, height: 1)
        }
    }

    var bindingsSubject: WindowQuery.Subject {
        .bindings(filter: effective(bindingsFilter, for: .bindings), order: order)
    }
    var attemptsSubject: WindowQuery.Subject {
        .attempts(
            filter: effective(attemptsFilter, for: .attempts),
            failuresOnly: failuresOnly,
            kind: requestKind
        )
    }
    var securitySubject: WindowQuery.Subject {
        var filter = securityFilter.filter
        if security.attacksOnly, let attacks = try? Filter("class:attack", for: .security) {
            filter = filter.flatMap { try? $0.and(attacks) } ?? attacks
        }
        return .security(security.group, filter: filter)
    }
    var logSubject: WindowQuery.Subject {
        .log(filter: effective(logFilter, for: .log), level: warningsOnly ? .warning : .info)
    }

    private var previewQuery: WindowQuery? {
        guard screen == .bindings, bindingsLayout.preview != nil, let key = bindings.cursorKey else {
            return nil
        }
        return WindowQuery(subject: .binding(key), height: 1)
    }

    /// Takes what the other end says.
    mutating func take(_ update: LinkUpdate, at now: ClockReading) -> [ConsoleEffect] {
        switch update {
        case .welcome(let welcome):
            let before = self.welcome
            self.welcome = welcome
            if let loss { comeBack(from: loss, before: before, at: now) }
            link.asked = nil
            link.wantsGhosts = nil
            link.wantsActs = nil
            underWay = nil
            link.wantsWindow = true
            history.asked = nil
            detail.callAsked = nil
            restartErrand()
            return greet() + resumeReplay(at: now)
        case .window(let window, let serial):
            guard let question = link.asked, question.serial == serial else { return [] }
            link.asked = nil
            if takeForErrand(update) { return [] }
            drain = window.drain
            replay?.clock.timestamp = window.at
            storeTrouble = window.storeTrouble
            if let id = link.wantsGhosts, question.query.subject == .binding(id) {
                return takeGhosts(window.content, of: id)
            }
            if case .form = layer, hasWindow {
                link.wantsWindow = true
                return []
            }
            show(window, of: question.query)
        case .preview(let outcome, let serial): return takePreview(outcome, serial: serial, at: now)
        case .outcome(let outcome, let serial): return takeOutcome(outcome, serial: serial, at: now)
        case .reloaded(let report, _): takeReload(report, at: now)
        case .history(let page, let serial):
            if !takeForErrand(update) { takeHistory(page, serial: serial) }
        case .replay(let report, let serial): takeReplay(report, serial: serial, at: now)
        case .values(let values, let serial): takeValues(values, serial: serial)
        case .acts(let list, let serial): takeActs(list, serial: serial, at: now)
        case .progress(let progress): takeProgress(progress, at: now)
        case .explanation: _ = takeForErrand(update)
        case .route(let answer, let serial):
            if !takeForErrand(update) { detail.take(answer, serial: serial) }
        case .statistics, .messages: break
        case .lost(let reason): lose(reason, at: now)
        case .notice(let notice): hear(notice)
        }
        return []
    }

    /// Shows a window, unless the screen has become another one since it was asked for.
    private mutating func show(_ window: Window, of query: WindowQuery) {
        let isPreview = if screen == .bindings, case .binding = query.subject { true } else { false }
        guard isPreview || query.subject == windowQuery.subject else {
            link.wantsWindow = true
            return
        }
        switch (window.content, query.subject) {
        case (.overview(let numbers), _):
            overview.take(numbers)
            knownBindings = numbers.bindings
        case (.bindings(let rows), _):
            showBindings(rows, of: window, for: query)
        case (.binding(let binding), .binding(let id)):
            if isPreview {
                preview = id == bindings.cursorKey ? binding : preview
            } else {
                detail.take(binding)
                detail.wantsCall = true
                if let id = detail.takeReturned() {
                    screens[screens.count - 1] = .binding(id)
                    entered()
                }
            }
        case (.attempts(let rows), _):
            link.wantsWindow = !attempts.take(rows, of: window, for: query) { _ in nil } || link.wantsWindow
        case (.attempt(let attempt), _): ladder.take(attempt)
        case (.security(let picture), _):
            link.wantsWindow = !security.take(picture, of: window, for: query) || link.wantsWindow
        case (.devices(let picture), _):
            link.wantsWindow = !devices.take(picture, of: window, for: query) || link.wantsWindow
        case (.log(let lines), _):
            link.wantsWindow = !log.take(lines, of: window, for: query) { _ in .left } || link.wantsWindow
        case (.audit(let lines), _):
            link.wantsWindow = !audit.take(lines, of: window, for: query) { _ in .left } || link.wantsWindow
        case (.blocks(let list), _):
            link.wantsWindow = !blocks.take(list, of: window, for: query) { _ in .gone } || link.wantsWindow
        case (.missing, .binding): if isPreview { preview = nil } else { detail.miss() }
        case (.missing, .attempt): ladder.miss()
        default: break
        }
    }

    private mutating func showBindings(_ rows: [BindingRow], of window: Window, for query: WindowQuery) {
        let isFiltered = bindingsFilter.filter != nil || followed != nil
        let isSteady = order.column.isSteady
        let isShown = bindings.take(rows, of: window, for: query) { row in
            if row.isGone || row.binding.facts.expiresAt <= window.at { return .gone }
            return isSteady ? (isFiltered ? .left : .gone) : nil
        }
        guard isShown else {
            link.wantsWindow = true
            return
        }
        marks.refresh(rows)
        marks.extend(over: bindings)
        if !isFiltered { knownBindings = window.total }
        if window.progress >= 1 { settle() }
        link.wantsPreview = true
    }
}

extension BindingColumn {
    /// A refresh does not move a row in this order, so that one which leaves its neighbours has ended.
    var isSteady: Bool {
        switch self {
        case .aor, .contact, .age: true
        case .source, .transport, .expires, .state, .tries, .agent, .refreshed, .granted, .cseq, .callID, .q,
            .badges, .connection, .ping, .flow, .hops, .peer:
            false
        }
    }
}
