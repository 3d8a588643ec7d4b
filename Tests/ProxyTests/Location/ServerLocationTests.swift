import Proxy
import SIPMessage
import Testing

/// RFC 3263 §4, against a world of names that is a dictionary.
@Suite struct ServerLocationTests {
    private let everything: [TransportKind] = [.udp, .tcp, .tls]

    @Test func anAddressIsNotAskedFor() {
        let address = IPAddress(ipv4: 0xc000_0201)
        for (hop, expected) in [
            (HostHop(host: nameBytes("192.0.2.1"), address: address), "udp 192.0.2.1:5060"),
            (HostHop(host: nameBytes("192.0.2.1"), address: address, port: 5070), "udp 192.0.2.1:5070"),
            (HostHop(host: nameBytes("192.0.2.1"), address: address, transport: .tcp), "tcp 192.0.2.1:5060"),
            (HostHop(host: nameBytes("192.0.2.1"), address: address, transport: .tls), "tls 192.0.2.1:5061"),
            (HostHop(host: nameBytes("192.0.2.1"), address: address, isSecure: true), "tls 192.0.2.1:5061"),
            (
                HostHop(host: nameBytes("192.0.2.1"), address: address, transport: .tcp, isSecure: true),
                "tls 192.0.2.1:5061"
            ),
        ] {
            let found = World().find(hop, over: everything)
            #expect(found.servers == [expected] && found.asked.isEmpty)
        }
    }

    @Test func aPortMeansThatOnlyAddressesAreAskedFor() {
        let world = World(a: ["sip.example": ["192.0.2.1", "192.0.2.2"]])
        let found = world.find(HostHop(host: nameBytes("sip.example"), port: 5080), over: everything)
        #expect(found.asked == ["aaaa sip.example", "a sip.example"])
        #expect(found.servers == ["udp 192.0.2.1:5080", "udp 192.0.2.2:5080"])
        let secure = HostHop(host: nameBytes("sip.example"), port: 5080, isSecure: true)
        #expect(world.find(secure, over: everything).servers.first == "tls 192.0.2.1:5080")
    }

