import SIPMessage
import Testing

@Suite("Addresses as text")
struct IPAddressTextTests {
    @Test(
        "An address is written as RFC 5952 wants it, and reads back",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::10", "2001:db8::10"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:0db8::0001", "2001:db8::1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("[2001:db8::9:1]", "2001:db8::9:1"),
            ("::ffff:192.0.2.2", "192.0.2.2"), ("2001:db8::192.0.2.1", "2001:db8::c000:201"),
            ("2001:db8:::192.0.2.1", "2001:db8::c000:201"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ]
    )
    func canonical(_ text: String, _ written: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == written)
        #expect(IPAddress(written) == address)
    }

    @Test(
        "What isn't an address isn't read",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1..2.3", "1.2.3.", ".1.2.3", "1.2.3.4 ", "0001.2.3.4",
            "a.b.c.d",
            ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "1:2:3:4:5:6:7:8::",
            "[::1", "::1]",
            "[]", "::g", "1:", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4",
            "fe80::1%eth0",
        ]
    )
    func refused(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("An endpoint has its port after a colon, and brackets around IPv6")
    func endpoints() throws {
        let four = try #require(IPAddress("192.0.2.1"))
        let six = try #require(IPAddress("2001:db8::1"))
        #expect(Endpoint(address: four, port: 5060).description == "192.0.2.1:5060")
        #expect(Endpoint(address: six, port: 5060).description == "[2001:db8::1]:5060")
        #expect(Endpoint(address: six, port: 0).description == "[2001:db8::1]")
    }
}
