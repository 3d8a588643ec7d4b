import BindingTable
import Cells
import Console
import ConsoleLink
import Glibc
import Synchronization
import Terminal
import Timing
import Transport

/// One console on one terminal: keys in, frames out, the monitor behind it.
///
/// Everything that happens is one input of the model; the screen is drawn once after each batch of inputs,
/// and never waits: a terminal that doesn't take a frame gets the next one instead.
@MainActor
final class ConsoleSession {
    /// How it came to its end.
    enum End: Equatable {
        /// The program ends with this exit code.
        case exit(Int32)
        /// The registrar goes on without a console.
        case detached
    }

    private let line: any ConsoleLine
    private let themes: ThemeLibrary
    let screen: Screen
    private let events: TerminalEvents
    private let letters: Letters
    private let saves: SaveDesk
    private let obstacleToDetach: () -> String?
    private let choices: ChoicesKeeper
    private var model: ConsoleModel
    private var theme: Theme
    private var isLagging = false
    private var nextTick: Timestamp
    private var lastTick = Timestamp.zero
    private var heldUntil = Timestamp.zero
    /// How many times the model has heard that the other end is away.
    private var losses = 0

    /// What the monitor has said and the model hasn't heard.
    private final class Letters: Sendable {
        let updates = Mutex<[LinkUpdate]>([])
        /// What has come of orders to save.
        let saves = Mutex<[(order: Int, report: SaveReport)]>([])
        /// What could not be done for it.
        let failures = Mutex<[String]>([])
    }

    /// Opens the terminal.
    ///
    /// - Parameters:
    ///   - stage: the phones of the tour, where they play.
    ///   - obstacleToDetach: why the console can't leave the registrar alone; nil if it can.
    init(
        settings console: ScreenSettings,
        line: any ConsoleLine,
        themes: ThemeLibrary,
        theme: Theme,
        choices: ChoicesKeeper,
        stage: TourStage? = nil,
        obstacleToDetach: @escaping () -> String?,
    ) throws(HostError) {
        self.line = line
        self.themes = themes
        self.theme = theme
        self.choices = choices
        self.obstacleToDetach = obstacleToDetach
        var options = Terminal.ScreenOptions()
        options.usesColour = !console.noColor
        options.ascii = console.ascii
        do throws(TerminalError) {
            screen = try Screen(options)
            events = try TerminalEvents(screen: screen)
        } catch {
            throw HostError(error.description, exitCode: 69)
        }
        model = ConsoleModel(
            settings: ConsoleSettings(
                glyphs: screen.glyphs,
                isReadOnly: console.readOnly,
                themes: themes.choices,
                theme: themes.name(console, choices.preferences),
                view: StartView(rawValue: console.view) ?? .overview,
                filter: console.filter,
                at: console.at,
                preferences: choices.preferences,
                keys: console.keys.map,
                isThemeGiven: console.theme != nil,
                preferencesPath: choices.path,
                stage: stage
            ),
            size: screen.size
        )
        screen.useMouse(model.usesMouse)
        letters = Letters()
        nextTick = SystemClock.read().timestamp
        let wake = events.wakeUp
        let letters = letters
        saves = SaveDesk(line: line) { order, report in
            letters.saves.withLock { $0.append((order, report)) }
            wake.wake()
        }
        if !console.record.isEmpty { try beginRecording(console.record) }
        line.begin { update in
            letters.updates.withLock { $0.append(update) }
            wake.wake()
        }
        if let note = screen.note { line.notice(.warning, note) }
        if let problem = choices.problem { fail(problem) }
    }

    /// Says what could not be done, as soon as the console listens.
    private func fail(_ sentence: String) {
        letters.failures.withLock { $0.append(sentence) }
        events.wakeUp.wake()
    }

    /// Runs until the operator leaves or the terminal is lost; gives the terminal back.
    func run() -> End {
        let end = loop()
        saves.stop()
        // Whoever writes one may not come to take it away.
        if case .exit = end { PartialFiles.discard() }
        screen.endRecording()
        let printed = screen.restore()
        choices.finish()
        if case .exit(let code) = end {
            line.leave(code)
            if code != 129, !printed.isEmpty {
                for line in printed.suffix(20) { StandardStream.error.write("regtop: \(line)") }
            }
        } else {
            line.leave(0)
        }
        return end
    }

    /// Lets go of the terminal for good: nothing of this process keeps it open any more.
    func release() { screen.release() }

    /// A list that is still being sorted or searched is asked for again after this time.
    private static let partialTick = Interval.milliseconds(200)
    /// A tick's own drawing waits so long for the window that the tick has asked for, so that both are one frame.
    private static let frameHold = Interval.milliseconds(30)

    /// When the model is to hear of the time again.
    private var tickTime: Timestamp {
        model.isPartial ? min(nextTick, lastTick + Self.partialTick) : nextTick
    }

