internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import Timing

/// The tour: five things to do on the demo's phones. It watches, and never stands in the way of a key.
extension ConsoleModel {
    /// Rows that the tour takes where there is room.
    static let tourRows = 4
    private static let narrowTourRows = 2

    /// Rows that it takes now: a dialog on a small screen needs them more.
    var tourHeight: Int {
        guard tour != nil else { return 0 }
        if size.height >= 20, size.width >= 60 { return Self.tourRows }
        if case .form = layer { return 0 }
        return Self.narrowTourRows
    }

    /// `:tour`
    mutating func beginTour(at now: ClockReading) -> [ConsoleEffect] {
        guard let stage = settings.stage else {
            message = .warning("The tour needs phones that play along: regtop --demo, then :tour.")
            return []
        }
        if let readOnlyBecause {
            message = .warning(
                "The tour evicts and undoes, and this console can only look: \(readOnlyBecause)."
            )
            return []
        }
        tour = TourState(stage: stage)
        message = nil
        link.wantsWindow = true
        return keepTourSeen()
    }

    /// Esc where nothing else is to be left; false if there is no tour.
    mutating func leaveTour(at now: ClockReading) -> Bool {
        guard tour != nil else { return false }
        tour = nil
        link.wantsWindow = true
        message = .info("The tour has ended; :tour begins it again.", at: now.timestamp)
        return true
    }

    /// Esc would end the tour now.
    var canLeaveTour: Bool {
        guard layer == nil, prompt == nil, commandLine == nil, !marks.isRange else { return false }
        return screens.count == 1
    }

    /// An operator who is new here is told where to begin, once.
    mutating func greet() -> [ConsoleEffect] {
        guard !preferences.hasSeenTour, message == nil, screen == .overview else { return [] }
        let canPlay = settings.stage != nil && readOnlyBecause == nil
        message = Message(
            text: canPlay ? TourWords.offer : TourWords.hint(keys),
            role: .toastInfo,
            until: nil
        )
        return keepTourSeen()
    }

    private mutating func keepTourSeen() -> [ConsoleEffect] {
        guard !preferences.hasSeenTour else { return [] }
        preferences.hasSeenTour = true
        return [.keep(preferences)]
    }

    /// Goes on as soon as what the step asks for is so.
    mutating func advanceTour(at now: ClockReading) {
        guard let tour, hasDone(tour) else { return }
        guard self.tour?.goOn() == false else { return }
        self.tour = nil
        link.wantsWindow = true
        message = Message(text: TourWords.end(keys), role: .toastOK, until: nil)
    }

    private func hasDone(_ tour: TourState) -> Bool {
        guard layer == nil, prompt == nil, commandLine == nil, replay == nil else { return false }
        switch tour.step {
        case .find:
            let rows = attempts.entries.map(\.row)
            return screen == .attempts && attempts.isLoaded && !rows.isEmpty
                && rows.allSatisfy { $0.aor == tour.stage.lost }
        case .why:
            guard case .attempt = screen, let row = ladder.detail?.row else { return false }
            return row.aor == tour.stage.lost && row.verdict.isFailure && ladder.showsWhy && !ladder.isRaw
        case .ghosts: return tour.ghostsTaken > 0 && !isHaunted(tour.stage.haunted)
        case .undo: return tour.putBack > 0
        case .record:
            let records = audit.entries.map(\.row.record)
            return screen == .audit && audit.isLoaded && records.contains { $0.action == "undo" }
        }
    }

    /// A ghost of the address of record is on the screen, alive.
    private func isHaunted(_ aor: String) -> Bool {
        var rows = bindings.entries.filter { $0.departure == nil }.map(\.row)
        if case .binding = screen, let detail = detail.detail { rows += [detail.row] + detail.siblings }
        return rows.contains { $0.aor == aor && $0.isGhost && !$0.isGone }
    }

    // MARK: What acts have come to

    /// An act of this console is done.
    mutating func noteForTour(_ plan: ActPlan, _ outcome: CommandOutcome) {
        let done = Set(outcome.targets.filter { $0.outcome == .done }.map(\.binding.facts.id))
        tour?.noteTaken(plan.seen.filter { done.contains($0.key) }, count: done.count)
    }
}
