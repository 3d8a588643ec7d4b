import BindingTable
import Cells
import Console
import ConsoleLink
import Monitor
import Registrar
import SIPDigest
import SIPMessage
import SIPTransaction
import Simulation
import Timing

/// The whole program on a virtual clock: simulated phones on a virtual network, one registrar core, the
/// monitor and the console. No socket, no thread, no sleep: time passes in `run` only, keys come by `press`.
///
/// It does by hand what the host's threads do (design §4): batches of 64 into the core, each answered message
/// to the monitor, a tick of the console at each whole second, commands by way of the operator desk.
final class World {
    /// The instant at which a world begins: a whole second, as the console's ticks are.
    static let start = ClockReading(
        timestamp: Timestamp(nanoseconds: 1_000_000_000_000),
        wall: WallTime(secondsSince1970: 1_790_000_000)
    )
    /// Where the registrar listens.
    static let registrar = Endpoint(address: IPAddress(ipv4: 0xc000_020a), port: 5_060)
    /// Most messages that the registrar takes at a time, as the host does.
    static let batch = 64

    let state: RegistrarState
    let desk: OperatorDesk
    let monitor: Monitor
    /// Who speaks with the registrar.
    var handsets: Handsets
    var crowd: Crowd?
    var flood: Flood?
    /// How fast the registrar is, and how much waits in front of it.
    var inbox = Inbox()
    /// All that the registrar has answered, in order.
    private(set) var spoken: [Spoken] = []
    private(set) var now = World.start.timestamp

    // The console's side, see World+Console.swift.
    var model: ConsoleModel
    var session: LinkSession
    let welcome: Welcome
    /// What the console wanted done outside of itself besides asking: quit, theme, redraw.
    var effects: [ConsoleEffect] = []
    /// The verbs of the commands that reached the desk.
    var performed: [OperatorVerb] = []
    /// The audit trail: each line with the number of bindings that were there when it was written.
    var auditTrail: [(record: AuditRecord, bindings: Int)] = []

    /// Keys that were pressed since the operator began to count.
    var presses = 0
    /// What the world is made of; what changes in it is taken when the settings are read anew.
    var plan: Plan

    private var core: RegistrarCore
    private let worker: DigestWorker
    private var toRegistrar: LossyNetwork
    private var toPhones: LossyNetwork
    private var expiryAt = World.start.timestamp
    private var tickAt = World.start.timestamp

    /// A world at its beginning, with the console attached.
    init(_ plan: Plan = Plan()) throws {
        worker = try DigestWorker(lane: 250)
        let start = World.start.timestamp
        handsets = Handsets(domain: plan.domain, seed: plan.seed)
        if plan.crowd > 0 {
            crowd = Crowd(count: plan.crowd, domain: plan.domain, seed: plan.seed, now: start)
        }
        let accounts = plan.accounts(beside: crowd?.population.accounts ?? [])
        state = RegistrarState(
            table: BindingTable(seed: plan.seed),
            policy: PolicyBox(Policy(domains: [try plan.domain(accounts, using: worker)])),
            verifier: DigestVerifier(
                mint: NonceMint(secret: (1, 2), epoch: 3, lifetime: plan.nonceLifetime),
                window: NonceCountWindow(capacity: 4_096)
            )
        )
        core = try RegistrarCore(state, replyBytes: 1 << 20)
        desk = OperatorDesk(state)
        monitor = Monitor(table: state.table, startedAt: World.start)
        toRegistrar = LossyNetwork(seed: plan.seed, conditions: plan.network)
        toPhones = LossyNetwork(seed: plan.seed &+ 1, conditions: plan.network)
        welcome = plan.welcome
        session = LinkSession(readOnlyBecause: plan.readOnlyBecause)
        self.plan = plan
        var preferences = Preferences()
        preferences.hasSeenTour = true
        model = ConsoleModel(
            settings: ConsoleSettings(
                isReadOnly: plan.readOnlyBecause != nil,
                view: plan.view,
                preferences: preferences,
                stage: plan.stage
            ),
            size: plan.size
        )
        input(.link(.welcome(welcome)))
    }

    /// Both clocks now.
    var clock: ClockReading {
        ClockReading(timestamp: now, wall: World.start.wall(at: now))
    }

    /// Digests that the registrar has made.
    var digestCount: UInt64 { core.digestCount }

    // MARK: Time

    /// Lets so many seconds pass.
    func run(seconds: Int) { run(until: now + .seconds(seconds)) }

    /// Lets time pass until something is so, second by second; false if it never became so.
    func run(atMost seconds: Int, until isSo: () -> Bool) -> Bool {
        for _ in 0..<seconds where !isSo() { run(seconds: 1) }
        return isSo()
    }

    /// Lets time pass until nothing is on its way between phones and registrar.
    func settle() {
        while let arrival = [toRegistrar.nextArrival, toPhones.nextArrival].compactMap({ $0 }).min() {
            run(until: arrival)
        }
    }

    /// Lets time pass until an instant.
    func run(until end: Timestamp) {
        var next = nextMoment
        while next <= end {
            now = max(now, next)
            turn()
            next = nextMoment
        }
        now = end
    }

