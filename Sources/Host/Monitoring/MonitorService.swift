import BindingTable
public import ConsoleLink
import Dispatch
import Glibc
import Monitor
public import Registrar
import Storage
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
        /// Bindings that one act may name by a filter.
        var mostTargets = Int.max
        var deliver: @Sendable (LinkUpdate) -> Void
    }

    struct Inbox {
        var requests: [(console: Int, request: LinkRequest)] = []
        var events: [MonitorEvent] = []
        var consoles: [Console] = []
        var departures: [Int] = []
        var abuse: AbusePolicy?
        var openDomains: [String]?
        /// Lines of the audit trail from before the start.
        var earlier: [AuditRecord] = []
        /// Tickets of acts that the store has given back.
        var settled: [CommitResult] = []
        var pasts: [BuiltPast] = []
        var readers: [@Sendable ([Metric]) -> Void] = []
        var isStopping = false
    }

    let inbox = Mutex(Inbox())
    let wake: WakeUp
    let rings: [ExchangeRing]
    let calls: CallRing?
    let desk: OperatorDesk
    let audit: AuditLog
    let store: BindingStore?
    let kept: KeptRules?
    let log: @Sendable (MonitorEvent) -> Void
    private let thread = Mutex<LoopThread?>(nil)
    let reloader = Mutex<Reloader?>(nil)
    let history: Mutex<HistoryService?>
    let explainer = Mutex<Explainer?>(nil)
    let router = Mutex<Router?>(nil)
    let accountant = Mutex<Accountant?>(nil)
    let heartbeat = Mutex<Heartbeat?>(nil)

    /// Reads the settings anew, elsewhere, and says what came of it; never waited for.
    typealias Reloader = @Sendable (@escaping @Sendable (ReloadReport) -> Void) -> Void

    /// Says what the rules in force make of a request that may come.
    typealias Explainer = @Sendable (ExplainQuery) -> ExplainAnswer

    /// Says what a call that may come would come to; quick.
    typealias Router = @Sendable (RouteQuery) -> RouteAnswer

    /// Makes all counters and gauges of what the monitor has counted and how many consoles there are; quick.
    typealias Accountant = @Sendable (Totals, _ consoles: Int) -> [Metric]

    /// Is told in every turn of the thread that it turns; quick.
    typealias Heartbeat = @Sendable (Timestamp) -> Void

    /// A monitor over the rings of all loops and that of the proxy; `log` gets every notice and audit line as well.
    init(
        table: BindingTable,
        rings: [ExchangeRing],
        calls: CallRing? = nil,
        desk: OperatorDesk,
        audit: AuditLog,
        store: BindingStore? = nil,
        kept: KeptRules? = nil,
        limits: MonitorLimits,
        log: @escaping @Sendable (MonitorEvent) -> Void,
    ) throws(HostError) {
        self.rings = rings
        self.calls = calls
        self.desk = desk
        self.audit = audit
        self.store = store
        history = Mutex(store.map { HistoryService(HistoryReader(path: $0.path)) })
        self.kept = kept
        self.log = log
        inbox.withLock { $0.earlier = audit.tail(limits.auditLines) }
        wake = WakeUp()
        let started = SystemClock.read()
        do {
            let thread = try LoopThread(name: "regtop-monitor") { [self] in
                let monitor = Monitor(table: table, limits: limits, startedAt: started)
                monitor.utcOffset = LocalTime.utcOffset
                MonitorTurn(service: self, monitor: monitor, clocks: ClockWatch(started)).run()
            }
            self.thread.withLock { $0 = thread }
        } catch {
            throw HostError("\(error)", exitCode: 1)
        }
    }

    /// How the store is doing; nil without one.
    var storeHealth: StoreHealth? { store?.health }

    /// A ticket of an operator's act came back from the store.
    func settle(_ result: CommitResult) {
        inbox.withLock { $0.settled.append(result) }
        wake.raise()
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

    /// Blocks by this policy from now on.
    func adopt(_ policy: AbusePolicy) {
        inbox.withLock { $0.abuse = policy }
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

    /// Another history than the store's is what consoles are told.
    func onHistory(_ history: HistoryService) {
        self.history.withLock { $0 = history }
    }

    /// A moment of the past is built, or not.
    func deliver(_ past: BuiltPast) {
        inbox.withLock { $0.pasts.append(past) }
        wake.raise()
    }

    /// What a console's question about the rules is answered by.
    func onExplain(_ explainer: @escaping Explainer) {
        self.explainer.withLock { $0 = explainer }
    }

    /// What a console's question about a call is answered by.
    func onRoute(_ router: @escaping Router) {
        self.router.withLock { $0 = router }
    }

    /// What consoles' wishes for statistics, and `statistics`, are answered by.
    func onStatistics(_ accountant: @escaping Accountant) {
        self.accountant.withLock { $0 = accountant }
    }

    /// What is told that the thread turns.
    func onTurn(_ heartbeat: @escaping Heartbeat) {
        self.heartbeat.withLock { $0 = heartbeat }
    }

    /// Hands all counters and gauges to `reader`, on the monitor's thread; never if it ends before.
    func statistics(_ reader: @escaping @Sendable ([Metric]) -> Void) {
        inbox.withLock { $0.readers.append(reader) }
        wake.raise()
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
}

extension OperatorDesk: CommandDesk {}
