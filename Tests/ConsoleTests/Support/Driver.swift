internal import BindingTable
import Cells
import ConsoleLink
import Monitor
import Timing

@testable import Console

/// Drives a console by key strings against a world that answers at once.
struct Driver {
    var model: ConsoleModel
    var world: World
    var now = Samples.start
    /// Everything that was sent and was no query.
    private(set) var acts: [LinkRequest] = []
    /// Effects that are not sent: quit, theme, redraw.
    private(set) var effects: [ConsoleEffect] = []
    /// What the journal has been asked for.
    private(set) var histories: [HistoryQuery] = []
    /// How many windows have been asked for.
    private(set) var queries = 0
    /// Updates are kept until `deliver`.
    var isHolding = false
    private var held: [LinkUpdate] = []

    init(
        _ size: Size = Size(width: 80, height: 24),
        view: StartView = .bindings,
        ascii: Bool = false,
        readOnly: Bool = false,
        filter: String = "",
        at: String = "",
        world: World = World(),
        open: [String] = [],
        keys: KeyMap = .standard,
        preferences: Preferences = Preferences(),
        filters: [String: String] = [:],
        stage: TourStage? = nil,
        isNew: Bool = false,
        themes: [ThemeChoice] = ["ansi", "mono", "contrast", "okabe"].map {
            ThemeChoice(name: $0, summary: "the \($0) theme")
        },
    ) {
        var preferences = preferences
        if !filters.isEmpty { preferences.filters = filters }
        preferences.hasSeenTour = !isNew
        model = ConsoleModel(
            settings: ConsoleSettings(
                glyphs: ascii ? .ascii : .unicode,
                isReadOnly: readOnly,
                themes: themes,
                theme: "ansi",
                view: view,
                filter: filter,
                at: at,
                preferences: preferences,
                keys: keys,
                stage: stage
            ),
            size: size
        )
        self.world = world
        input(.link(.welcome(Samples.welcome(open: open))))
    }

    /// Gives the console an input and answers what it asks.
    mutating func input(_ input: ConsoleInput) {
        var queue = [input]
        while !queue.isEmpty {
            for effect in model.update(queue.removeFirst(), at: now) {
                guard case .send(let request) = effect else {
                    effects.append(effect)
                    continue
                }
                let update = answer(request)
                if isHolding { held.append(update) } else { queue.append(.link(update)) }
            }
        }
    }

    private mutating func answer(_ request: LinkRequest) -> LinkUpdate {
        switch request {
        case .query(let query, let serial):
            queries += 1
            return .window(world.window(query, at: now.timestamp), serial: serial)
        case .preview(let command, let serial):
            acts.append(request)
            return .preview(world.preview(command), serial: serial)
        case .previewMatching(let filter, let command, let serial):
            acts.append(request)
            return .preview(world.preview(matching: filter, command), serial: serial)
        case .reload(let serial):
            acts.append(request)
            return .reloaded(world.reload, serial: serial)
        case .history(let query, let serial):
            histories.append(query)
            return .history(world.history(query), serial: serial)
        case .replay(let time, let serial):
            acts.append(request)
            return .replay(world.replay(at: time), serial: serial)
        case .statistics(let serial):
            return .statistics([], serial: serial)
        case .values(let query, let serial):
            return .values(world.values(query), serial: serial)
        case .acts(let serial):
            return .acts(world.acts(at: now.timestamp), serial: serial)
        case .explain(_, let serial):
            return .explanation(ExplainAnswer(lines: ["no rule"], canRegister: true), serial: serial)
        case .route(let query, let serial):
            return .route(world.route(query, at: now.timestamp), serial: serial)
        case .messages(_, let serial):
            return .messages(MessagesPage(at: now.timestamp), serial: serial)
        case .perform(let command, let serial):
            acts.append(request)
            return .outcome(world.perform(command, at: now.timestamp), serial: serial)
        }
    }

    /// The choices that were last to be kept.
    var kept: Preferences? {
        effects.compactMap { if case .keep(let preferences) = $0 { preferences } else { nil } }.last
    }

    /// Lets what was held arrive.
    mutating func deliver() {
        isHolding = false
        let updates = held
        held = []
        for update in updates { input(.link(update)) }
    }

    /// Presses keys: `⏎ ⎋ ⇥ ⇤ ␣ ⌫ ↑ ↓ ← → ⇞ ⇟`, `⌃x` for Ctrl, else the character itself.
    mutating func press(_ keys: String) {
        var scalars = keys.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            switch scalar {
            case "⏎": input(.key(.enter))
            case "⎋": input(.key(.escape))
            case "⇥": input(.key(.tab))
            case "⇤": input(.key(.backTab))
            case "␣": input(.key(" "))
            case "⌫": input(.key(.backspace))
            case "↑": input(.key(.up))
            case "↓": input(.key(.down))
            case "←": input(.key(.left))
            case "→": input(.key(.right))
            case "⇞": input(.key(.pageUp))
            case "⇟": input(.key(.pageDown))
            case "⌃": if let letter = scalars.next() { input(.key(.control(letter))) }
            default: input(.key(.character(scalar)))
            }
        }
    }

    /// So many seconds pass, a tick each.
    mutating func wait(_ seconds: Int) {
        for _ in 0..<seconds {
            now = ClockReading(timestamp: now.timestamp + .seconds(1), wall: now.wall + .seconds(1))
            input(.tick)
        }
    }

    var grid: CellGrid { model.draw(at: now) }
    var screen: String { grid.text }
    var lines: [String] { screen.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
    /// A sentence stands on the screen, whether it is broken into lines or not.
    func says(_ sentence: String) -> Bool {
        screen.split { " \n".contains($0) }.joined(separator: " ").contains(sentence)
    }

    /// The line for messages above the key bar.
    var messageLine: String { lines.count > 1 ? lines[lines.count - 2] : "" }
    var keyBar: String { lines.last ?? "" }
    /// The row of the cursor's list line.
    var cursorLine: String { lines.first { $0.hasPrefix("▸") || $0.hasPrefix(">") } ?? "" }

    /// What was performed, as verbs.
    var performed: [OperatorCommandWord] {
        var words: [OperatorCommandWord] = []
        for case .perform(let command, _) in acts {
            switch command.verb {
            case .expire(let targets): words.append(.expire(targets.count, command.reason))
            case .evict(let targets, let interval):
                words.append(.evict(targets.count, interval?.seconds, command.reason))
            case .block(_, let interval): words.append(.block(interval?.seconds))
            case .unblock: words.append(.unblock)
            case .drain(let isOn, let interval): words.append(.drain(isOn, interval?.seconds))
            case .undo: words.append(.undo)
            case .abort: words.append(.abort)
            }
        }
        return words
    }

    enum OperatorCommandWord: Equatable {
        case expire(Int, String)
        case evict(Int, Int?, String)
        case block(Int?)
        case drain(Bool, Int?)
        case unblock, undo, abort
    }
}
