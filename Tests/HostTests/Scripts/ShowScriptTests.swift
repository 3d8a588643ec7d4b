import BindingTable
import ConsoleLink
import Foundation
import SIPMessage
import Testing
import Timing

@testable import Host

@Suite("regtop show, history, stats, explain and --batch")
struct ShowScriptTests {
    private func show(_ world: ScriptWorld, _ name: String, _ change: (inout ShowScript) -> Void = { _ in })
        -> (
            lines: [String], text: String, code: Int32, error: String
        )
    {
        var script = ShowScript(name)
        change(&script)
        return run(world) { (context) throws(HostError) in try script.run(context) }
    }

    @Test("An address of record is shown with all its bindings, its attempts and why they failed")
    func shows() throws {
        let world = try ScriptWorld()
        world.register("alice")
        world.register("alice", contact: "<sip:alice@10.0.0.2>", callID: "other")
        world.register("alice", expires: 5)
        let done = show(world, "alice@example.com")
        #expect(done.code == 0)
        #expect(done.text.contains("binding 1 of 2") && done.text.contains("binding 2 of 2"))
        #expect(done.text.contains("sip:alice@10.0.0.2"))
        #expect(done.text.contains("SHORT"))
        #expect(done.lines.contains { $0.contains("REJECTED: ") })
        let failed = show(world, "alice@example.com") { $0.attemptsOnly = true }
        #expect(failed.code == 0 && failed.text.contains("REJECTED: ") && !failed.text.contains("binding 1"))
    }

    @Test("By its id one binding only; who is unknown is 3; what is no name is 2")
    func names() throws {
        let world = try ScriptWorld()
        world.register("alice")
        world.register("alice", contact: "<sip:alice@10.0.0.2>", callID: "other")
        let json = show(world, "alice@example.com") { $0.isJSON = true }
        let second = try #require(json.lines.last { $0.hasPrefix("{\"kind\":\"binding\"") })
        let object = try JSONSerialization.jsonObject(with: Data(second.utf8)) as? [String: Any]
        let id = try #require(object?["id"] as? String)
        let one = show(world, id)
        #expect(one.code == 0 && one.text.contains("id \(id)"))
        #expect(one.lines.count { $0.contains(" of 2  ") } == 1)
        #expect(show(world, "nobody@example.com").code == 3)
        #expect(show(world, "ffffffffffffffff").code == 3)
        #expect(show(world, "nobody").code == 2)
    }

    private func entry(_ number: Int64, _ cause: Cause, at second: Int) -> HistoryEntry {
        let at = WallTime(secondsSince1970: second)
        let source = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 5_060)
        let life = LifeRecord(
            id: BindingID(rawValue: 7),
            aor: Array("alice@example.com".utf8),
            contact: Array("sip:alice@10.0.0.1\u{1b}[2J".utf8),
            userAgent: [],
            source: source,
            transport: .udp,
            createdAt: at + .seconds(-100),
            refreshedAt: at,
            expiresAt: at,
            refreshes: 3,
            usualGap: 48_000,
            gapDeviation: 0
        )
        return HistoryEntry(number: number, at: at, cause: cause, by: "kl", binding: life)
    }

    @Test("History is told page by page, each event once, in every format")
    func history() throws {
        let world = try ScriptWorld()
        // Five events a second, so that pages end within a second.
        let all = (1...2_500).map { entry(Int64($0), .evictedByOperator, at: 1_000 + $0 / 5) }.reversed()
        world.history = { query in
            let fitting = all.filter { entry in
                query.before.map { entry.at < $0 } ?? true && query.since.map { entry.at >= $0 } ?? true
            }
            return HistoryPage(entries: Array(fitting.prefix(query.limit)), oldest: all.last?.at)
        }
        var script = HistoryScript()
        script.name = "alice@example.com"
        script.limit = 2_200
        script.format = .json
        let done = run(world) { (context) throws(HostError) in try script.run(context) }
        #expect(done.code == 0 && done.lines.count == 2_201)
        #expect(Set(done.lines).count == 2_201)
        script.format = .text
        script.limit = 1
        let text = run(world) { (context) throws(HostError) in try script.run(context) }
        #expect(text.lines.count == 1)
        #expect(text.text.contains("evicted by operator") && text.text.contains("by kl"))
        #expect(text.text.contains("lived 1m, 3 refreshes, every 48 s"))
        #expect(!text.text.contains("\u{1b}"))
        // A filter is looked for through all pages.
        (script.filter, script.limit) = ("cause:evicted-by-operator refreshes=3 at<2000-01-01", 2_300)
        let filtered = run(world) { (context) throws(HostError) in try script.run(context) }
        #expect(filtered.code == 0 && filtered.lines.count == 2_300)
        script.filter = "cause:moved"
        #expect(run(world) { (context) throws(HostError) in try script.run(context) }.code == 3)
        script.filter = "cause:vanished"
        #expect(run(world) { (context) throws(HostError) in try script.run(context) }.code == 2)
        script.filter = ""
        script.since = WallTime(secondsSince1970: 9_999)
        #expect(run(world) { (context) throws(HostError) in try script.run(context) }.code == 3)
        world.history = nil
        #expect(run(world) { (context) throws(HostError) in try script.run(context) }.code == 1)
    }

    @Test("Numbers stand under each other, with names as OpenMetrics has them")
    func statistics() throws {
        let world = try ScriptWorld()
        var script = StatisticsScript()
        #expect(run(world) { (context) throws(HostError) in try script.run(context) }.code == 3)
        world.metrics = [
            Metric("regtop_bindings", .gauge, help: "Bindings.", samples: [.init(18_204)]),
            Metric(
                "regtop_attempts",
                .counter,
                help: "Attempts.",
                samples: [.init(7, labels: [["result", "OK"]]), .init(0.5, labels: [["result", "PASSWD"]])]
            ),
        ]
        let text = run(world) { (context) throws(HostError) in try script.run(context) }
        #expect(
            text.lines == [
                "regtop_bindings                       18204",
                "",
                "regtop_attempts_total  result=OK          7",
                "regtop_attempts_total  result=PASSWD    0.5",
            ]
        )
        script.isJSON = true
        let json = run(world) { (context) throws(HostError) in try script.run(context) }
        #expect(json.lines.count == 4 && json.lines[2].contains("\"labels\":{\"result\":\"OK\"},\"value\":7"))
    }

    @Test("Pictures come as often as asked, without an escape, with one line of names in CSV")
    func batch() throws {
        let world = try ScriptWorld()
        world.register("alice")
        world.register("bob", expires: 5)
        for view in BatchScript.View.allCases {
            for format in ReportFormat.allCases {
                var script = BatchScript()
                (script.view, script.format, script.count) = (view, format, 2)
                let done = run(world) { (context) throws(HostError) in try script.run(context) }
                #expect(done.code == 0, "\(view) \(format): \(done.error)")
                #expect(!done.text.utf8.contains(0x1b) && !done.lines.isEmpty)
                switch format {
                case .json:
                    #expect(done.lines.count { $0.contains("\"what\":\"\(view.rawValue)\"") } == 2)
                case .csv: #expect(done.lines.count { $0.hasPrefix("time,") } == 1)
                case .text: #expect(done.lines.count { $0.hasPrefix("regtop h  2026-09-21 14:13:20") } == 2)
                }
            }
        }
    }
}
