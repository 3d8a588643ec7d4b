import Proxy
import SIPMessage
import Support
import Synchronization
import Testing
import Timing
import Transport

@testable import Host

/// RFC 3263 with a DNS server on loopback.
@Suite struct ServerFinderTests {
    private let everything: [TransportKind] = [.udp, .tcp, .tls]

    /// A zone: `kind name` → records.
    private func server(
        _ zone: [String: [NameServer.Record]],
        otherwise: NameServer.Reply = .unknown(seconds: 60),
    ) throws -> NameServer {
        let kinds: [UInt16: String] = [1: "a", 28: "aaaa", 33: "srv", 35: "naptr"]
        return try NameServer { name, type in
            zone["\(kinds[type] ?? "") \(name)"].map { .records($0) } ?? otherwise
        }
    }

    private func resolver(_ server: NameServer, limit: Interval = .seconds(2)) throws -> Resolver {
        var settings = ResolverSettings()
        settings.servers = [server.address]
        settings.patience = .milliseconds(200)
        settings.limit = limit
        return try Resolver(settings)
    }

    /// What is found, as text.
    private func find(_ finder: ServerFinder, _ hop: HostHop) async -> [String] {
        await withCheckedContinuation { continuation in
            finder.find(hop) { servers in
                continuation.resume(
                    returning: servers.map {
                        "\($0.transport) \($0.endpoint.address.low & 0xff):\($0.endpoint.port)"
                    }
                )
            }
        }
    }

    private func hop(_ host: String, _ transport: TransportKind? = nil, isSecure: Bool = false) -> HostHop {
        HostHop(host: Array(host.utf8), transport: transport, isSecure: isSecure)
    }

    private let zone: [String: [NameServer.Record]] = [
        "naptr example.com": [
            .naptr("example.com", 20, "s", "SIP+D2U", "_sip._udp.example.com"),
            .naptr("example.com", 10, "s", "SIPS+D2T", "_sips._tcp.example.com"),
        ],
        "srv _sips._tcp.example.com": [.srv("_sips._tcp.example.com", 0, 1, 5061, "one.example.com")],
        "srv _sip._udp.example.com": [
            .srv("_sip._udp.example.com", 2, 1, 5070, "two.example.com"),
            .srv("_sip._udp.example.com", 1, 1, 5060, "one.example.com"),
        ],
        "a one.example.com": [.a("one.example.com", [192, 0, 2, 1])],
        "a two.example.com": [
            .alias("two.example.com", "real.example.com"), .a("real.example.com", [192, 0, 2, 2]),
        ],
    ]

    @Test func theWholeChainIsFollowed() async throws {
        let server = try server(zone)
        defer { server.stop() }
        let resolver = try resolver(server)
        defer { resolver.stop() }
        let finder = ServerFinder(resolver, over: everything)
        #expect(await find(finder, hop("example.com")) == ["tls 1:5061", "udp 1:5060", "udp 2:5070"])
        #expect(server.asked.first == "naptr example.com")
        #expect(await find(finder, hop("example.com", isSecure: true)) == ["tls 1:5061"])
        #expect(await find(finder, hop("example.com", .udp)) == ["udp 1:5060", "udp 2:5070"])
    }

    @Test func whatIsKnownIsFoundAtOnce() async throws {
        let server = try server(zone)
        defer { server.stop() }
        let resolver = try resolver(server)
        defer { resolver.stop() }
        let finder = ServerFinder(resolver, over: everything)
        // Asked again where the first answer has come, since what is known is not known for ever.
        let (first, again, asked) = await withCheckedContinuation { continuation in
            finder.find(hop("example.com")) { [hop = hop("example.com")] first in
                let before = server.asked.count
                let again = Mutex<Int?>(nil)
                finder.find(hop) { servers in again.withLock { $0 = servers.count } }
                let known = again.withLock { $0 }
                continuation.resume(returning: (first.count, known, server.asked.count - before))
            }
        }
        #expect(first == 3 && again == first, "before it returns")
        #expect(asked == 0)
        let numeric = Mutex<[ServerAddress]>([])
        finder.find(HostHop(host: Array("192.0.2.9".utf8), address: IPAddress(ipv4: 0xc000_0209))) {
            servers in
            numeric.withLock { $0 = servers }
        }
        #expect(numeric.withLock { $0 }.map(\.endpoint.port) == [5060])
    }

    @Test func aServerThatWasNotReachedGoesLast() async throws {
        let server = try server(zone)
        defer { server.stop() }
        let resolver = try resolver(server)
        defer { resolver.stop() }
        let finder = ServerFinder(resolver, over: everything)
        finder.failed(Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5061), over: .tls)
        #expect(await find(finder, hop("example.com")) == ["udp 1:5060", "udp 2:5070", "tls 1:5061"])
    }

    @Test func whatCannotBeReachedIsLeftOut() async throws {
        let server = try server(zone)
        defer { server.stop() }
        let resolver = try resolver(server)
        defer { resolver.stop() }
        let finder = ServerFinder(resolver, over: everything) { $0.transport != .udp }
        #expect(await find(finder, hop("example.com")) == ["tls 1:5061"])
    }

    @Test func whatDoesNotExistIsNotFound() async throws {
        let server = try server([:])
        defer { server.stop() }
        let resolver = try resolver(server)
        defer { resolver.stop() }
        let finder = ServerFinder(resolver, over: everything)
        #expect(await find(finder, hop("example.com")).isEmpty)
        #expect(
            Set(server.asked) == [
                "naptr example.com", "srv _sip._udp.example.com", "srv _sip._tcp.example.com",
                "a example.com", "aaaa example.com",
            ]
        )
    }

    @Test(arguments: ["silence", "garbage", "failure"])
    func aBrokenServerEndsTheSearch(how: String) async throws {
        let replies: [String: NameServer.Reply] = [
            "silence": .silence, "failure": .error(2),
            "garbage": .bytes([0x81, 0x80, 0, 1, 0, 9, 0, 0, 0, 0, 0xc0, 0x0c], isNumbered: true),
        ]
        let server = try server([:], otherwise: replies[how] ?? .silence)
        defer { server.stop() }
        let resolver = try resolver(server, limit: .milliseconds(200))
        defer { resolver.stop() }
        #expect(await find(ServerFinder(resolver, over: everything), hop("example.com")).isEmpty)
    }

    @Test func silenceAboutNamingDoesNotHideTheHost() async throws {
        let server = try server(
            [
                "srv _sip._udp.example.com": [.srv("_sip._udp.example.com", 1, 1, 5062, "one.example.com")],
                "a one.example.com": [.a("one.example.com", [192, 0, 2, 1])],
            ],
            otherwise: .silence
        )
        defer { server.stop() }
        let resolver = try resolver(server, limit: .milliseconds(200))
        defer { resolver.stop() }
        #expect(await find(ServerFinder(resolver, over: everything), hop("example.com")) == ["udp 1:5062"])
    }
}
