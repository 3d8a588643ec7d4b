import BindingTable
import ConsoleLink
import Monitor
import SIPMessage
import Timing
import Transport

/// All that metrics are made of, at one moment. A value: what becomes of it is decided without a clock or a socket.
struct Statistics {
    /// One network loop.
    struct Loop {
        /// `udp0`, `stream0`.
        var name: String
        var facts: LoopCounters.Facts
        var replies: ReplyCounters.Facts
        /// Percent of its ring that is unread.
        var ringFill: Int
    }

    var totals = Totals()
    var consoles = 0
    /// Seconds since 1970.
    var startedAt: Double = 0
    /// Seconds of processor time, and bytes in RAM.
    var cpuSeconds = 0.0, residentBytes: UInt64 = 0
    var logLost: UInt64 = 0
    var loops: [Loop] = []
    /// Open connections by transport.
    var connections: [TransportKind: Int] = [:]
    /// Bindings by transport, addresses of record, tombstones.
    var bindings: [TransportKind: Int] = [:]
    var addressesOfRecord = 0, tombstones = 0
    var changes: [Cause: UInt64] = [:]
    var blocks = 0, isDraining = false
    /// How requests that are passed on have ended, and percent of the proxy's ring that is unread.
    var calls = CallCounters.Facts(), callRingFill = 0
    /// Nil without a store.
    var store: StoreHealth?

    /// Every metric of the table, in its order; those of a store only where there is one.
    var metrics: [Metric] {
        MetricName.allCases.compactMap { name in
            process(name) ?? people(name) ?? traffic(name) ?? calling(name) ?? loop(name)
                ?? stored(name)
        }
    }

    private func process(_ name: MetricName) -> Metric? {
        switch name {
        case .buildInfo: name.metric([([Version.text], 1)])
        case .startTime: name.metric(startedAt)
        case .cpu: name.metric(cpuSeconds)
        case .memory: name.metric(Double(residentBytes))
        case .loops:
            name.metric(
                ["udp", "stream"].map { kind in
                    ([kind], Double(loops.count { $0.name.hasPrefix(kind) }))
                }
            )
        case .consoles: name.metric(Double(consoles))
        case .logLost: name.metric(Double(logLost))
        default: nil
        }
    }

    private func people(_ name: MetricName) -> Metric? {
        switch name {
        case .bindings: name.metric(byTransport(bindings))
        case .addressesOfRecord: name.metric(Double(addressesOfRecord))
        case .tombstones: name.metric(Double(tombstones))
        case .behindNAT: name.metric(Double(totals.natted))
        case .ipv6: name.metric(Double(totals.ipv6))
        case .peak: name.metric(Double(totals.peak))
        case .ending: name.metric(Double(totals.dyingSoon))
        case .missedBeats: name.metric(Double(totals.missedBeats))
        case .outages: name.metric(Double(totals.outages))
        case .reachability: name.metric(reachability)
        case .registrations:
            name.metric([
                (["new"], count(.registered)), (["refreshed"], count(.refreshed)), (["moved"], count(.moved)),
                (["unregistered"], count(.unregistered)),
            ])
        case .removals:
            name.metric(
                Cause.allCases.filter(\.isRemoval).map { ([Self.word($0)], count($0)) }
            )
        case .restored: name.metric(count(.restored))
        case .rolledBack: name.metric(count(.rolledBack))
        default: nil
        }
    }

    private func traffic(_ name: MetricName) -> Metric? {
        switch name {
        case .replies: name.metric(replies)
        case .retransmissions: name.metric(sum { $0.replies.repeated })
        case .shed: name.metric(sum { $0.replies.shed })
        case .attempts:
            name.metric(totals.verdicts.map { ([$0.verdict.word.lowercased()], Double($0.count)) })
        case .replyDelay:
            name.metric([
                (["0.5"], Self.seconds(totals.delayP50)), (["0.99"], Self.seconds(totals.delayP99)),
                (["1"], Self.seconds(totals.delayMaximum)),
            ])
        case .attemptsKept: name.metric(Double(totals.attemptsKept))
        case .monitorBytes: name.metric(Double(totals.monitorBytes))
        case .exchangesLost: name.metric(Double(totals.exchangesLost))
        case .sampling: name.metric(Double(totals.sampling))
        case .blocks: name.metric(Double(blocks))
        case .draining: name.metric(isDraining ? 1 : 0)
        default: nil
        }
    }

