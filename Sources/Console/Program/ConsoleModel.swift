internal import BindingTable
public import Cells
internal import ConsoleLink
internal import Monitor
public import Timing

/// The console as a value: everything that is on the screen or behind it. `update` takes what happened and
/// says what to do; `draw` makes the screen of a moment. Nothing else in it does anything.
///
/// It never reads a clock: countdowns are computed from absolute instants when drawn.
public struct ConsoleModel: Sendable {
    let settings: ConsoleSettings
    /// The terminal's size.
    public private(set) var size: Size
    /// Name of the theme to draw with.
    public internal(set) var theme: String
    /// The operator's choices; whoever changes them says `keep`.
    var preferences: Preferences

    var welcome: Welcome?
    /// The view and what was opened from it; never empty.
    var screens: [Screen]
    /// The view before the present one.
    var lastView: Screen?
    var layer: Layer?
    var prompt: PromptState?
    /// The palette.
    var commandLine: CommandLine?
    /// Commands that were run, oldest first.
    var commandHistory: [String] = []
    var message: Message?
    var link = LinkState()
    /// Keys typed before the rows were there that they are meant for.
    var waitingKeys: [Key] = []
    var isFrozen = false
    /// The moment of the past that is shown; nil: the present.
    var replay: ReplayState?
    /// Another moment that has been asked for.
    var replayAsked: ReplayQuestion?
    /// The moment to begin with, as typed; empty for none, and once it has been asked for.
    var replayWish = ""
    /// The other end is away; nil while it is there.
    var loss: LinkLoss?
    /// The other end was away since the last welcome.
    var isLinkLost = false
    /// Ticks since a window was asked for.
    private var ticksWaited = 0
    /// Newcomers are turned away, as the last window said.
    var drain: Drain?
    /// Why changes are not durable, as the last window said; nil: they are.
    var storeTrouble: String?
    var isLagging = false
    var showsKeyBar = true
    /// From when on clicks answer the dialog that a click has opened: not the second half of a double click.
    var clicksAnswerFrom = Timestamp.zero
    /// The tour, while it goes on.
    var tour: TourState?
    /// `q` was pressed once on a screen too small to ask.
    var isQuitArmed = false

    var bindings = ListState<BindingRow>(newestEnd: .first)
    var bindingsFilter = FilterState()
    var order = BindingOrder()
    /// The last order and filter whose rows were all there: what Esc goes back to from one that takes long.
    var settled: SettledList?
    /// Order to go back to when following ends, and filter to go back to when problems end.
    var orderBeforeFollow: BindingOrder?
    var filterBeforeProblems: String?
    var marks = MarkState()
    var save = SaveState()
    var showsPreview = true
    var preview: BindingDetail?

    var attempts = ListState<AttemptRow>(isFollowing: true)
    var attemptsFilter = FilterState()
    var failuresOnly = false
    /// Tries to register, calls, or both.
    var requestKind = RequestKind.registrations

    var security = SecurityState()
    var securityFilter = FilterState()

    var devices = DevicesState()
    var devicesFilter = FilterState()

    var log = ListState<LogLine>(isFollowing: true)
    var logFilter = FilterState()
    var warningsOnly = false
    var audit = ListState<AuditLine>(isFollowing: true)
    var auditFilter = FilterState()
    var blocks = ListState<Block>()
    var blocksFilter = FilterState()

    /// When something last happened.
    var present = ClockReading(timestamp: .zero, wall: WallTime(nanoseconds: 0))

    /// The address of record that all lists are narrowed to; nil for none.
    var followed: String?
    /// Where jumps came from, the last one last.
    var returns: [ReturnPoint] = []
    /// Texts that messages were searched for, oldest first.
    var searchHistory: [String] = []

    var overview = OverviewState()
    var detail = DetailState()
    var history = HistoryState()
    var historyFilter = FilterState()
    var ladder = LadderState()

    /// Acts of this console that may still be undone, newest last.
    var acts: [DoneAct] = []
    /// What can be undone, as it was last asked for.
    var undoable: [UndoableAct] = []
    /// An act that is done a few bindings at a time, of whomever.
    var underWay: ActProgress?
    /// The command line that does what this console did last; empty before.
    var lastScript = ""
    /// Acts that are out, by their serial.
    var pending: [UInt64: PendingAct] = [:]
    /// A report that is being asked for.
    var errand: ReportErrand?
    /// What terminals may want for their clipboard has been said.
    var hasHintedClipboard = false
    /// The file that the session is being recorded to; nil: it isn't.
    var recording: String?
    /// Bindings known at the last count, for the question before quitting.
    var knownBindings = 0

