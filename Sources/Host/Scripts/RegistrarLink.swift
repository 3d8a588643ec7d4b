import BindingTable
import Cells
import Console
public import ConsoleLink
import Glibc
import Monitor
public import Timing

/// A running registrar as a script meets it: one question, one answer.
public protocol RegistrarLink {
    /// What stands at the other end.
    var welcome: Welcome { get }
    /// Asks; the request is made with a serial of the link's. Throws (75) when the registrar has gone.
    func ask(_ request: (UInt64) -> LinkRequest) throws(HostError) -> LinkUpdate
}

extension RegistrarLink {
    /// A window.
    func window(_ query: WindowQuery) throws(HostError) -> Window {
        guard case .window(let window, _) = try ask({ .query(query, serial: $0) }) else {
            throw ScriptContext.strange
        }
        return window
    }

    /// What can be undone, and the act that is done a few bindings at a time.
    func acts() throws(HostError) -> ActList {
        guard case .acts(let list, _) = try ask({ .acts(serial: $0) }) else { throw ScriptContext.strange }
        return list
    }

    /// What an act would do, or what it has done.
    func outcome(of command: OperatorCommand, isDryRun: Bool) throws(HostError) -> CommandOutcome {
        switch try ask({ isDryRun ? .preview(command, serial: $0) : .perform(command, serial: $0) }) {
        case .preview(let outcome, _), .outcome(let outcome, _): return outcome
        default: throw ScriptContext.strange
        }
    }
}

/// Where a script's output goes.
public protocol ScriptSink: AnyObject {
    /// Writes bytes, perhaps later. Throws `HostError.brokenPipe` when nobody reads any more.
    func write(_ bytes: [UInt8]) throws(HostError)
    /// Writes what is held back, now.
    func flush() throws(HostError)
    /// All is written and was well.
    func finish() throws(HostError)
    /// All is written that was to be, and it was nothing: a file that stood in the place stays as it was.
    func abandon() throws(HostError)
    /// About so many rows will be written.
    func expect(_ rows: Int)
    /// A row is written.
    func noteRow()
}

extension ScriptSink {
    /// What has gone to a terminal or a pipe is there.
    public func abandon() throws(HostError) { try flush() }
    /// Nobody counts them.
    public func expect(_ rows: Int) {}
    /// Nobody counts them.
    public func noteRow() {}

    /// A line; what a terminal would obey is escaped.
    func line(_ text: String) throws(HostError) { try write(Array(SafeText(text).string.utf8) + [0x0a]) }
}

extension HostError {
    /// Nobody reads the output any more: an end like any other.
    public static var brokenPipe: HostError { HostError("", exitCode: 0) }
    /// Nothing was there to be done or shown.
    static func nothing(_ sentence: String) -> HostError { HostError(sentence, exitCode: 3) }
    /// Not allowed, or not confirmed.
    static func refused(_ sentence: String) -> HostError { HostError(sentence, exitCode: 4) }
    /// Wrong words.
    static func usage(_ sentence: String) -> HostError { HostError(sentence, exitCode: 2) }
}

/// What all scripts need: the registrar, and where output goes.
public struct ScriptContext {
    /// The registrar.
    public let link: any RegistrarLink
    /// Where output goes.
    public let output: any ScriptSink
    /// Offset from UTC of times in text.
    public let utcOffset: Interval
    /// Lets some milliseconds pass.
    let pause: (Int) -> Void
    /// Says how far something has come, where it does not stand in the way of output.
    let remark: (ProgressRemark) -> Void
    /// Somebody wants an end of it (Ctrl-C).
    let isInterrupted: () -> Bool

    /// A script over a link.
    public init(
        _ link: any RegistrarLink,
        output: any ScriptSink,
        utcOffset: Interval? = nil,
        pause: ((Int) -> Void)? = nil,
        remark: ((ProgressRemark) -> Void)? = nil,
        isInterrupted: (() -> Bool)? = nil,
    ) {
        self.remark = remark ?? { $0.write() }
        self.isInterrupted = isInterrupted ?? { Interruption.isWanted }
        self.link = link
        self.output = output
        self.utcOffset = utcOffset ?? link.welcome.utcOffset
        self.pause = pause ?? { usleep(UInt32(clamping: max(0, min($0, 3_600_000)) * 1_000)) }
    }
}

extension ScriptContext {
    var welcome: Welcome { link.welcome }

    /// The clock of an answer.
    func clock(_ at: Timestamp) -> LocalClock {
        LocalClock(
            now: ClockReading(timestamp: at, wall: welcome.clock.wall(at: at)),
            utcOffset: utcOffset
        )
    }

    /// Text of a person's as a command carries it.
    func command(_ verb: OperatorVerb, reason: String, rate: Int? = nil) -> OperatorCommand {
        OperatorCommand(verb: verb, reason: String(reason.prefix(200)), by: welcome.you, rate: rate)
    }

    /// A filter, or which column of it is wrong.
    static func filter(_ text: String, _ subject: Filter.Subject) throws(HostError) -> Filter? {
        guard text.contains(where: { $0 != " " }) else { return nil }
        do {
            return try Filter(text, for: subject)
        } catch {
            throw .usage("filter: \(error.description)")
        }
    }
}

extension ControlClient: RegistrarLink {}

/// The way from a script to the registrar that runs.
public enum ScriptConnection {
    /// Connects to the registrar of a state directory. Throws 75 if none runs there, 4 if it does not let us in.
    public static func open(_ directory: StateDirectory) throws(HostError) -> any RegistrarLink {
        try ControlClient(socket: directory.socket)
    }
}
