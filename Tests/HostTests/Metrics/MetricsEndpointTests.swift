import ConsoleLink
import Foundation
import SIPMessage
import Support
import Synchronization
import Testing
import Transport

@testable import Host

@Suite("The metrics endpoint")
struct MetricsEndpointTests {
    private let folder = ScratchFolder()

    @Test(
        "The setting is a port of this machine, a host, or both",
        arguments: [
            ("9200", "tcp:127.0.0.1:9200"), ("0.0.0.0:9154", "tcp:0.0.0.0:9154"),
            ("localhost", "tcp:localhost:9154"), ("[::1]:9155", "tcp:[::1]:9155"),
            ("[::1]", "tcp:[::1]:9154"),
        ]
    )
    func address(text: String, read: String) throws {
        #expect(try MetricsEndpoint.address(text).description == read)
    }

    @Test("What is no address is one sentence", arguments: ["", "99999", "::1", "a:b:c", "host:"])
    func mistakes(text: String) {
        #expect(throws: HostError.self) { try MetricsEndpoint.address(text) }
        do throws(HostError) {
            _ = try MetricsEndpoint.address(text)
        } catch {
            #expect(error.exitCode == 2 && error.description.contains("127.0.0.1:9154"))
        }
    }

    @Test("What phones do is counted exactly, and a scrape tells it")
    func scrape() throws {
        var settings = Settings()
        settings.listen = ["udp:127.0.0.1:0"]
        settings.accounts = "\(folder.path)/accounts.txt"
        settings.metrics = "0"
        try AccountsEdit(path: "\(folder.path)/accounts.txt").add(
            AccountName("alice@sip.test"),
            password: "secret"
        )
        let service = try RegistrarService(
            settings: settings,
            audit: AuditLog(path: "\(folder.path)/audit.log"),
            log: { _ in }
        )
        defer { service.stop() }
        let registrar = try #require(service.listeners.first?.endpoint)
        let phone = try #require(LoopbackPhone("alice", registrar: registrar))
        for _ in 0..<3 { #expect(try phone.register(password: "secret") == "SIP/2.0 200 OK") }
        #expect(try phone.register(password: "wrong").hasPrefix("SIP/2.0 401"))
        #expect(try phone.register(password: "secret", expires: 0) == "SIP/2.0 200 OK")
        let answers = Awaited<[Metric]>()
        service.monitor.statistics { answers.add($0) }
        let metrics = try #require(answers.first { _ in true })
        let text = MetricText.openMetrics.text(metrics)
        for line in [
            "regtop_registrations_total{result=\"new\"} 1",
            "regtop_registrations_total{result=\"refreshed\"} 2",
            "regtop_registrations_total{result=\"unregistered\"} 1",
            "regtop_bindings_removed_total{cause=\"unregistered\"} 1",
            "regtop_replies_total{status=\"200\"} 4", "regtop_bindings{transport=\"udp\"} 0",
            "regtop_tombstones 1", "regtop_loops{kind=\"stream\"} 0", "regtop_store_up",
        ] {
            #expect(text.contains(line) == (line != "regtop_store_up"), "\(line)")
        }
        #expect(metrics.first { $0.name == "regtop_resident_memory_bytes" }?.samples.first?.value ?? 0 > 1e6)
    }
}
