import BindingTable
import ConsoleLink
import Dispatch
import Glibc
import Monitor
import Registrar
import Synchronization
import Timing
import Transport

/// The monitor on its thread: rings and dirty bindings in, windows and outcomes out.
///
/// It never holds a loop up: rings are read as far as it has time, bindings are pulled in slices, and a
/// console gets at most one answer for each question.
final class MonitorService: Sendable {
    /// A console at the other end: where its updates go.
    struct Console: Sendable {
        var id: Int
        var welcome: Welcome
        var deliver: @Sendable (LinkUpdate) -> Void
    }

    private struct Inbox {
        var requests: [(console: Int, request: LinkRequest)] = []
        var events: [MonitorEvent] = []
        var consoles: [Console] = []
        var departures: [Int] = []
        var openDomains: [String]?
        var isStopping = false
    }

    private let inbox = Mutex(Inbox())
    private let wake: WakeUp
    private let rings: [ExchangeRing]
    private let desk: OperatorDesk
    private let policy: PolicyBox
    private let audit: AuditLog
    private let log: @Sendable (MonitorEvent) -> Void
    private let thread = Mutex<LoopThread?>(nil)
    private let reloader = Mutex<Reloader?>(nil)

    /// Reads the settings anew, elsewhere, and says what came of it; never waited for.
    typealias Reloader = @Sendable (@escaping @Sendable (ReloadReport) -> Void) -> Void

    /// A monitor over the rings of all loops; `log` gets every notice and audit line as well.
    init(
        table: BindingTable,
        rings: [ExchangeRing],
        desk: OperatorDesk,
        policy: PolicyBox,
        audit: AuditLog,
        limits: MonitorLimits,
        log: @escaping @Sendable (MonitorEvent) -> Void,
    ) throws(HostError) {
        self.rings = rings
        self.desk = desk
        self.policy = policy
        self.audit = audit
        self.log = log
        wake = WakeUp()
        let started = SystemClock.read()
        do {
            let thread = try LoopThread(name: "regtop-monitor") { [self] in
                let monitor = Monitor(table: table, limits: limits, startedAt: started)
                MonitorTurn(service: self, monitor: monitor).run()
            }
            self.thread.withLock { $0 = thread }
        } catch {
            throw HostError("\(error)", exitCode: 1)
        }
    }

    /// Something for the log, the audit view or the block list.
    func post(_ event: MonitorEvent) {
        log(event)
        inbox.withLock { $0.events.append(event) }
        wake.raise()
    }

    /// Welcomes a console; its updates come through `deliver`, on the monitor's thread.
    func attach(_ console: Console) {
        inbox.withLock { $0.consoles.append(console) }
        wake.raise()
    }

    /// Forgets a console.
    func detach(_ id: Int) {
        inbox.withLock { $0.departures.append(id) }
        wake.raise()
    }

    /// A console's request.
    func submit(_ request: LinkRequest, from console: Int) {
        inbox.withLock { $0.requests.append((console, request)) }
        wake.raise()
    }

    /// What a console's wish to read the settings anew is answered by.
    func onReload(_ reloader: @escaping Reloader) {
        self.reloader.withLock { $0 = reloader }
    }

    /// Other domains than before take registrations without a password: all consoles are told.
    func tell(openDomains: [String]) {
        inbox.withLock { $0.openDomains = openDomains }
        wake.raise()
    }

    /// Ends the thread.
    func stop() {
        inbox.withLock { $0.isStopping = true }
        wake.raise()
        thread.withLock { $0 }?.join()
    }

    // MARK: On the monitor's thread

    /// What one turn of the thread works with; lives on the thread only.
    private final class MonitorTurn {
        private let service: MonitorService
        private let monitor: Monitor
        private var audience = Audience()
        private var sessions: [Int: MonitorSession] = [:]

        init(service: MonitorService, monitor: Monitor) {
            self.service = service
            self.monitor = monitor
        }

        func run() {
            while true {
                let isBusy = work()
                let letters = service.inbox.withLock { inbox in
                    defer { inbox = Inbox() }
                    return inbox
                }
                if letters.isStopping { return }
                for id in letters.departures {
                    audience.leave(id)
                    sessions[id] = nil
                }
                for console in letters.consoles { audience.join(console) }
                if let open = letters.openDomains { audience.tell(openDomains: open) }
                let now = SystemClock.read()
                for event in letters.events { take(event, at: now.timestamp) }
                for letter in letters.requests {
                    guard let console = audience[letter.console] else { continue }
                    answer(letter.request, to: console, now: now)
                }
                // With nobody looking, the rings are large enough for a lazy reader.
                if !isBusy { service.wake.wait(milliseconds: audience.consoles.isEmpty ? 200 : 50) }
            }
        }