    private func loop() -> End {
        if let end = feed([.resize(screen.size), .tick]) { return end }
        while true {
            let now = SystemClock.read().timestamp
            let isHeld = model.isAsking && now < heldUntil
            if !isHeld { draw() }
            let next = isHeld ? min(tickTime, heldUntil) : tickTime
            let happened = events.wait(timeoutMilliseconds: max(0, (next - now).milliseconds + 1))
            var inputs: [ConsoleInput] = []
            for event in happened {
                switch event {
                case .keys(let keys): inputs += keys.map { .key($0) }
                case .resize(let size): inputs.append(.resize(size))
                case .woken: break
                case .printed(let lines): inputs.append(.stdoutLines(logged(lines)))
                case .gone: return .exit(129)
                case .signal(let number):
                    if let end = answer(number) { return end }
                }
            }
            let updates = letters.updates.withLock { letters in
                defer { letters = [] }
                return letters
            }
            // What an operator does is drawn at once.
            if !inputs.isEmpty { heldUntil = .zero }
            inputs += updates.map { .link($0) }
            let saved = letters.saves.withLock { letters in
                defer { letters = [] }
                return letters
            }
            inputs += saved.map { .saved($0.order, $0.report) }
            let failures = letters.failures.withLock { failures in
                defer { failures = [] }
                return failures
            }
            inputs += failures.map { .failed($0) }
            let then = SystemClock.read().timestamp
            if then >= tickTime {
                lastTick = then
                nextTick = Timestamp(nanoseconds: (then.second + 1) * 1_000_000_000)
                if inputs.isEmpty { heldUntil = then + Self.frameHold }
                inputs.append(.tick)
            }
            if let end = feed(inputs) { return end }
        }
    }

    /// Signals by the terminal's manners: what can't be meant as a key is answered; the registrar goes on.
    private func answer(_ signal: Int32) -> End? {
        switch signal {
        case SIGHUP: return .exit(129)
        case SIGTERM: return .exit(0)
        case SIGINT: return feed([.key(.control("c"))])
        case SIGQUIT: return .exit(0)
        case SIGCONT:
            screen.invalidate()
            return nil
        case SIGUSR2:
            if let found = themes.theme(model.theme) { theme = found.theme }
            screen.invalidate()
            return nil
        case SIGTSTP: return feed([.key(.control("z"))])
        default:
            return nil
        }
    }

    private func feed(_ inputs: [ConsoleInput]) -> End? {
        for input in inputs {
            if case .link(.lost) = input { losses += 1 }
            for effect in model.update(input, at: SystemClock.read()) {
                switch effect {
                case .send(let request): line.send(request, losses: losses)
                case .quit(let code): return .exit(code)
                case .detach:
                    guard let obstacle = obstacleToDetach() else { return .detached }
                    line.notice(.warning, obstacle)
                case .suspend: suspend()
                case .redraw: screen.invalidate()
                case .copy(let text): screen.copy(text)
                case .record(let path, let replacing):
                    if let event = record(path, replacing: replacing) { tell(event) }
                case .keep(let preferences): keep(preferences)
                case .useMouse(let isOn): screen.useMouse(isOn)
                case .save(let order): saves.begin(order)
                case .stopSaving: saves.stop()
                case .setTheme(let name):
                    if let found = themes.theme(name) {
                        theme = found.theme
                        screen.invalidate()
                    }
                }
            }
        }
        return nil
    }

    /// Tells the model what came of a recording, which asks for nothing more.
    func tell(_ event: RecordingEvent) { _ = feed([.recording(event)]) }

    private func keep(_ preferences: Preferences) {
        let (letters, wake) = (letters, events.wakeUp)
        choices.keep(preferences) { sentence in
            letters.failures.withLock { $0.append(sentence) }
            wake.wake()
        }
    }

    /// Stops this process until the shell brings it back; the registrar is another one.
    private func suspend() {
        for line in screen.restore() { StandardStream.error.write("regtop: \(line)") }
        TerminalEvents.stopUntilContinued()
        do throws(TerminalError) {
            try screen.resume()
        } catch {
            screen.markGone()
        }
    }

    private func draw() {
        if let sentence = screen.takeRecordingEnd() { tell(.ended(sentence)) }
        let outcome = screen.draw(model.draw(at: SystemClock.read()), theme: theme)
        let lags = outcome == .skipped
        guard lags != isLagging else { return }
        isLagging = lags
        _ = model.update(.lag(lags), at: SystemClock.read())
    }

    /// What something printed while the screen was ours belongs into the log.
    private func logged(_ lines: [String]) -> [String] {
        for line in lines { self.line.notice(.warning, line) }
        return lines
    }
}

/// The host's name as the title shows it.
enum HostName {
    /// Up to the first dot.
    static var short: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.split(separator: ".").first.map(String.init) ?? "localhost"
    }
}

/// The operator's time zone.
enum LocalTime {
    /// Seconds east of UTC, now.
    static var utcOffset: Interval {
        var now = time(nil)
        var parts = tm()
        localtime_r(&now, &parts)
        return .seconds(parts.tm_gmtoff)
    }
}
