import BindingTable
import Glibc
import Logging
import Timing
import Transport

/// `regtop serve`: the registrar without a screen.
public struct DaemonRun {
    private let settings: Settings
    private let reread: @Sendable () throws -> Settings

    /// A run with these settings; `reread` gives them anew on SIGHUP.
    public init(settings: Settings, reread: @escaping @Sendable () throws -> Settings) {
        self.settings = settings
        self.reread = reread
    }

    /// Serves until SIGTERM or SIGINT; returns the exit code. Throws what keeps it from starting.
    public func run() throws -> Int32 {
        let signals = BlockedSignals([SIGTERM, SIGINT, SIGHUP])
        let environment = Environment.known
        let notifier = ServiceNotifier(environment: environment)
        let log = try LogWriter(settings.log, environment: environment)
        defer { log.stop() }
        let logger = log.logger
        _ = try RegistrarService.addresses(settings)
        let durable = try DurableState(settings)
        let service = try RegistrarService(
            settings: settings,
            audit: durable.audit,
            durable: durable,
            reread: reread,
            logLosses: { log.lost },
            log: { logger.log($0) }
        )
        defer { service.stop() }
        let control = try ControlServer(path: durable.directory.socket, settings.control, service)
        let pulse = ServicePulse(notifier) { [weak service] in service?.statusLine ?? "" }
        if notifier.isWanted { service.monitor.onTurn { pulse.beat(at: $0) } }
        for listener in service.listeners { StandardStream.error.write("regtop: ready on \(listener)") }
        notifier.ready(service.statusLine)
        return Self.serve(service, control, until: signals, log: log, notifier: notifier, reread: reread)
    }

    /// Serves until SIGTERM or SIGINT, and returns the exit code; SIGHUP reads the settings anew and begins the log
    /// file anew.
    static func serve(
        _ service: RegistrarService,
        _ control: ControlServer?,
        until signals: BlockedSignals,
        log: LogWriter?,
        notifier: ServiceNotifier,
        reread: () throws -> Settings,
    ) -> Int32 {
        while true {
            switch signals.wait() {
            case SIGHUP:
                let now = SystemClock.read().timestamp
                notifier.reloading(monotonicMicroseconds: now.nanoseconds / 1_000)
                log?.reopen()
                reload(service, reread)
                notifier.ready(service.statusLine)
            case let signal:
                let name = signal == SIGTERM ? "SIGTERM" : "SIGINT"
                notifier.stopping()
                service.notice(.info, "stopping on \(name)")
                control?.stop("the registrar was stopped by \(name)")
                return 0
            }
        }
    }

    /// The settings as they are now, or all as before and the reason why.
    private static func reload(_ service: RegistrarService, _ reread: () throws -> Settings) {
        do {
            try service.reload(reread())
        } catch {
            let sentence = (error as? HostError)?.description ?? "\(error)"
            service.notice(.error, "\(sentence); the settings read before stay in force")
        }
    }
}

/// Signals that wait until they are asked for; blocked in every thread started afterwards.
struct BlockedSignals {
    private var set = sigset_t()

    init(_ signals: [Int32]) {
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// The next of them.
    func wait() -> Int32 {
        var set = set
        var signal: Int32 = 0
        while sigwait(&set, &signal) != 0 {}
        return signal
    }
}

extension Logger {
    /// A line of the monitor's log or of the audit trail; the writer makes it safe.
    func log(_ event: MonitorEvent) {
        switch event {
        case .notice(let notice):
            log(level: Level(notice.level), "\(notice.text)")
        case .audit(let record):
            // Its tabs are for programs; here people read.
            notice("audit: \(String(AuditLog.line(record).map { $0 == "\t" ? " " : $0 }))")
        case .exchange, .call, .gap, .blocks:
            break
        }
    }
}

extension Logger.Level {
    /// The same level in the log's words.
    init(_ level: Notice.Level) {
        switch level {
        case .debug: self = .debug
        case .info: self = .info
        case .warning: self = .warning
        case .error: self = .error
        }
    }
}

/// What Host asks of the process's environment.
enum Environment {
    /// Those of the variables named here that are set.
    static var known: [String: String] {
        var result: [String: String] = [:]
        for name in [
            "HOME", "XDG_STATE_HOME", "STATE_DIRECTORY", "SSH_CLIENT", "SSH_CONNECTION", "JOURNAL_STREAM",
            "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
        ] {
            if let value = getenv(name) { result[name] = String(cString: value) }
        }
        return result
    }
}
