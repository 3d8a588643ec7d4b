import BindingTable
import ConsoleLink
import Dispatch
import Glibc
import Monitor
import Registrar
import Storage
import Synchronization
import Timing
import Transport

extension MonitorService {
    /// What one turn of the thread works with; lives on the thread only.
    final class MonitorTurn {
        let service: MonitorService
        let monitor: Monitor
        var audience = Audience()
        /// The act that is done a few bindings at a time, as far as this thread has told of it.
        var told = ToldAct()
        private var sessions: [Int: LinkSession] = [:]
        private var pasts = PastViews()
        /// The abuse policy acts as an operator does.
        private var policyLink = LinkSession(readOnlyBecause: nil)
        private var clocks: ClockWatch
        private var storeWatch = StoreWatch()

        init(service: MonitorService, monitor: Monitor, clocks: ClockWatch) {
            self.service = service
            self.monitor = monitor
            self.clocks = clocks
        }

        func run() {
            while true {
                let isBusy = work()
                let letters = service.inbox.withLock { inbox in
                    defer { inbox = Inbox() }
                    return inbox
                }
                if letters.isStopping { return stopAct(SystemClock.read()) }
                for id in letters.departures {
                    audience.leave(id)
                    sessions[id] = nil
                    pasts.leave(id)
                }
                for console in letters.consoles { join(console) }
                if let policy = letters.abuse { monitor.policy = policy }
                if let open = letters.openDomains { audience.tell(openDomains: open) }
                let now = SystemClock.read()
                for record in letters.earlier { monitor.receive(.audit(record), at: now.timestamp) }
                watchStore(at: now.timestamp)
                for result in letters.settled { settle(result, now) }
                service.heartbeat.withLock { $0 }?(now.timestamp)
                for event in letters.events { take(event, at: now.timestamp) }
                if let jump = clocks.jump(at: now) { tell(jump, at: now.timestamp) }
                for past in letters.pasts { show(past) }
                for letter in letters.requests {
                    guard let console = audience[letter.console] else { continue }
                    answer(letter.request, to: console, now: now)
                }
                advanceAct(SystemClock.read())
                for notice in told.takeNotices(at: now.timestamp) {
                    tell(notice.text, ofConsole: notice.console, at: now.timestamp)
                }
                for reader in letters.readers { reader(metrics(at: now.timestamp)) }
                // With nobody looking, the rings are large enough for a lazy reader.
                if !isBusy { service.wake.wait(milliseconds: audience.consoles.isEmpty ? 200 : 50) }
            }
        }

        /// What of an act the store could not keep is taken back, and everybody is told: the outcome said otherwise.
        private func settle(_ result: CommitResult, _ now: ClockReading) {
            let completion = service.desk.complete(
                result.token,
                committed: result.committed,
                at: now.timestamp
            )
            guard case .takenBack(let act) = completion else { return }
            let bindings = act.bindings == 1 ? "1 binding" : "\(act.bindings) bindings"
            let record = AuditRecord(
                at: now.wall,
                by: act.by,
                action: act.word,
                object: bindings,
                result: "taken back: the store could not keep it",
                reason: act.reason
            )
            if write(record) == nil { monitor.receive(.audit(record), at: now.timestamp) }
            let text =
                "\(act.word) of \(bindings) by \(act.by.short) was taken back: the store could not keep it"
            say(Notice(at: now.timestamp, level: .error, text: text), at: now.timestamp)
        }

        private func watchStore(at now: Timestamp) {
            guard let store = service.store, let notice = storeWatch.look(store.health, at: now) else {
                return
            }
            say(notice, at: now)
        }

        private func take(_ event: MonitorEvent, at now: Timestamp) {
            monitor.receive(event, at: now)
            if case .notice(let notice) = event { audience.hear(notice) }
        }

        /// Somebody has set the clock: bindings live by the other one, so all that changes is what is written.
        private func tell(_ jump: Interval, at now: Timestamp) {
            let seconds = abs(jump.milliseconds) / 1_000
            let direction = jump > .zero ? "forward" : "back"
            let text =
                "the clock was set \(direction) by \(seconds) s; bindings keep the time they were granted"
            say(Notice(at: now, level: .warning, text: text), at: now)
            // Rows have wall times, for the other clock means nothing after a restart.
            service.store?.clockWasSet(by: jump)
            service.kept?.keepAgain(at: now)
        }

        /// One slice of reading and sorting; true if more waits.
        private func work() -> Bool {
            var more = false
            let clock = SystemClock.read()
            let now = clock.timestamp
            for ring in service.rings {
                let count = ring.drain(limit: 512) { exchange, request, reply in
                    monitor.receiveExchange(exchange, request: request, reply: reply, at: now)
                }
                more = more || count == 512
                let losses = ring.takeLosses()
                if losses > 0 { monitor.receive(.gap(losses), at: now) }
            }
            if let calls = service.calls, readCalls(calls, at: now) { more = true }
            if monitor.pull(limit: 4_096, at: now) { more = true }
            if monitor.advance(to: now) { more = true }
            if pasts.advance() { more = true }
            for failure in monitor.takeFailures(at: now) { service.log(.notice(failure)) }
            raiseAlarms(clock)
            return more
        }