    private var nextMoment: Timestamp {
        let moments = [
            handsets.nextDeadline, crowd?.nextDeadline, flood?.nextDeadline, toRegistrar.nextArrival,
            toPhones.nextArrival, inbox.nextServing, expiryAt, tickAt,
        ]
        return moments.reduce(.distantFuture) { min($0, $1 ?? .distantFuture) }
    }

    /// Everything that is due now, in the order of a message's way.
    private func turn() {
        var sent: [Datagram] = []
        handsets.tick(now: now, using: worker, into: &sent)
        crowd?.tick(now: now, using: worker, into: &sent)
        flood?.tick(now: now, into: &sent)
        for datagram in toPhones.arrivals(now: now) {
            handsets.receive(datagram, now: now, using: worker, into: &sent)
            crowd?.receive(datagram, now: now, using: worker, into: &sent)
        }
        for datagram in sent { toRegistrar.send(datagram, now: now) }
        for datagram in toRegistrar.arrivals(now: now) { inbox.take(datagram) }
        serve()
        if expiryAt <= now { advanceCore() }
        guard tickAt <= now else { return }
        tickAt = Timestamp(nanoseconds: (now.second + 1) * 1_000_000_000)
        if state.policy.pruneBlocks(at: now) { tellBlocks() }
        advanceAct()
        input(.tick)
    }

    // MARK: The registrar

    /// One batch through the core; the replies leave when it is done with all of it.
    private func serve() {
        let batch = inbox.nextBatch(World.batch, now: now)
        guard !batch.isEmpty else { return }
        var replies: [Datagram] = []
        for datagram in batch { handle(datagram, into: &replies) }
        core.noteBatch(count: batch.count, capacity: World.batch, socketDrops: inbox.drops, at: now)
        for reply in replies { toPhones.send(reply, now: max(now, inbox.busyUntil)) }
    }

    /// Time passes for the registrar; its own requests leave as replies do.
    private func advanceCore() {
        var requests = OutgoingRequests()
        expiryAt = core.advance(to: clock, requests: &requests)
        for index in 0..<requests.count {
            requests.withRequest(at: index) { bytes, destination, path in
                var path = path
                path.source = destination
                let copy = bytes.withUnsafeBufferPointer { Array($0) }
                toPhones.send(Datagram(bytes: copy, path: path), now: now)
            }
        }
    }

    private func handle(_ datagram: Datagram, into replies: inout [Datagram]) {
        var path = datagram.path
        path.at = now
        var reply: [UInt8] = []
        let handling = core.handle(datagram.bytes.span, from: path, clock: clock, reply: &reply)
        if handling.isAdvanceWanted { expiryAt = now }
        inbox.spend(handling.end, on: path.source.address)
        guard handling.end == .replied else { return }
        monitor.receiveExchange(
            handling.exchange,
            request: datagram.bytes.span,
            reply: reply.span,
            at: now
        )
        spoken.append(Spoken(request: datagram.bytes, reply: reply, exchange: handling.exchange))
        path.source = handling.destination
        replies.append(Datagram(bytes: reply, path: path))
    }

    /// An act that is done a few bindings at a time goes on, once a second here.
    private func advanceAct() {
        let progress = desk.advance(to: clock) { records in
            for record in records { auditTrail.append((record, bindings.count)) }
            return true
        } end: {
            auditTrail.append(($0, bindings.count))
        }
        if let progress { input(.link(.progress(progress))) }
    }

    /// The monitor takes in what has changed, and sorts it.
    func bringMonitorUpToDate() {
        var turns = 0
        while monitor.pull(limit: 4_096, at: now) || monitor.advance(to: now), turns < 1_000 { turns += 1 }
    }

    /// Reads the accounts anew, as the host does.
    func reload() -> ReloadReport {
        let accounts = plan.accounts(beside: crowd?.population.accounts ?? [])
        guard let domain = try? plan.domain(accounts, using: worker) else {
            return ReloadReport(refusal: "the accounts can't be read")
        }
        state.policy.reload(Policy(domains: [domain]))
        return ReloadReport(changes: ["accounts: changed"])
    }

    /// The monitor hears of the blocks as they are.
    func tellBlocks() {
        monitor.receive(.blocks(state.policy.current.blocks.all(at: now)), at: now)
    }

    // MARK: What is true

    /// All bindings that are in force.
    var bindings: [Binding] {
        var found: [Binding] = []
        for index in 0..<BindingTable.partitionCount {
            state.table.withPartition(at: index) { partition in
                var facts: [BindingFacts] = []
                var slot: UInt32? = 0
                while let from = slot {
                    slot = partition.visit(from: from, limit: 1_000) { facts.append($0) }
                }
                found += facts.filter { $0.expiresAt > now }.compactMap { partition.binding($0.id) }
            }
        }
        return found
    }

    /// The bindings of a user that are in force.
    func bindings(of user: String) -> [Binding] {
        state.table.bindings(of: Array("\(user)@\(handsets.domain)".utf8), at: now)
    }
}
