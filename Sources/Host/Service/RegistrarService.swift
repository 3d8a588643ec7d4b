import BindingTable
import ConsoleLink
import Monitor
import Registrar
import SIPDigest
import SIPMessage
import Simulation
import Storage
import Synchronization
import Timing
import Transport

/// The registrar at work: listeners, loops, bindings, policy and the monitor over them.
final class RegistrarService: Sendable {
    /// What is listened on, with real ports.
    let listeners: [Listener]
    /// When it started.
    let startedAt: ClockReading
    let monitor: MonitorService
    let audit: AuditLog
    let state: RegistrarState

    let udp: UDPServer<CommitResult>?
    let streams: StreamServer<CommitResult>?
    /// Rings and counters of the loops.
    let cores: LoopCores
    /// What takes calls, if a domain has them.
    let proxy: ProxyService
    /// Lines that the log has lost.
    let logLosses: @Sendable () -> UInt64
    private let pages: MetricsEndpoint?
    private let current: Mutex<Current>
    private let housekeeping: Housekeeping
    private let demo: DemoPopulation?
    private let reread: (@Sendable () throws -> Settings)?
    private let refusals = Mutex(ConnectionRefusals())
    /// Held until all is committed.
    private let durable: DurableState?
    private let kept: KeptRules?

    /// What a reload replaces.
    struct Current: Sendable {
        var settings: Settings
        var openDomains: [String]
        var accountsFiles: [String: AccountsFile]
    }

    /// Bytes of the ring from each loop to the monitor.
    static let ringBytes = 8 << 20

    /// Opens the listeners and starts the loops; throws the first thing that is wrong, with nothing left open.
    ///
    /// - Parameters:
    ///   - durable: where bindings are kept, if they are; what it holds is in the table before anything listens.
    ///   - reread: gives the settings as they are now, for consoles that want them read anew.
    init(
        settings: Settings,
        audit: AuditLog,
        durable: DurableState? = nil,
        demo: DemoPopulation? = nil,
        reread: (@Sendable () throws -> Settings)? = nil,
        logLosses: @escaping @Sendable () -> UInt64 = { 0 },
        log: @escaping @Sendable (MonitorEvent) -> Void,
    ) throws(HostError) {
        startedAt = SystemClock.read()
        self.audit = audit
        let addresses = try Self.addresses(settings)
        let abuse = try AbusePolicy(settings.security)
        let built = try PolicyBuilder(settings: settings, listeners: addresses, demo: demo).build()
        let store = durable?.store
        let state = Self.state(policy: built.policy, store: store, isDemo: demo != nil)
        self.state = state
        self.durable = durable
        var lines: [Restart.Line] = []
        if let store {
            let grace = Interval.seconds(settings.store.grace)
            lines = try Restart(store, into: state, grace: grace, at: startedAt).lines
            kept = KeptRules(store, state.policy, at: startedAt.timestamp)
        } else {
            kept = nil
        }
        self.demo = demo
        self.reread = reread
        let loops = Self.loopCount(settings)
        let udpAddresses = addresses.filter { $0.transport == .udp }
        let streamAddresses = addresses.filter { $0.transport != .udp }
        let udpLoops = udpAddresses.isEmpty ? 0 : loops
        self.logLosses = logLosses
        let cores = LoopCores(
            state: state,
            count: udpLoops + (streamAddresses.isEmpty ? 0 : 1),
            settings: settings
        )
        self.cores = cores
        try cores.check()
        // Before anything runs that would have to be stopped.
        pages = try settings.metrics.map { text throws(HostError) in try MetricsEndpoint(text) }
        do {
            udp = udpAddresses.isEmpty ? nil : try cores.startUDP(udpAddresses, loops: udpLoops)
            streams = streamAddresses.isEmpty ? nil : try cores.startStreams(streamAddresses, after: udpLoops)
        } catch {
            throw HostError("\(error)", exitCode: 1)
        }
        listeners = (udp?.listeners ?? []) + (streams?.listeners ?? [])
        proxy = ProxyService(
            state,
            listeners: listeners,
            inbox: cores.inbox,
            ways: ProxyWays(udp: udp, streams: streams),
            lane: cores.rings.count
        )
        if built.policy.hasCalls { try proxy.start() }
        var limits = MonitorLimits()
        limits.attemptBytes = settings.limits.attempts << 20
        limits.abuse = abuse
        // Seconds since 2026 began: no earlier process has come so far, and the number is short enough to type.
        let firstAct = UInt64(clamping: startedAt.wall.secondsSince1970 - 1_767_225_600)
        let desk = OperatorDesk(
            state,
            waitsForStore: settings.store.onFailure == "refuse",
            firstAct: firstAct
        )
        monitor = try MonitorService(
            table: state.table,
            rings: cores.rings,
            calls: proxy.ring,
            desk: desk,
            audit: audit,
            store: store,
            kept: kept,
            limits: limits,
            log: log
        )
        current = Mutex(
            Current(settings: settings, openDomains: built.openDomains, accountsFiles: built.accountsFiles)
        )
        housekeeping = Housekeeping()
        for line in lines { notice(line.level, line.text) }
        for warning in built.warnings + certificateWarnings { notice(.warning, warning) }
        if let store { try start(store) }
        account()
        pages?.open(monitor)
        if let warning = pages?.warning { notice(.warning, warning) }
        if reread != nil {
            monitor.onReload { [weak self] done in self?.requestReload(done) }
        }
        monitor.onExplain { [weak self] in
            self?.explain($0) ?? ExplainAnswer(refusal: "the registrar is stopping")
        }
        monitor.onRoute { [state, place = proxy.place] in
            RouteAnswer($0, in: state, place: place, at: SystemClock.read().timestamp)
        }
        housekeeping.start(watching: built.accountsFiles.keys.sorted() + settings.tls.paths) { [weak self] in
            self?.secondPassed(filesChanged: $0)
        }
    }