        /// Takes what the proxy tells; true if more waits.
        private func readCalls(_ ring: CallRing, at now: Timestamp) -> Bool {
            let count = ring.drain(limit: 512) { message, bytes, _ in
                let copy = bytes.withUnsafeBufferPointer { Array($0) }
                monitor.receive(.call(message, bytes: copy), at: now)
            }
            let losses = ring.takeLosses()
            if losses > 0 { monitor.receive(.gap(losses), at: now) }
            return count == 512
        }

        /// Says what looks like an attack, and blocks as the policy wants: by the way that operators' commands go,
        /// so that the audit trail, the list of blocks and undo know of it.
        private func raiseAlarms(_ clock: ClockReading) {
            let (notices, blocks) = monitor.takeAlarms(at: clock.timestamp)
            for notice in notices { say(notice, at: clock.timestamp) }
            for block in blocks {
                let command = OperatorCommand(
                    verb: .block(.source(block.source), for: block.length),
                    reason: block.reason,
                    by: .policy
                )
                let update = answer(.perform(command, serial: 0), in: &policyLink, clock)
                guard case .outcome(let outcome, _) = update else { continue }
                let what =
                    outcome.refusal.map { "\(block.source) is not blocked: \($0)" }
                    ?? "\(block.source) is blocked by policy: \(block.reason)"
                say(Notice(at: clock.timestamp, level: .warning, text: what), at: clock.timestamp)
            }
        }

        private func say(_ notice: Notice, at now: Timestamp) {
            service.log(.notice(notice))
            take(.notice(notice), at: now)
        }

        private func answer(_ request: LinkRequest, to console: Console, now: ClockReading) {
            if case .reload(let serial) = request, reload(serial: serial, for: console, now: now) { return }
            if case .statistics(let serial) = request {
                return console.deliver(.statistics(metrics(at: now.timestamp), serial: serial))
            }
            let history = service.history.withLock { $0 }
            let isOfThePast = pasts.answer(request, to: console, history, service.desk.storeTrouble) {
                [service] in service.deliver($0)
            }
            if isOfThePast { return }
            if case .explain(let query, let serial) = request,
                let explainer = service.explainer.withLock({ $0 })
            {
                return console.deliver(.explanation(explainer(query), serial: serial))
            }
            if case .route(let query, let serial) = request, let router = service.router.withLock({ $0 }) {
                return console.deliver(.route(router(query), serial: serial))
            }
            let update = answer(
                request,
                in: &sessions[
                    console.id,
                    default: LinkSession(
                        readOnlyBecause: console.welcome.readOnlyBecause,
                        mostTargets: console.mostTargets
                    )
                ],
                now
            )
            console.deliver(update)
            tellAct(request, update, of: console, at: now.timestamp)
        }

        /// Whoever else looks on sees what was done, and by whom; the audit trail has it already.
        func tell(_ act: String, ofConsole id: Int?, at now: Timestamp) {
            audience.tell(Notice(at: now, level: .warning, text: act), ofConsole: id)
        }

        private func metrics(at now: Timestamp) -> [Metric] {
            let accountant = service.accountant.withLock { $0 }
            return accountant?(monitor.totals(at: now), audience.consoles.count) ?? []
        }

        /// An act like any other: recorded first. The reading itself is done elsewhere, for it may take long. False
        /// where there is nothing to read, or nobody may.
        private func reload(serial: UInt64, for console: Console, now: ClockReading) -> Bool {
            guard console.welcome.readOnlyBecause == nil, let reloader = service.reloader.withLock({ $0 })
            else { return false }
            let record = AuditRecord(
                at: now.wall,
                by: console.welcome.you,
                action: "reload",
                object: "settings",
                result: "to be read anew",
                reason: ""
            )
            if let problem = write(record) {
                console.deliver(.reloaded(ReloadReport(refusal: problem), serial: serial))
                return true
            }
            monitor.receive(.audit(record), at: now.timestamp)
            let text = ActNotice.sentence(console.welcome.you, "reads the settings anew")
            tell(text, ofConsole: console.id, at: now.timestamp)
            reloader { console.deliver(.reloaded($0, serial: serial)) }
            return true
        }

        /// A console looks at a moment of the past from now on, or is told why not.
        private func show(_ past: BuiltPast) {
            guard pasts.finish(past) else {
                // The console wants another moment by now; each request has its answer all the same.
                let report = ReplayReport(refusal: "another moment was asked for meanwhile")
                audience[past.console]?.deliver(.replay(report, serial: past.serial))
                return
            }
            audience[past.console]?.deliver(.replay(past.report, serial: past.serial))
        }

        private func answer(
            _ request: LinkRequest,
            in session: inout LinkSession,
            _ now: ClockReading,
        ) -> LinkUpdate {
            let update = session.answer(
                request,
                monitor: monitor,
                desk: service.desk,
                clock: now,
                audit: { records in self.write(records) }
            )
            if case .perform = request { service.kept?.keep(at: now.timestamp) }
            return update
        }

        /// Writes a line of the audit trail; says why it can't.
        func write(_ record: AuditRecord) -> String? { write([record]) }

        /// Writes lines of the audit trail, all at once; says why it can't.
        func write(_ records: [AuditRecord]) -> String? {
            do throws(HostError) {
                try service.audit.append(records)
                for record in records { service.log(.audit(record)) }
                return nil
            } catch {
                return error.description
            }
        }
    }
}
