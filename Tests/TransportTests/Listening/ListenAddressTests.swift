import SIPMessage
import Testing

@testable import Transport

@Suite struct ListenAddressTests {
    @Test(
        "RFC 3261 §19.1.2, RFC 6455 §3: usual ports",
        arguments: [
            ("udp:127.0.0.1:5060", "udp:127.0.0.1:5060"),
            ("tcp:[::1]:5070", "tcp:[::1]:5070"),
            ("UDP:0.0.0.0:0", "udp:0.0.0.0:0"),
            ("udp:127.0.0.1", "udp:127.0.0.1:5060"),
            ("tcp:[::]", "tcp:[::]:5060"),
            ("tls:[::1]", "tls:[::1]:5061"),
            ("WS:127.0.0.1", "ws:127.0.0.1:80"),
            ("wss:sip.example", "wss:sip.example:443"),
            ("udp:sip.example:65535", "udp:sip.example:65535"),
        ]
    )
    func reads(text: String, canonical: String) throws {
        let address = try ListenAddress(parsing: text)
        #expect(address.description == canonical)
        #expect(try ListenAddress(parsing: canonical) == address)
    }

    @Test(arguments: [
        ("5060", "5060: not a listener; write TRANSPORT:HOST:PORT, such as udp:127.0.0.1:5060"),
        (
            "sctp:127.0.0.1:5060",
            "sctp:127.0.0.1:5060: unknown transport \"sctp\"; write udp, tcp, tls, ws or wss"
        ),
        ("udp:::1:5060", "udp:::1:5060: put the IPv6 address in brackets, such as [::1]:5060"),
        ("udp:[::1:5060", "udp:[::1:5060: missing ]; write [ADDRESS]:PORT"),
        ("udp:[::1]5060", "udp:[::1]5060: after ] comes :PORT or nothing"),
        ("udp::5060", "udp::5060: the host is missing; 0.0.0.0 or [::] listens on all addresses"),
        ("udp:127.0.0.1:65536", "udp:127.0.0.1:65536: \"65536\" is no port; write a number from 0 to 65535"),
        ("udp:127.0.0.1:+1", "udp:127.0.0.1:+1: \"+1\" is no port; write a number from 0 to 65535"),
        ("udp:127.0.0.1:", "udp:127.0.0.1:: \"\" is no port; write a number from 0 to 65535"),
    ])
    func refusesInOneSentence(text: String, sentence: String) {
        let error = #expect(throws: TransportError.self) { try ListenAddress(parsing: text) }
        #expect(error?.description == sentence)
    }

    @Test func resolvesNumbersAndLocalhost() throws {
        let loopback = try Endpoint(ListenAddress(parsing: "udp:localhost:7").resolve())
        #expect(loopback.address.isLoopback && loopback.address.isIPv4 && loopback.port == 7)
        let six = try Endpoint(ListenAddress(parsing: "udp:[2001:db8::5]:7").resolve())
        #expect(six.address == IPAddress(ipv6High: 0x2001_0db8_0000_0000, low: 5))
        #expect(Listener(transport: .tcp, endpoint: six).description == "tcp:[2001:db8::5]:7")
    }

    @Test func namesAnUnknownHost() throws {
        let address = try ListenAddress(parsing: "udp:no-such-host.invalid:5060")
        let error = #expect(throws: TransportError.self) { try address.resolve() }
        #expect(error?.description.hasPrefix("udp:no-such-host.invalid:5060: unknown host (") == true)
    }
}