    @Test func namingLeadsToServicesAndTheseToAddresses() {
        let world = World(
            naptr: [
                "example.com": [
                    namingRecord(50, 50, "s", "SIPS+D2T", "_sips._tcp.example.com"),
                    namingRecord(100, 50, "s", "SIP+D2U", "_sip._udp.example.com"),
                    namingRecord(90, 50, "S", "sip+d2t", "_sip._tcp.example.com"),
                ]
            ],
            srv: [
                "_sips._tcp.example.com": [serviceRecord(0, 1, 5061, "one.example.com")],
                "_sip._tcp.example.com": [
                    serviceRecord(1, 0, 5062, "two.example.com"),
                    serviceRecord(0, 0, 5063, "one.example.com"),
                ],
                "_sip._udp.example.com": [serviceRecord(0, 0, 5064, "one.example.com")],
            ],
            a: ["one.example.com": ["192.0.2.1"], "two.example.com": ["192.0.2.2"]]
        )
        let found = world.find(HostHop(host: nameBytes("example.com")), over: everything)
        #expect(
            found.servers == [
                "tls 192.0.2.1:5061", "tcp 192.0.2.1:5063", "tcp 192.0.2.2:5062", "udp 192.0.2.1:5064",
            ]
        )
        #expect(found.asked.first == "naptr example.com" && found.asked.count == 8)
        #expect(
            world.find(HostHop(host: nameBytes("example.com")), over: [.udp]).servers == [
                "udp 192.0.2.1:5064"
            ]
        )
        let secure = HostHop(host: nameBytes("example.com"), isSecure: true)
        #expect(world.find(secure, over: everything).servers == ["tls 192.0.2.1:5061"])
        #expect(world.find(secure, over: [.udp, .tcp]).servers.isEmpty)
    }

    @Test func aNamedTransportSkipsNaming() {
        let world = World(
            naptr: ["example.com": [namingRecord(50, 50, "s", "SIP+D2U", "_sip._udp.example.com")]],
            srv: ["_sip._tcp.example.com": [serviceRecord(0, 0, 5070, "one.example.com")]],
            a: ["one.example.com": ["192.0.2.1"], "example.com": ["192.0.2.9"]]
        )
        let tcp = world.find(HostHop(host: nameBytes("example.com"), transport: .tcp), over: everything)
        #expect(tcp.servers == ["tcp 192.0.2.1:5070"])
        #expect(tcp.asked.first == "srv _sip._tcp.example.com")
        let udp = world.find(HostHop(host: nameBytes("example.com"), transport: .udp), over: everything)
        #expect(udp.servers == ["udp 192.0.2.9:5060"], "without SRV the host itself, at the usual port")
        let tls = world.find(HostHop(host: nameBytes("example.com"), transport: .tls), over: everything)
        #expect(tls.asked.first == "srv _sips._tcp.example.com")
        #expect(tls.servers == ["tls 192.0.2.9:5061"])
    }

    @Test func withoutNamingEachTransportIsTried() {
        let world = World(
            srv: [
                "_sip._udp.example.com": [serviceRecord(0, 0, 5060, "udp.example.com")],
                "_sip._tcp.example.com": [serviceRecord(0, 0, 5060, "tcp.example.com")],
                "_sips._tcp.example.com": [serviceRecord(0, 0, 5061, "tls.example.com")],
            ],
            a: [
                "udp.example.com": ["192.0.2.1"], "tcp.example.com": ["192.0.2.2"],
                "tls.example.com": ["192.0.2.3"],
            ]
        )
        let hop = HostHop(host: nameBytes("example.com"))
        #expect(
            world.find(hop, over: everything).servers == ["udp 192.0.2.1:5060", "tcp 192.0.2.2:5060"]
        )
        #expect(world.find(hop, over: [.tcp, .tls]).servers == ["tcp 192.0.2.2:5060"])
        let secure = HostHop(host: nameBytes("example.com"), isSecure: true)
        #expect(world.find(secure, over: everything).servers == ["tls 192.0.2.3:5061"])
    }

    @Test func withoutAnyRecordTheHostItselfIsAsked() {
        let world = World(a: ["example.com": ["192.0.2.1"]])
        let hop = HostHop(host: nameBytes("example.com"))
        #expect(world.find(hop, over: everything).servers == ["udp 192.0.2.1:5060"])
        #expect(world.find(hop, over: [.tcp]).servers == ["tcp 192.0.2.1:5060"])
        let secure = HostHop(host: nameBytes("example.com"), isSecure: true)
        #expect(world.find(secure, over: everything).servers == ["tls 192.0.2.1:5061"])
        #expect(World().find(hop, over: everything).servers.isEmpty)
    }

    @Test func uselessNamingIsAsNone() {
        let world = World(
            naptr: [
                "example.com": [
                    namingRecord(1, 1, "s", "SIP+D2S", "_sip._sctp.example.com"),
                    namingRecord(2, 1, "u", "SIP+D2U", "_sip._udp.example.com"),
                    namingRecord(3, 1, "s", "E2U+sip", "_sip._udp.example.com"),
                    namingRecord(4, 1, "s", "SIP+D2U", ""),
                    namingRecord(5, 1, "s", "SIP+D2U", "bad name"),
                    NamingRecord(
                        order: 6,
                        preference: 1,
                        flags: nameBytes("s"),
                        service: nameBytes("SIP+D2U"),
                        rewrites: true,
                        replacement: nameBytes("_sip._udp.elsewhere.example")
                    ),
                ]
            ],
            a: ["example.com": ["192.0.2.1"]]
        )
        let found = world.find(HostHop(host: nameBytes("example.com")), over: everything)
        #expect(found.servers == ["udp 192.0.2.1:5060"])
        #expect(
            found.asked == [
                "naptr example.com", "srv _sip._udp.example.com", "srv _sip._tcp.example.com",
                "aaaa example.com", "a example.com",
            ]
        )
    }

    @Test func aPointMeansThatThereIsNoSuchService() {
        let world = World(
            srv: ["_sip._udp.example.com": [serviceRecord(0, 0, 0, "")]],
            a: ["example.com": ["192.0.2.1"]]
        )
        let udp = HostHop(host: nameBytes("example.com"), transport: .udp)
        #expect(world.find(udp, over: everything).servers.isEmpty, "RFC 2782: the host is not tried then")
    }

    @Test func bothFamiliesTakeTurns() {
        let world = World(
            a: ["sip.example": ["192.0.2.1", "192.0.2.2"]],
            aaaa: ["sip.example": [0x2001_0db8_0000_0000]]
        )
        let found = world.find(HostHop(host: nameBytes("sip.example"), port: 5060), over: everything)
        #expect(found.servers == ["udp v6:5060", "udp 192.0.2.1:5060", "udp 192.0.2.2:5060"])
    }

    @Test func whatIsNoNameIsNotAskedFor() {
        for host in [
            "", ".", "a..b", "a b", "x\0y", "-" + String(repeating: "a", count: 63),
            String(repeating: "abcdefg.", count: 32),
        ] {
            let found = World().find(HostHop(host: nameBytes(host)), over: everything)
            #expect(found.servers.isEmpty && found.asked.isEmpty, "\(host)")
        }
    }

    @Test func manyRecordsAreCutToFew() {
        let records = (0..<500).map { serviceRecord(UInt16($0), 1, 5060, "host\($0).example") }
        let hosts = records.map { ($0.target, (0..<50).map { "192.0.2.\($0)" }) }
        let world = World(
            srv: ["_sip._udp.example.com": records],
            a: Dictionary(uniqueKeysWithValues: hosts.map { (String(decoding: $0.0, as: UTF8.self), $0.1) })
        )
        let found = world.find(HostHop(host: nameBytes("example.com"), transport: .udp), over: everything)
        #expect(found.servers.count == 16 && found.asked.count <= 1 + 2 * 8)
        #expect(Set(found.servers).count == found.servers.count)
    }

    @Test func answersThatNobodyAskedForAreIgnored() {
        var location = ServerLocation(of: HostHop(host: nameBytes("example.com")), over: everything, seed: 1)
        let naptr = LocationQuestion(nameBytes("example.com"), .naptr)
        #expect(location.takeQuestions() == [naptr] && location.takeQuestions().isEmpty)
        location.answer(LocationQuestion(nameBytes("example.com"), .a), with: .nothing)
        location.answer(LocationQuestion(nameBytes("evil.example"), .naptr), with: .nothing)
        #expect(location.takeQuestions().isEmpty && location.servers == nil)
        location.answer(naptr, with: .addresses([IPAddress(ipv4: 1)]))
        #expect(location.takeQuestions().count == 2, "an answer of another kind is none")
    }
}
