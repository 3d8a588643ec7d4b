import SIPMessage
import Testing

@Suite("Networks of addresses")
struct IPNetworkTests {
    @Test(
        "RFC 4632 §3.1, RFC 4291 §2.3: a network is written with its prefix, and reads back",
        arguments: [
            ("10.0.0.0/8", "10.0.0.0/8"), ("10.1.2.3/8", "10.0.0.0/8"), ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/32", "192.0.2.7"), ("0.0.0.0/0", "0.0.0.0/0"),
            ("203.0.113.255/31", "203.0.113.254/31"),
            ("2001:db8::/32", "2001:db8::/32"), ("2001:db8:1:2:3:4:5:6/64", "2001:db8:1:2::/64"),
            ("2001:db8::1", "2001:db8::1"), ("[2001:db8::]/32", "2001:db8::/32"), ("::/0", "::/0"),
            ("2001:db8::ff/121", "2001:db8::80/121"), ("::ffff:10.0.0.0/8", "10.0.0.0/8"),
        ]
    )
    func canonical(_ text: String, _ written: String) throws {
        let network = try #require(IPNetwork(text))
        #expect(network.description == written)
        #expect(IPNetwork(written) == network)
    }

    @Test(
        "What isn't a network isn't read",
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8",
            "10.0.0/8",
            "10.0.0.0/ 8", "10.0.0.0/0008", "2001:db8::/129", "example.test/8",
            "10.0.0.0/99999999999999999999",
        ]
    )
    func refused(_ text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test(
        "An address is in a network if the leading bits are the network's",
        arguments: [
            ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("192.0.2.0/25", "192.0.2.127", true), ("192.0.2.0/25", "192.0.2.128", false),
            ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false),
            ("0.0.0.0/0", "255.1.2.3", true), ("0.0.0.0/0", "::1", false), ("::/0", "2001:db8::1", true),
            ("::/0", "10.0.0.1", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::", false), ("2001:db8::/96", "2001:db8::c000:201", true),
            ("2001:db8::/96", "2001:db8::1:0:0", false), ("2001:db8::/64", "2001:db8::ffff:0:0:1", true),
        ]
    )
    func membership(_ network: String, _ address: String, _ isIn: Bool) throws {
        #expect(try #require(IPNetwork(network)).contains(try #require(IPAddress(address))) == isIn)
    }

    @Test("Every prefix of both families contains its own address, and not the one with its last bit turned")
    func everyPrefix() {
        for prefix in 1...32 {
            let bits: UInt32 = 0xc0a8_5a5a
            let network = IPNetwork(IPAddress(ipv4: bits), prefix: prefix)
            #expect(network.contains(IPAddress(ipv4: bits)))
            #expect(!network.contains(IPAddress(ipv4: bits ^ 1 << UInt32(32 - prefix))))
        }
        for prefix in 1...128 {
            let (high, low): (UInt64, UInt64) = (0x2001_0db8_a5a5_5a5a, 0x0123_4567_89ab_cdef)
            let network = IPNetwork(IPAddress(ipv6High: high, low: low), prefix: prefix)
            #expect(network.contains(IPAddress(ipv6High: high, low: low)))
            let other =
                prefix <= 64
                ? IPAddress(ipv6High: high ^ 1 << UInt64(64 - prefix), low: low)
                : IPAddress(ipv6High: high, low: low ^ 1 << UInt64(128 - prefix))
            #expect(!network.contains(other))
        }
    }

    @Test("A prefix outside of the family's is the nearest of the family's")
    func clamped() {
        #expect(IPNetwork(IPAddress(ipv4: 1), prefix: 200).prefix == 32)
        #expect(IPNetwork(IPAddress(ipv4: 1), prefix: -3).description == "0.0.0.0/0")
    }
}
