import BindingTable
import ConsoleLink
import Glibc
import Monitor
import Registrar
import SIPMessage
import Timing
import Transport

extension RegistrarService {
    /// Lets the monitor tell all numbers from now on.
    func account() {
        monitor.onStatistics { [weak self] totals, consoles in
            self?.statistics(totals, consoles: consoles).metrics ?? []
        }
    }

    /// All numbers now, with what the monitor has counted. Takes each lock for a moment and waits for nothing else.
    func statistics(_ totals: Totals, consoles: Int) -> Statistics {
        let now = SystemClock.read().timestamp
        let (table, policy) = (state.table, state.policy.current)
        var statistics = Statistics()
        statistics.totals = totals
        statistics.consoles = consoles
        statistics.startedAt = Double(startedAt.wall.secondsSince1970)
        (statistics.cpuSeconds, statistics.residentBytes) = ProcessUse.now
        statistics.logLost = logLosses()
        statistics.loops = loopFacts
        for path in streams?.connections ?? [] { statistics.connections[path.transport, default: 0] += 1 }
        for transport in TransportKind.allCases {
            statistics.bindings[transport] = table.count(of: transport)
        }
        statistics.addressesOfRecord = table.addressOfRecordCount
        statistics.tombstones = table.tombstoneCount
        for (cause, count) in table.changeCounts() { statistics.changes[cause] = count }
        statistics.calls = proxy.counters.facts(dropped: proxy.inbox.dropped)
        statistics.callRingFill = proxy.ring.fill
        statistics.blocks = policy.blocks.all(at: now).count
        statistics.isDraining = policy.drain?.isInForce(at: now) ?? false
        statistics.store = storeHealth
        return statistics
    }

    private var loopFacts: [Statistics.Loop] {
        let udp = (udp?.counters ?? []).enumerated().map { ("udp\($0.offset)", $0.element) }
        let streams = (streams?.counters ?? []).enumerated().map { ("stream\($0.offset)", $0.element) }
        // Cores, and so rings and replies, are numbered over both.
        return zip(udp + streams, zip(cores.rings, cores.replies)).map { loop, own in
            Statistics.Loop(
                name: loop.0,
                facts: loop.1.facts,
                replies: own.1.facts,
                ringFill: own.0.fill
            )
        }
    }
}

/// What the process takes of the machine.
enum ProcessUse {
    /// Seconds of processor time so far, and bytes of its memory that are in RAM; 0 where the system doesn't tell.
    static var now: (cpuSeconds: Double, residentBytes: UInt64) {
        var use = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &use)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
        return (seconds(use.ru_utime) + seconds(use.ru_stime), residentBytes)
    }

    private static var residentBytes: UInt64 {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(file, &bytes, bytes.count)
        let fields = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return 0 }
        return pages &* UInt64(max(0, sysconf(Int32(_SC_PAGESIZE))))
    }
}
