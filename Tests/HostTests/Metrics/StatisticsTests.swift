import BindingTable
import ConsoleLink
import Foundation
import Monitor
import SIPMessage
import Testing
import Timing
import Transport

@testable import Host

@Suite("Statistics")
struct StatisticsTests {
    private func value(_ name: MetricName, _ label: String? = nil, in metrics: [Metric]) -> Double? {
        metrics.first { $0.name == name.rawValue }?.samples
            .first { label == nil || $0.labels.first?.last == label }?.value
    }

    @Test("Every metric of the table is told, a store's only where there is one")
    func all() {
        var statistics = Statistics()
        statistics.loops = [
            Statistics.Loop(
                name: "udp0",
                facts: LoopCounters.Facts(),
                replies: ReplyCounters.Facts(),
                ringFill: 0
            )
        ]
        let without = Set(statistics.metrics.map(\.name))
        statistics.store = StoreHealth()
        #expect(statistics.metrics.map(\.name) == MetricName.allCases.map(\.rawValue))
        let stores = Set(MetricName.allCases.map(\.rawValue)).subtracting(without)
        #expect(
            stores.count == 10 && stores.allSatisfy { $0.contains("_store_") || $0.contains("_history_") }
        )
    }

    @Test("Each metric has the labels that the table names, in every sample")
    func labels() {
        var statistics = Statistics()
        var replies = ReplyCounters.Facts()
        replies.byStatus = [200: 4, 401: 1]
        statistics.loops = [
            Statistics.Loop(name: "udp0", facts: LoopCounters.Facts(), replies: replies, ringFill: 0),
            Statistics.Loop(name: "stream0", facts: LoopCounters.Facts(), replies: replies, ringFill: 50),
        ]
        statistics.store = StoreHealth()
        statistics.totals.verdicts = [(.ok, 3)]
        (statistics.totals.missedBeats, statistics.totals.outages) = (44, 2)
        statistics.calls.calls[.busy] = 5
        (statistics.calls.open, statistics.calls.dropped, statistics.callRingFill) = (2, 9, 25)
        for metric in statistics.metrics {
            let name = MetricName(rawValue: metric.name)
            for sample in metric.samples {
                #expect(sample.labels.map(\.first) == name?.labels.map { Optional($0) })
                #expect(sample.labels.allSatisfy { $0.count == 2 && !$0[1].isEmpty })
            }
        }
        #expect(value(.replies, "200", in: statistics.metrics) == 8)
        #expect(value(.ringFill, "stream0", in: statistics.metrics) == 0.5)
        #expect(value(.loops, "stream", in: statistics.metrics) == 1)
        #expect(value(.attempts, "ok", in: statistics.metrics) == 3)
        let alone = statistics.metrics.filter { $0.samples.count == 1 }
        #expect(alone.first { $0.name == "regtop_bindings_late" }?.samples[0].value == 44)
        #expect(alone.first { $0.name == "regtop_outages" }?.samples[0].value == 2)
        let busy = statistics.metrics.first { $0.name == MetricName.calls.rawValue }?.samples
            .filter { $0.labels.first?.last == "busy" }.map(\.value)
        #expect(busy == [5, 0])
        #expect(value(.callsOpen, in: statistics.metrics) == 2)
        #expect(value(.callsDropped, in: statistics.metrics) == 9)
        #expect(value(.callsRingFill, in: statistics.metrics) == 0.25)
    }

    @Test("Causes become words that a query can name")
    func causes() {
        #expect(Statistics.word(.expiredByOperator) == "expired_by_operator")
        for cause in Cause.allCases {
            #expect(!Statistics.word(cause).contains(" "))
            if cause.isRemoval { #expect(MetricName.removals.help.contains(Statistics.word(cause))) }
        }
    }

    @Test("Replies are counted by status, repeated and shed apart")
    func replyCounters() {
        let counters = ReplyCounters()
        counters.count(200, isRepeated: false)
        counters.count(200, isRepeated: true)
        counters.count(699, isRepeated: false)
        for strange: UInt16 in [0, 100, 199, 700, 65_535] { counters.count(strange, isRepeated: false) }
        counters.countShed()
        let facts = counters.facts
        #expect(facts.byStatus == [200: 2, 699: 1] && facts.repeated == 1 && facts.shed == 1)
    }

    @Test("The page of all metrics names every metric with its kind, labels and meaning")
    func page() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
            path: "../../../Sources/Host/Documentation.docc/Metrics.md"
        )
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("| `regtop_") }.map(String.init)
        let wanted = MetricName.allCases.map { name in
            let labels = name.labels.isEmpty ? "" : name.labels.map { "`\($0)`" }.joined(separator: ", ")
            let shown = name.kind == .counter ? "\(name.rawValue)_total" : name.rawValue
            return "| `\(shown)` | \(name.kind.rawValue) | \(labels) | \(name.help) |"
        }
        #expect(rows == wanted, "the table should be:\n\(wanted.joined(separator: "\n"))")
    }
}