    /// A console on a screen of this size that has seen nothing yet.
    public init(settings: ConsoleSettings, size: Size) {
        self.settings = settings
        self.size = size
        theme = settings.theme
        preferences = settings.preferences
        screens = [Screen(settings.view)]
        (showsKeyBar, showsPreview) = (preferences.showsKeyBar, preferences.showsPreview)
        ladder.showsGaps = preferences.showsGaps
        replayWish = settings.at
        guard !settings.filter.isEmpty else { return }
        do throws(FilterError) {
            var state = currentFilter
            try state.set(settings.filter, for: screen.filtered, named: preferences.filters)
            setFilterState { $0 = state }
        } catch {
            message = .error("Filter \(settings.filter): \(error).")
        }
    }

    /// The keys of all actions.
    var keys: KeyMap { settings.keys }

    /// The screen on top.
    var screen: Screen { screens.last ?? .overview }
    /// The view that the screen belongs to.
    var root: Screen { screens.first ?? .overview }

    /// Where keys are looked up.
    var place: Places {
        if isTiny { return .tiny }
        if prompt != nil { return .prompt }
        if commandLine != nil { return .command }
        return layer?.place ?? screen.place
    }

    /// Smaller than anything can be drawn on.
    var isTiny: Bool { size.width < Self.minimumSize.width || size.height < Self.minimumSize.height }
    /// The smallest terminal that the console draws on.
    public static let minimumSize = Size(width: 40, height: 10)

    /// The mouse is ours, not the terminal's.
    public var usesMouse: Bool { preferences.usesMouse }

    /// Which glyphs may be drawn: the operator or the theme may want fewer than the terminal can show.
    var glyphs: Glyphs {
        if preferences.usesASCII { return .ascii }
        return settings.themes.first { $0.name == theme }?.glyphs ?? settings.glyphs
    }

    /// Why this console may not act; nil if it may.
    var readOnlyBecause: String? {
        settings.isReadOnly ? "started with --read-only" : welcome?.readOnlyBecause
    }

    /// The operator's clock for what is shown: it stands still while that is a moment of the past, and
    /// while the other end is away.
    func clock(at now: ClockReading) -> LocalClock {
        LocalClock(now: replay?.clock ?? loss?.since ?? now, utcOffset: utcOffset, isPast: replay != nil)
    }

    /// The operator's clock, whatever is shown.
    func presentClock(at now: ClockReading) -> LocalClock { LocalClock(now: now, utcOffset: utcOffset) }

    /// The operator's offset from UTC; none for one who wants UTC.
    var utcOffset: Interval { preferences.usesUTC ? .zero : welcome?.utcOffset ?? .zero }

    /// Takes what happened and says what to do about it.
    public mutating func update(_ input: ConsoleInput, at now: ClockReading) -> [ConsoleEffect] {
        var effects: [ConsoleEffect] = []
        present = now
        switch input {
        case .key(let key): effects = press(key, at: now)
        case .resize(let size):
            self.size = size
            link.wantsWindow = true
        case .tick: tick(at: now)
        case .link(let update):
            effects = take(update, at: now)
            effects += pressWaiting(at: now)
        case .recording(let event): take(event, at: now)
        case .lag(let isLagging): self.isLagging = isLagging
        case .failed(let sentence): message = .warning(sentence)
        case .stdoutLines(let lines):
            if let last = lines.last {
                let whither = welcome?.isAttached == true ? "printed" : "went to the log"
                message = .warning("\(TimeText.count(lines.count, "line")) \(whither): \(last)")
            }
        case .saved(let number, let report): takeSave(number, report, at: now)
        }
        advanceTour(at: now)
        return effects + askErrand(at: now) + ask(at: now) + askCall() + askHistory(at: now)
    }

    /// Ticks between two windows. Where each second makes another screen of the whole, nobody reads all of them.
    var patience: Int {
        switch screen {
        case .overview: overview.numbers.registerRate >= 4 ? 3 : 1
        // Each row that comes moves all others up.
        case .attempts: attempts.isFollowing && attempts.gained >= 3 ? 3 : 1
        default: 1
        }
    }

    private mutating func tick(at now: ClockReading) {
        if let until = message?.until, until <= now.timestamp { message = nil }
        acts.removeAll { $0.until <= now.timestamp }
        errand?.isResting = false
        // What stands still, and has come, need not be asked for again.
        guard !isFrozen, loss == nil, replay == nil || !hasWindow || isPartial else { return }
        ticksWaited += 1
        // A slow line would carry little else.
        guard ticksWaited >= patience || isPartial else { return }
        ticksWaited = 0
        link.wantsWindow = true
    }
}

/// An act that has been sent and not answered.
enum PendingAct: Sendable {
    /// What is said when it has been done; empty for bindings, of which there is more to say.
    case undo(String)
    case abort
    case drain(isOn: Bool, Interval?)
    case block([BlockSubject], Interval?)
    case unblock(BlockSubject)
}