    /// Starts the storage thread; changes that have come since the listeners were opened wait for it.
    private func start(_ store: BindingStore) throws(HostError) {
        let routes = CommitRoutes(to: (udp?.mailboxes ?? []) + (streams?.mailboxes ?? [])) {
            [weak monitor] in monitor?.settle($0)
        }
        do throws(StorageError) {
            try store.start(table: state.table) { routes.deliver($0, $1) }
        } catch {
            throw HostError("\(error)", exitCode: 1)
        }
        monitor.post(.blocks(state.policy.current.blocks.all(at: startedAt.timestamp)))
    }

    private var certificateWarnings: [String] {
        guard let expires = streams?.certificateExpires else { return [] }
        return [TLSSettings.warning(expires: expires, now: SystemClock.read().wall)].compactMap { $0 }
    }

    /// How the store is doing; nil without one.
    var storeHealth: StoreHealth? { durable?.store?.health }
    /// Bindings outlive the process.
    var keepsBindings: Bool { durable?.store != nil }

    /// Domains that take registrations without a password.
    var openDomains: [String] { current.withLock { $0.openDomains } }

    /// Takes new settings, all or nothing: domains, accounts, rules, rates and limits of messages. What runs goes
    /// on: listeners, connections, bindings, blocks and a drain. Returns what has changed, which the log says too.
    @discardableResult
    func reload(_ settings: Settings) throws(HostError) -> [String] {
        let old = current.withLock { $0 }
        let built = try PolicyBuilder(
            settings: settings,
            listeners: Self.addresses(settings),
            demo: demo,
            before: old.accountsFiles
        ).build()
        let abuse = try AbusePolicy(settings.security)
        let tls = settings.tls
        do throws(TransportError) {
            if let files = tls.files { try streams?.reload(files) }
            try streams?.reload(authorities: tls.authorities, showing: tls.files)
        } catch {
            throw HostError(error.description, exitCode: 1)
        }
        // Before a loop hands anything over.
        if built.policy.hasCalls { try proxy.start() }
        state.policy.reload(built.policy)
        monitor.adopt(abuse)
        current.withLock {
            $0 = Current(
                settings: settings,
                openDomains: built.openDomains,
                accountsFiles: built.accountsFiles
            )
        }
        housekeeping.watch(built.accountsFiles.keys.sorted() + settings.tls.paths)
        let changes = SettingsDifference(
            from: old.settings,
            to: settings,
            accounts: built.accountsFiles.mapValues(\.change)
        ).lines
        let count = built.policy.domains.count
        let domains = count == 1 ? "1 domain" : "\(count) domains"
        let nothing = changes.isEmpty ? ", nothing has changed" : ""
        notice(.info, "settings and accounts read anew: \(domains)\(nothing)")
        for change in changes { notice(.info, "changed: \(change)") }
        let warnings = built.warnings + certificateWarnings
        for warning in warnings { notice(.warning, warning) }
        monitor.tell(openDomains: built.openDomains)
        return changes + warnings.map { "warning: \($0)" }
    }