    private func calling(_ name: MetricName) -> Metric? {
        switch name {
        case .calls:
            name.metric(
                CallVerdict.allCases.map { ([$0.codingWord, "invite"], Double(calls.calls[$0] ?? 0)) }
                    + CallVerdict.allCases.map { ([$0.codingWord, "other"], Double(calls.others[$0] ?? 0)) }
            )
        case .callsOpen: name.metric(Double(calls.open))
        case .callsDropped: name.metric(Double(calls.dropped))
        case .callsUnsent: name.metric(Double(calls.unsent))
        case .callsRingFill: name.metric(Double(callRingFill) / 100)
        default: nil
        }
    }

    private func loop(_ name: MetricName) -> Metric? {
        switch name {
        case .received: name.metric(each { $0.received })
        case .receivedBytes: name.metric(each { $0.receivedBytes })
        case .wakeUps: name.metric(each { $0.batches })
        case .keepAlives: name.metric(each { $0.keepAlives })
        case .unusable: name.metric(each { $0.unusable })
        case .socketDrops: name.metric(each { $0.socketDrops })
        case .sent: name.metric(each { $0.sent })
        case .sendErrors: name.metric(each { $0.sendErrors })
        case .sendDrops: name.metric(each { $0.sendDrops })
        case .ringFill: name.metric(loops.map { ([$0.name], Double($0.ringFill) / 100) })
        case .connections:
            name.metric(byTransport(connections).filter { $0.labels != [TransportKind.udp.name] })
        case .connectionsRefused:
            name.metric([
                (["limit"], sum { $0.facts.refusedTooMany }),
                (["limit_per_source"], sum { $0.facts.refusedPerSource }),
                (["handshake"], sum { $0.facts.failedHandshakes }),
                (["upgrade"], sum { $0.facts.failedUpgrades }),
            ])
        default: nil
        }
    }

    private func stored(_ name: MetricName) -> Metric? {
        guard let store else { return nil }
        return switch name {
        case .storeUp: name.metric(store.trouble == nil ? 1 : 0)
        case .storeQueued: name.metric(Double(store.queued))
        case .storeCommits: name.metric(Double(store.commits))
        case .storeChanges: name.metric(Double(store.changes))
        case .storeFailures: name.metric(Double(store.failures))
        case .storeLast: name.metric(Double(store.lastMicroseconds) / 1_000_000)
        case .storeLongest: name.metric(Double(store.longestMicroseconds) / 1_000_000)
        case .storeSize: name.metric(Double(store.bytes))
        case .historyLines: name.metric(Double(store.historyLines))
        case .historyOldest: name.metric(Double(store.historySince))
        default: nil
        }
    }

    // MARK: Values

    private func count(_ cause: Cause) -> Double { Double(changes[cause] ?? 0) }

    private func sum(_ value: (Loop) -> UInt64) -> Double {
        Double(loops.reduce(0) { $0 &+ value($1) })
    }

    private func each(_ value: (LoopCounters.Facts) -> UInt64) -> [(labels: [String], value: Double)] {
        loops.map { ([$0.name], Double(value($0.facts))) }
    }

    private func byTransport(_ counts: [TransportKind: Int]) -> [(labels: [String], value: Double)] {
        TransportKind.allCases.map { ([$0.name], Double(counts[$0] ?? 0)) }
    }

    private var replies: [(labels: [String], value: Double)] {
        var sums: [UInt16: UInt64] = [:]
        for loop in loops { sums.merge(loop.replies.byStatus) { $0 &+ $1 } }
        return sums.sorted { $0.key < $1.key }.map { (["\($0.key)"], Double($0.value)) }
    }

    private var reachability: [(labels: [String], value: Double)] {
        let numbers = totals.liveness
        return [
            (["connected"], Double(numbers.connected)), (["disconnected"], Double(numbers.disconnected)),
            (["answering"], Double(numbers.answering)), (["never_answered"], Double(numbers.neverAnswered)),
            (["stopped_answering"], Double(numbers.stoppedAnswering)), (["ghost"], Double(numbers.ghosts)),
        ]
    }

    private static func seconds(_ microseconds: Int) -> Double { Double(microseconds) / 1_000_000 }

    /// A cause as a label's value.
    static func word(_ cause: Cause) -> String {
        cause == .silent ? "silent" : String(cause.text.map { $0 == " " ? "_" : $0 })
    }
}