        private func take(_ event: MonitorEvent, at now: Timestamp) {
            monitor.receive(event, at: now)
            if case .notice(let notice) = event { audience.hear(notice) }
        }

        /// One slice of reading and sorting; true if more waits.
        private func work() -> Bool {
            var more = false
            let now = SystemClock.read().timestamp
            for ring in service.rings {
                let count = ring.drain(limit: 512) { exchange, request, reply in
                    monitor.receiveExchange(exchange, request: request, reply: reply, at: now)
                }
                more = more || count == 512
                let losses = ring.takeLosses()
                if losses > 0 { monitor.receive(.gap(losses), at: now) }
            }
            if monitor.pull(limit: 4_096, at: now) { more = true }
            if monitor.advance(to: now) { more = true }
            for failure in monitor.takeFailures(at: now) { service.log(.notice(failure)) }
            return more
        }

        private func answer(_ request: LinkRequest, to console: Console, now: ClockReading) {
            switch request {
            case .query(let query, let serial):
                var window = monitor.answer(
                    query,
                    for: &sessions[console.id, default: MonitorSession(keepsEndedRows: false)],
                    at: now.timestamp
                )
                let drain = service.policy.current.drain
                window.drain = drain.flatMap { $0.isInForce(at: now.timestamp) ? $0 : nil }
                console.deliver(.window(window, serial: serial))
            case .preview(let command, let serial):
                let outcome = service.desk.preview(command, clock: now)
                console.deliver(.preview(outcome, serial: serial))
            case .previewMatching(let filter, var command, let serial):
                command.verb = command.verb.onto(monitor.targets(matching: filter, at: now.timestamp))
                let outcome = service.desk.preview(command, clock: now)
                console.deliver(.preview(outcome, serial: serial))
            case .perform(let command, let serial):
                perform(command, serial: serial, for: console, now: now)
            case .reload(let serial):
                reload(serial: serial, for: console, now: now)
            }
        }

        /// An act like any other: recorded first. The reading itself is done elsewhere, for it may take long.
        private func reload(serial: UInt64, for console: Console, now: ClockReading) {
            func refuse(_ why: String) {
                console.deliver(.reloaded(ReloadReport(refusal: why), serial: serial))
            }
            if let reason = console.welcome.readOnlyBecause { return refuse("read-only: \(reason)") }
            guard let reloader = service.reloader.withLock({ $0 }) else {
                return refuse("there is no settings file behind this registrar")
            }
            let record = AuditRecord(
                at: now.wall,
                by: console.welcome.you,
                action: "reload",
                object: "settings",
                result: "to be read anew",
                reason: ""
            )
            do throws(HostError) {
                try write(record, at: now)
            } catch {
                return refuse(error.description)
            }
            reloader { console.deliver(.reloaded($0, serial: serial)) }
        }

        /// The audit line first, then the act; an act that can't be recorded is not done.
        private func perform(
            _ command: OperatorCommand,
            serial: UInt64,
            for console: Console,
            now: ClockReading,
        ) {
            if let reason = console.welcome.readOnlyBecause {
                console.deliver(.outcome(CommandOutcome(refusal: "read-only: \(reason)"), serial: serial))
                return
            }
            var problem: HostError?
            var outcome = service.desk.perform(command, clock: now) { records in
                do throws(HostError) {
                    for record in records { try write(record, at: now) }
                    return true
                } catch {
                    problem = error
                    return false
                }
            }
            if let problem { outcome.refusal = problem.description }
            monitor.receive(.blocks(service.policy.current.blocks.all(at: now.timestamp)), at: now.timestamp)
            console.deliver(.outcome(outcome, serial: serial))
        }

        private func write(_ record: AuditRecord, at now: ClockReading) throws(HostError) {
            try service.audit.append(record)
            service.log(.audit(record))
            monitor.receive(.audit(record), at: now.timestamp)
        }
    }
}

extension OperatorVerb {
    /// The same verb for other bindings; verbs that take none stay as they are.
    func onto(_ targets: [BindingTarget]) -> OperatorVerb {
        switch self {
        case .expire: .expire(targets)
        case .evict(_, let refuseFor): .evict(targets, refuseFor: refuseFor)
        case .block, .unblock, .drain, .undo: self
        }
    }
}
