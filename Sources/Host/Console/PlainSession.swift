import Cells
import Console
import ConsoleLink
import Glibc
import Synchronization
import Terminal
import Timing
import Transport

/// A linear console on standard input and output: no curses, no escape sequences, and no need of a terminal.
@MainActor
final class PlainSession {
    /// What another thread has for this one.
    private enum Letter: Sendable {
        case update(LinkUpdate)
        case line(String)
        case endOfInput
    }

    private let line: any ConsoleLine
    private let events: TerminalEvents
    private let letters = Letters()
    private let output = StandardOutput()
    private var model: PlainModel
    /// Lines that the model has no room for yet.
    private var lines: [String] = []
    private let canStop: Bool
    private var losses = 0
    private var nextTick = SystemClock.read().timestamp

    /// Letters that wait before the reader of input does.
    private nonisolated static let mostLetters = 500

    private final class Letters: Sendable {
        let all = Mutex<[Letter]>([])
    }

    /// Begins to listen at both ends.
    ///
    /// - Parameter canStop: `^Z` stops only this console, and no registrar with it.
    init(settings console: ScreenSettings, line: any ConsoleLine, canStop: Bool) throws(HostError) {
        self.line = line
        self.canStop = canStop
        var settings = PlainSettings()
        settings.isReadOnly = console.readOnly
        settings.ascii = console.ascii || !Self.speaksUTF8
        // The overview is what a screen begins with; without one it would only be in the way.
        settings.view = console.view == "overview" ? "" : console.view
        settings.filter = console.filter
        model = PlainModel(settings: settings)
        do throws(TerminalError) { events = try TerminalEvents(screen: nil) } catch {
            throw HostError(error.description, exitCode: 1)
        }
        let (wake, letters) = (events.wakeUp, letters)
        do throws(TransportError) {
            _ = try LoopThread(name: "regtop-input") {
                Self.read { letter in
                    // A pipe that brings more than can be done waits.
                    while letters.all.withLock({ $0.count }) > Self.mostLetters { usleep(20_000) }
                    letters.all.withLock { $0.append(letter) }
                    wake.wake()
                }
            }
        } catch {
            throw HostError(error.description, exitCode: 1)
        }
        line.begin { update in
            letters.all.withLock { $0.append(.update(update)) }
            wake.wake()
        }
    }

    /// Runs until somebody says so, or nobody reads any more; returns the exit code.
    func run() -> Int32 {
        let code = loop()
        line.leave(code)
        return code
    }

    private func loop() -> Int32 {
        while true {
            let now = SystemClock.read().timestamp
            let happened = events.wait(timeoutMilliseconds: max(0, (nextTick - now).milliseconds + 1))
            for case .signal(let number) in happened {
                if let code = answer(number) { return code }
            }
            for letter in takeLetters() {
                switch letter {
                case .update(let update): if let code = feed(.link(update)) { return code }
                case .line(let text): lines.append(text)
                // Ctrl-D at a terminal is good-bye; a pipe that has given all its commands goes on to be told.
                case .endOfInput: if isatty(STDIN_FILENO) == 1 { return 0 }
                }
            }
            while !lines.isEmpty, !model.isFull {
                if let code = feed(.line(lines.removeFirst())) { return code }
            }
            let then = SystemClock.read().timestamp
            if then >= nextTick {
                nextTick = Timestamp(nanoseconds: (then.second + 1) * 1_000_000_000)
                if let code = feed(.tick) { return code }
            }
            do throws(HostError) { try output.flush() } catch { return error.exitCode }
        }
    }

    /// What has come; nothing while there are lines enough to be done.
    private func takeLetters() -> [Letter] {
        letters.all.withLock { letters in
            let isBusy = lines.count > Self.mostLetters
            let taken = isBusy ? letters.filter { if case .update = $0 { true } else { false } } : letters
            letters = isBusy ? letters.filter { if case .update = $0 { false } else { true } } : []
            return taken
        }
    }

    private func answer(_ signal: Int32) -> Int32? {
        switch signal {
        case SIGHUP: return 129
        case SIGINT: return 130
        case SIGTERM, SIGQUIT: return 0
        case SIGTSTP:
            if canStop { TerminalEvents.stopUntilContinued() }
            return nil
        default: return nil
        }
    }

    private func feed(_ input: PlainInput) -> Int32? {
        if case .link(.lost) = input { losses += 1 }
        for effect in model.update(input, at: SystemClock.read()) {
            switch effect {
            case .line(let text):
                do throws(HostError) { try output.line(text) } catch { return error.exitCode }
            case .send(let request): line.send(request, losses: losses)
            case .quit(let code):
                do throws(HostError) { try output.flush() } catch { return error.exitCode }
                return code
            }
        }
        return nil
    }

    // MARK: Input

    /// A longer line is no command.
    private nonisolated static let longestLine = 4_096

    /// Reads lines until there are no more.
    private nonisolated static func read(_ take: (Letter) -> Void) {
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            for byte in buffer.prefix(count) {
                if byte == 0x0a {
                    if line.last == 0x0d { line.removeLast() }
                    take(.line(String(decoding: line, as: UTF8.self)))
                    line.removeAll(keepingCapacity: true)
                } else if line.count < longestLine {
                    line.append(byte)
                }
            }
        }
        if !line.isEmpty { take(.line(String(decoding: line, as: UTF8.self))) }
        take(.endOfInput)
    }

    /// The operator's locale is one of UTF-8.
    private static var speaksUTF8: Bool {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"]
        let set = names.lazy.compactMap { getenv($0).map { String(cString: $0) } }.first { !$0.isEmpty }
        let name = (set ?? "").lowercased()
        return name.hasSuffix("utf-8") || name.hasSuffix("utf8")
    }
}
