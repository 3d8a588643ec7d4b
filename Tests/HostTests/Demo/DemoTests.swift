import BindingTable
import Monitor
import Registrar
import SIPMessage
import Testing
import Timing
import Transport

@testable import Host

@Suite("Demo")
struct DemoTests {
    private let folder = ScratchFolder()

    private func run(_ body: (RegistrarService, DemoPopulation) throws -> Void) throws {
        var settings = Settings()
        settings.listen = ["udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
        let demo = try DemoPopulation(count: 12, settings: &settings)
        let service = try RegistrarService(
            settings: settings,
            audit: AuditLog(path: "\(folder.path)/audit.log"),
            demo: demo
        ) { _ in }
        defer { service.stop() }
        try body(service, demo)
    }

    @Test("Simulated phones register over the listeners")
    func registers() throws {
        try run { service, demo in
            let phones = try DemoPhones(demo, listeners: service.listeners)
            defer { phones.stop() }
            let wake = WakeUp()
            for _ in 0..<200 where service.state.table.bindingCount < 3 { wake.wait(milliseconds: 50) }
            #expect(service.state.table.bindingCount >= 3)
        }
    }

    @Test("They have no other way in: with the port blocked the table stays empty")
    func blockedPort() throws {
        try run { service, demo in
            // A socket that swallows everything stands where they believe the registrar to be.
            let here = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 9)
            let deaf = try #require(DemoSocket(source: here.address, transport: .udp, registrar: here))
            let phones = try DemoPhones(demo, listeners: [Listener(transport: .udp, endpoint: deaf.local)])
            let wake = WakeUp()
            for _ in 0..<20 { wake.wait(milliseconds: 50) }
            phones.stop()
            #expect(service.state.table.bindingCount == 0)
        }
    }
}
