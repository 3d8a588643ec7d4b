import BindingTable
import ConsoleLink
import Monitor
import Registrar
import Timing

/// Acts that are done a few bindings at a time pass here: the thread turns, and a part of them is due.
extension MonitorService.MonitorTurn {
    /// Welcomes a console; one that comes while an act is under way is told how far it has come.
    func join(_ console: MonitorService.Console) {
        audience.join(console)
        if let progress = service.desk.progress, progress.state == .underWay {
            console.deliver(.progress(progress))
        }
    }

    /// Does what is due of the act, and tells every console about once a second.
    func advanceAct(_ now: ClockReading) {
        // The lines of its bindings go into the trail only: on the screen they would push out all others.
        let progress = service.desk.advance(to: now) {
            write($0) == nil
        } end: {
            writeEnd($0, now)
        }
        guard let progress else { return }
        showBlocks(now)
        guard told.isDue(progress, at: now.timestamp) else { return }
        show(progress, now)
    }

    /// The program ends, and the act with it.
    func stopAct(_ now: ClockReading) {
        guard
            let progress = service.desk.stop("the registrar ends", clock: now, end: { writeEnd($0, now) })
        else { return }
        show(progress, now)
    }

    /// What a console did is told to the others: at once, but for a script's act in many commands, which is told in
    /// one sentence.
    func tellAct(
        _ request: LinkRequest,
        _ update: LinkUpdate,
        of console: MonitorService.Console,
        at now: Timestamp,
    ) {
        if case .outcome(let outcome, _) = update, let progress = outcome.progress {
            if progress.state == .underWay { told.begin(progress, by: console.id, at: now) }
            for other in audience.consoles { other.deliver(.progress(progress)) }
        }
        guard let act = ActNotice.act(request, update) else { return }
        told.note(act, ofConsole: console.id, at: now)
    }

    private func show(_ progress: ActProgress, _ now: ClockReading) {
        for console in audience.consoles { console.deliver(.progress(progress)) }
        guard progress.state != .underWay, let text = ActNotice.ending(progress) else { return }
        tell(text, ofConsole: told.console, at: now.timestamp)
    }

    private func showBlocks(_ now: ClockReading) {
        let blocks = service.desk.blocks(at: now.timestamp)
        guard blocks.count != monitor.blocks.count else { return }
        monitor.receive(.blocks(blocks), at: now.timestamp)
        service.kept?.keep(at: now.timestamp)
    }

    private func writeEnd(_ record: AuditRecord, _ now: ClockReading) {
        if write(record) == nil { monitor.receive(.audit(record), at: now.timestamp) }
    }
}

/// What consoles have been told of acts, and what is to be told soon.
struct ToldAct {
    /// A sentence for all consoles but one.
    struct Sentence {
        var text: String
        /// Whose act it is; nil: of nobody who is attached.
        var console: Int?
    }

    private struct Gathered {
        var act: ActNotice.Act
        var console: Int
        var at: Timestamp
    }

    /// The console that began the act which is done a few bindings at a time.
    private(set) var console: Int?
    private var shownAt = Timestamp.zero
    private var gathered: [Gathered] = []
    private var ready: [Sentence] = []

    /// So many bindings in one command may be the first part of more.
    private static let large = 1_000
    /// A script's next command comes within this time.
    private static let patience = Interval.seconds(1)

    /// An act begins, which its console knows already.
    mutating func begin(_ progress: ActProgress, by console: Int, at now: Timestamp) {
        self.console = console
        shownAt = now
    }

    /// Whether it is time to tell how far the act has come: once a second, and that it has ended.
    mutating func isDue(_ progress: ActProgress, at now: Timestamp) -> Bool {
        guard progress.state != .underWay || now - shownAt >= .seconds(1) else { return false }
        shownAt = now
        return true
    }

    /// An act has been done. A large one waits a little for more of the same.
    mutating func note(_ act: ActNotice.Act, ofConsole console: Int, at now: Timestamp) {
        if let index = gathered.firstIndex(where: { $0.console == console && $0.act.isSame(as: act) }) {
            gathered[index].act.count += act.count
            gathered[index].at = now
        } else if act.count >= Self.large {
            gathered.append(Gathered(act: act, console: console, at: now))
        } else {
            ready.append(Sentence(text: act.sentence, console: console))
        }
    }

    /// What is to be told now.
    mutating func takeNotices(at now: Timestamp) -> [Sentence] {
        guard !ready.isEmpty || !gathered.isEmpty else { return [] }
        let due = gathered.filter { now - $0.at >= Self.patience }
        gathered.removeAll { now - $0.at >= Self.patience }
        defer { ready = [] }
        return ready + due.map { Sentence(text: $0.act.sentence, console: $0.console) }
    }
}
