internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Timing

/// The other end of the link is away.
struct LinkLoss: Hashable, Sendable {
    /// Since when: what is shown is of that moment.
    var since: ClockReading
    /// Why, as far as it is known.
    var reason: String
}

/// A link that is lost and comes back: what was seen stays on the screen, visibly old; nothing is done meanwhile;
/// and when the other end is there again the console goes on where it was.
extension ConsoleModel {
    /// Why nothing can be asked or done now; nil if it can.
    var obstacleOfLoss: String? {
        loss.map { "The link to the registrar is lost: \($0.reason). It is tried again every second." }
    }

    /// The other end is away, or away for another reason than before.
    mutating func lose(_ reason: String, at now: ClockReading) {
        isLinkLost = true
        guard loss == nil else {
            loss?.reason = reason
            return
        }
        loss = LinkLoss(since: now, reason: reason)
        let hadActOut = closeActs()
        // What was asked is not answered any more.
        link.asked = nil
        link.wantsGhosts = nil
        history.asked = nil
        replayAsked = nil
        errand?.serial = nil
        waitingKeys = []
        message =
            hadActOut
            ? .warning(
                "The link was lost while an act was out: the audit trail (\(wayToAudit)) will say if it was done."
            )
            : nil
    }

    /// Closes what would act on the registrar; true if an act is out, of which nobody knows whether it was done.
    private mutating func closeActs() -> Bool {
        var isOut = !pending.isEmpty
        pending = [:]
        switch layer {
        case .form(let form):
            if case .act(let plan) = form.purpose, plan.isPerforming { isOut = true }
            if form.actsOnRegistrar { layer = nil }
        case .pick(let pick): if case .undo = pick.choice { layer = nil }
        case .help, .copy, .report, .settings, .columns, nil: break
        }
        return isOut
    }

    /// The other end is there again: the same registrar, or one that was started since.
    mutating func comeBack(from loss: LinkLoss, before: Welcome?, at now: ClockReading) {
        self.loss = nil
        guard let welcome else { return }
        let away = TimeText.length((now.timestamp - loss.since.timestamp).seconds)
        guard before?.startedAt != welcome.startedAt else {
            return welcomeBack("Back after \(away): the registrar goes on.", at: now)
        }
        let clock = presentClock(at: now)
        let start = clock.clock(welcome.startedAt)
        welcomeBack("Back after \(away): the registrar was restarted at \(start).", at: now)
        forgetNames()
    }

    private mutating func welcomeBack(_ text: String, at now: ClockReading) {
        message = .done(text, at: now.timestamp)
        message?.isReturn = true
    }

    /// Says what somebody else has noticed or done.
    mutating func hear(_ notice: Notice) {
        guard notice.level >= .warning else { return }
        let text = message.map { $0.isReturn ? "\($0.text) \(notice.text)" : notice.text } ?? notice.text
        message = notice.level == .error ? .error(text) : .warning(text)
        // Often it is somebody else's act, and the rows are other ones now. Where all changes every second anyway, a
        // warning is no reason to be asked for sooner.
        if !isFrozen, patience == 1 { link.wantsWindow = true }
    }

    /// Another process gives other names to what was seen: rows are found again by what they are, and nothing refers
    /// to the old names any more.
    private mutating func forgetNames() {
        marks.clear()
        returns = []
        acts = []
        undoable = []
        preview = nil
        detail = DetailState()
        ladder = LadderState()
        history = HistoryState()
        bindings.forgetNames()
        attempts.reset()
        log.reset()
        audit.reset()
        blocks.reset()
        // What was opened from the view is known to nobody any more, but for a journal, which is kept by name.
        if case .history = screen { return }
        screens = [root]
    }

    /// `Link lost 12 s ago: the registrar has gone. Rows are of 14:02:51.`
    func lossLine(_ loss: LinkLoss, at now: ClockReading) -> Message {
        let clock = presentClock(at: now)
        let age = TimeText.length((now.timestamp - loss.since.timestamp).seconds)
        let seen = clock.clock(loss.since.timestamp)
        return .error(
            "Link lost \(age) ago: \(loss.reason). What is shown is of \(seen); trying again every second."
        )
    }
}

extension Form {
    /// Its button does something to the registrar.
    var actsOnRegistrar: Bool {
        switch purpose {
        case .act, .changed, .block, .unblock, .drain, .undo, .abort: true
        case .save, .replace, .saving, .replaceRecording, .quit, .text: false
        }
    }
}