    /// A console's wish; done apart from the monitor's thread, for an accounts file may be large.
    private func requestReload(_ done: @escaping @Sendable (ReloadReport) -> Void) {
        housekeeping.perform { [weak self] in self?.reload(answering: done) }
    }

    /// What the policy in force, blocks and drain included, makes of a request.
    private func explain(_ query: ExplainQuery) -> ExplainAnswer {
        do throws(HostError) {
            let now = SystemClock.read().timestamp
            let found = try AccessExplanation(running: state.policy.current, query, at: now) { aor in
                !state.table.bindings(of: aor, at: now).isEmpty
            }
            return ExplainAnswer(lines: found.lines, canRegister: found.canRegister)
        } catch {
            return ExplainAnswer(refusal: error.description)
        }
    }

    /// The settings as they are now, or all as before and the reason why.
    private func reload(answering done: @Sendable (ReloadReport) -> Void) {
        guard let reread else { return }
        do {
            done(ReloadReport(changes: try reload(reread())))
        } catch {
            let sentence = (error as? HostError)?.description ?? "\(error)"
            notice(.error, "\(sentence); what was read before stays in force")
            done(ReloadReport(refusal: sentence))
        }
    }

    /// A line for the log.
    func notice(_ level: Notice.Level, _ text: String) {
        monitor.post(.notice(Notice(at: SystemClock.read().timestamp, level: level, text: text)))
    }

    /// Ends the loops after what they have in hand, commits what they have changed, then ends the monitor.
    func stop() {
        housekeeping.stop()
        pages?.stop()
        proxy.stop()
        udp?.stop()
        streams?.stop()
        kept?.keep(at: SystemClock.read().timestamp)
        durable?.store?.close()
        monitor.stop()
    }

    private func secondPassed(filesChanged: Bool) {
        let now = SystemClock.read().timestamp
        if state.policy.pruneBlocks(at: now) {
            monitor.post(.blocks(state.policy.current.blocks.all(at: now)))
        }
        let counters = streams?.counters.map(\.facts) ?? []
        if let line = refusals.withLock({ $0.line(counters, at: now) }) { notice(.warning, line) }
        if state.policy.pruneDrain(at: now) {
            notice(.info, "the drain has ended: newcomers may register again")
        }
        kept?.keep(at: now)
        guard filesChanged else { return }
        do throws(HostError) {
            try reload(current.withLock { $0.settings })
        } catch {
            notice(.error, "\(error.description); what was read before stays in force")
        }
    }

    // MARK: Parts

    static func addresses(_ settings: Settings) throws(HostError) -> [ListenAddress] {
        guard !settings.listen.isEmpty else {
            throw HostError("no listener; give --listen udp:HOST:PORT", exitCode: 2)
        }
        var addresses: [ListenAddress] = []
        for text in settings.listen {
            do throws(TransportError) {
                addresses.append(try ListenAddress(parsing: text))
            } catch {
                throw HostError(error.description, exitCode: 2)
            }
        }
        return addresses
    }

    /// With a store the table's seed and the secret are those of its first start: ids, hashes and temporary GRUUs mean
    /// what they meant.
    private static func state(policy: Policy, store: BindingStore?, isDemo: Bool) -> RegistrarState {
        var random = SystemRandomNumberGenerator()
        return RegistrarState(
            table: BindingTable(seed: store?.identity.tableSeed ?? random.next()),
            policy: PolicyBox(policy),
            verifier: DigestVerifier(
                random: &random,
                secret: store.flatMap { words(of: $0.identity.secret) },
                lifetime: isDemo ? Population.nonceLifetime : .seconds(300)
            ),
            store: store
        )
    }

    /// The first 128 bits of a secret; nil if it has fewer.
    static func words(of secret: [UInt8]) -> (UInt64, UInt64)? {
        guard secret.count >= 16 else { return nil }
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        return (word(secret[..<8]), word(secret[8..<16]))
    }

    /// One loop on up to two cores, half the cores beyond, at most 8.
    private static func loopCount(_ settings: Settings) -> Int {
        guard settings.limits.loops == 0 else { return settings.limits.loops }
        return min(8, max(1, Processors.count / 2))
    }
}
