import BindingTable
import ConsoleLink
import Proxy
import Registrar
import SIPMessage
import Support
import Testing
import Timing
import Transport

@testable import Host

@Suite("The proxy beside the registrar")
struct ProxyServiceTests {
    private let folder = ScratchFolder()

    private func settings(_ mode: String) -> Settings {
        var settings = Settings()
        settings.listen = ["udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
        settings.open = true
        settings.domains["sip.test"] = DomainSettings()
        settings.domains["sip.test"]?.calls.mode = mode
        return settings
    }

    private func service(
        _ settings: Settings,
        log: @escaping @Sendable (MonitorEvent) -> Void = { _ in },
    ) throws -> RegistrarService {
        try RegistrarService(settings: settings, audit: AuditLog(path: "\(folder.path)/audit.log"), log: log)
    }

    @Test("Nothing runs and nothing is kept until a domain has calls; a reload switches them on")
    func onDemand() throws {
        let service = try service(settings("off"))
        defer { service.stop() }
        #expect(!service.proxy.isRunning && !service.state.policy.current.hasCalls)
        for mode in ["proxy", "off", "redirect"] {
            try service.reload(settings(mode))
            #expect(service.proxy.isRunning)
            #expect(service.state.policy.current.hasCalls == (mode != "off"))
        }
        #expect(service.proxy.inbox.dropped == 0)
    }

    @Test("A reload tells how many domains there are, however much there is to say of each")
    func reloadCountsDomains() throws {
        let lines = Awaited<String>()
        let service = try service(settings("proxy")) { event in
            if case .notice(let notice) = event { lines.add(notice.text) }
        }
        defer { service.stop() }
        try service.reload(settings("redirect"))
        let told = lines.first { $0.contains("read anew") }
        #expect(told == "settings and accounts read anew: 1 domain")
    }

    @Test("It starts with the registrar and ends with it, however often")
    func startAndStop() throws {
        for mode in ["redirect", "proxy"] {
            let service = try service(settings(mode))
            #expect(service.proxy.isRunning)
            service.stop()
            #expect(!service.proxy.isRunning)
            service.stop()
        }
    }

    @Test("It stands where the registrar listens, and knows this host's addresses")
    func place() throws {
        let service = try service(settings("proxy"))
        defer { service.stop() }
        let place = service.proxy.place
        #expect(place.listeners.map(\.transport) == [.udp, .tcp])
        #expect(place.listeners.map(\.endpoint) == service.listeners.map(\.endpoint))
        let loopback = IPAddress(ipv4: 0x7f00_0001)
        #expect(place.addresses.contains(loopback) && place.address(loopback) == loopback)
    }

    @Test("A phone registers as ever where a domain has calls, over UDP and TCP")
    func registers() throws {
        let service = try service(settings("proxy"))
        defer { service.stop() }
        for listener in service.listeners {
            let phone = try #require(
                LoopbackPhone("alice", registrar: listener.endpoint, transport: listener.transport)
            )
            #expect(try phone.register(password: "") == "SIP/2.0 200 OK")
        }
    }

    @Test("A call goes by the phone's own way and its answer by the caller's, and both are counted")
    func passesCallsOn() throws {
        let service = try service(settings("proxy"))
        defer { service.stop() }
        for (index, listener) in service.listeners.enumerated() {
            let (registrar, transport) = (listener.endpoint, listener.transport)
            let phone = try #require(LoopbackPhone("alice", registrar: registrar, transport: transport))
            #expect(try phone.register(password: "") == "SIP/2.0 200 OK")
            let caller = try #require(
                LoopbackPhone(
                    "carol",
                    registrar: service.listeners[1 - index].endpoint,
                    transport: .tcp == transport ? .udp : .tcp
                )
            )
            #expect(caller.ask("INVITE", for: "alice"))
            let invite = phone.receive()
            #expect(invite.hasPrefix("INVITE sip:alice@127.0.0.1:"))
            #expect(phone.answer(invite, "486 Busy Here"))
            #expect(phone.receive().hasPrefix("ACK "))
            let told = caller.receive(until: "486 Busy Here\r\n")
            #expect(told.hasPrefix("SIP/2.0 100 ") && told.contains("SIP/2.0 486 Busy Here\r\n"))
            #expect(try phone.register(password: "", expires: 0) == "SIP/2.0 200 OK")
        }
        let ended = service.proxy.counters.facts().calls
        #expect(ended[.busy] == 2 && ended.values.reduce(0, +) == 2)
    }

    @Test("`config check` tells what becomes of calls, and warns of what can't work")
    func facts() throws {
        var settings = settings("proxy")
        settings.domains["sip.test"]?.calls.nextHop = "sip:gw.test"
        let addresses = try RegistrarService.addresses(settings)
        let built = try PolicyBuilder(settings: settings, listeners: addresses).build()
        #expect(built.facts.contains("calls     sip.test  passed on to the phones, the rest to sip:gw.test"))
        #expect(built.warnings.contains { $0.contains("anybody may call from its addresses") })
        settings.calls = "off"
        let off = try PolicyBuilder(settings: settings, listeners: addresses).build()
        #expect(!off.policy.hasCalls && !off.facts.contains { $0.hasPrefix("calls") })
        settings.calls = "redirect"
        settings.domains["sip.test"]?.registration = false
        settings.domains["sip.test"]?.calls.nextHop = nil
        let lost = try PolicyBuilder(settings: settings, listeners: addresses).build()
        #expect(lost.warnings.contains { $0.contains("takes no registrations and has no calls.next-hop") })
        settings.domains["sip.test"]?.calls.nextHop = "gw"
        #expect(throws: HostError.self) {
            try PolicyBuilder(settings: settings, listeners: addresses).build()
        }
    }
}
