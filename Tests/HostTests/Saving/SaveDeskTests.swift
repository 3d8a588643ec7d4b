import BindingTable
import Console
import ConsoleLink
import Dispatch
import Foundation
import Monitor
import Registrar
import Testing

@testable import Host

/// What saves beside a console: it looks only, one order after the other, and can be stopped.
@Suite("Saving beside a console")
struct SaveDeskTests {
    private let folder = ScratchFolder()
    private let me = OperatorIdentity(user: "kl", from: "local", terminal: "-")

    /// The line of a console whose way for scripts is held up until it is let go.
    private struct HeldLine: ConsoleLine {
        let service: RegistrarService
        let identity: OperatorIdentity
        let asked = DispatchSemaphore(value: 0), gate = DispatchSemaphore(value: 0)

        func begin(_ deliver: @escaping @Sendable (LinkUpdate) -> Void) {}
        func send(_ request: LinkRequest, losses: Int) {}
        func notice(_ level: Notice.Level, _ text: String) {}
        func leave(_ code: Int32) {}
        func scriptLink() throws(HostError) -> any RegistrarLink {
            asked.signal()
            gate.wait()
            return ServiceLink(service, identity)
        }
    }

    private func service() throws -> RegistrarService {
        var settings = Settings()
        settings.listen = ["udp:127.0.0.1:0"]
        settings.open = true
        return try RegistrarService(
            settings: settings,
            audit: AuditLog(path: "\(folder.path)/audit.log"),
            log: { _ in }
        )
    }

    @Test("The way to the registrar that saving takes changes nothing there, even if it is asked to")
    func looksOnly() throws {
        let service = try service()
        defer { service.stop() }
        let link = ServiceLink(service, me)
        let verb = OperatorVerb.block([.aor(Array("a@b".utf8))], for: nil)
        let outcome = try link.outcome(of: OperatorCommand(verb: verb, reason: "", by: me), isDryRun: false)
        #expect(outcome.refusal?.contains("it only saves what is there") == true)
        #expect(outcome.id == nil && service.state.policy.current.blocks.isEmpty)
        let trail = (try? String(contentsOfFile: "\(folder.path)/audit.log", encoding: .utf8)) ?? ""
        #expect(!trail.contains("a@b"))
        guard case .overview = try link.window(WindowQuery(subject: .overview, height: 1)).content else {
            Issue.record("it can't even look")
            return
        }
    }

    @Test("What is stopped makes no file and says so; what is ordered afterwards is done")
    func stops() throws {
        let service = try service()
        defer { service.stop() }
        let line = HeldLine(service: service, identity: me)
        let reports = Awaited<(number: Int, report: SaveReport)>()
        let desk = SaveDesk(line: line) { reports.add(($0, $1)) }
        func order(_ number: Int) -> SaveOrder {
            SaveOrder(
                number: number,
                content: .overview,
                format: .text,
                isRedacted: true,
                file: "\(folder.path)/\(number)"
            )
        }
        desk.begin(order(1))
        line.asked.wait()
        desk.stop()
        line.gate.signal()
        #expect(reports.first { $0.number == 1 }?.report == .failed("stopped; no file was made"))
        desk.begin(order(2))
        line.gate.signal()
        guard case .done(_, let bytes, let path)? = reports.first(where: { $0.number == 2 })?.report else {
            Issue.record("the second was not done")
            return
        }
        #expect(path == "\(folder.path)/2" && bytes > 0)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(files.filter { !$0.hasPrefix("audit") } == ["2"])
    }
}
