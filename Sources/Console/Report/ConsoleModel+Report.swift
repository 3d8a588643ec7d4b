internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import Timing

/// A report that is being asked for, piece by piece, beside what the screen shows.
struct ReportErrand: Sendable {
    /// What is to be done with it.
    enum Purpose: Sendable { case show, copy }

    var inquiry: ReportInquiry
    var purpose: Purpose
    /// Number of the question that is out.
    var serial: UInt64?
    /// The last answer was not whole: it is asked for again with the next tick.
    var isResting = false

    init(_ inquiry: ReportInquiry, _ purpose: Purpose) {
        self.inquiry = inquiry
        self.purpose = purpose
    }
}

extension ConsoleModel {
    /// The report that is shown: what the copy key sends and a file takes.
    public var shownReport: TicketReport? {
        if case .report(let state) = layer { state.report } else { nil }
    }

    /// The address of record under the cursor, for a report of it.
    var reportSubject: String? {
        switch screen {
        case .overview: return overview.addressOfRecord
        case .security:
            guard case .user(let name)? = security.list.cursorRow?.key, !name.isEmpty else { return nil }
            return name
        case .devices: return nil
        case .blocks:
            guard case .aor(let name)? = blocks.cursorRow?.subject else { return nil }
            return BindingColumns.text(name)
        case .history(let aor):
            return (historyEntry?.binding.aor ?? aor).map { BindingColumns.text($0) }
        default: return historySubject.map { BindingColumns.text($0) }
        }
    }

    /// Asks for all that a report needs; it is shown, or copied, when all is there.
    mutating func openReport(_ name: String, _ purpose: ReportErrand.Purpose, at now: ClockReading) {
        if let obstacle = obstacleOfLoss ?? (replay == nil ? nil : Self.obstacleOfPast) {
            message = .error(obstacle)
            return
        }
        errand = ReportErrand(ReportInquiry(name, host: welcome?.host ?? "-"), purpose)
        switch purpose {
        case .show: layer = .report(ReportState(name: name))
        case .copy: message = .info("Asking for the report of \(name) ..", at: now.timestamp)
        }
    }

    private static let obstacleOfPast =
        "A report tells of the present, and you look at the past: :live brings the present back."

    /// Asks the next question of a report, if none of it is out.
    mutating func askErrand(at now: ClockReading) -> [ConsoleEffect] {
        guard welcome != nil, loss == nil, var errand, errand.serial == nil, !errand.isResting else {
            return []
        }
        switch errand.inquiry.question {
        case .window(let query):
            guard link.asked == nil else { return [] }
            let serial = link.nextSerial()
            errand.serial = serial
            self.errand = errand
            link.asked = LinkState.Question(serial: serial, query: query, at: now.timestamp)
            return [.send(.query(query, serial: serial))]
        case .history(let query):
            errand.serial = link.nextSerial()
            self.errand = errand
            return [.send(.history(query, serial: errand.serial ?? 0))]
        case .rules(let query):
            errand.serial = link.nextSerial()
            self.errand = errand
            return [.send(.explain(query, serial: errand.serial ?? 0))]
        case .call(let query):
            errand.serial = link.nextSerial()
            self.errand = errand
            return [.send(.route(query, serial: errand.serial ?? 0))]
        case nil: return finishErrand(at: now)
        }
    }

    /// Takes an answer to a question of a report; false if it is none.
    mutating func takeForErrand(_ update: LinkUpdate) -> Bool {
        guard var errand, let serial = errand.serial else { return false }
        switch update {
        case .window(let window, serial): errand.isResting = !errand.inquiry.take(window)
        case .history(let page, serial): errand.inquiry.take(page)
        case .explanation(let answer, serial): errand.inquiry.take(answer)
        case .route(let answer, serial): errand.inquiry.take(answer)
        default: return false
        }
        errand.serial = nil
        self.errand = errand
        return true
    }

    /// Whoever was asked is there no more, or is there again: all is asked anew.
    mutating func restartErrand() {
        errand?.inquiry.restart()
        errand?.serial = nil
    }

    private mutating func finishErrand(at now: ClockReading) -> [ConsoleEffect] {
        guard let errand else { return [] }
        self.errand = nil
        let report = TicketReport(errand.inquiry.facts, clock: presentClock(at: now))
        switch errand.purpose {
        case .copy: return copy(report.text, at: now)
        case .show:
            guard case .report(var state) = layer else { return [] }
            state.report = report
            layer = .report(state)
            return []
        }
    }

    /// Keys of the report on the screen.
    mutating func pressReport(_ state: inout ReportState, _ key: Key, at now: ClockReading) -> [ConsoleEffect]
    {
        switch keys.action(of: key, at: .report)?.id {
        case .reportClose:
            layer = nil
            if errand?.purpose == .show { errand = nil }
        case .reportCopy:
            guard let report = state.report else { return [] }
            return copy(report.text, at: now)
        case .reportSave:
            guard let report = state.report else { return [] }
            openSave(of: report, at: now)
        case let id?:
            state.move(id, in: frame.body)
            layer = .report(state)
        case nil: break
        }
        return []
    }
}
