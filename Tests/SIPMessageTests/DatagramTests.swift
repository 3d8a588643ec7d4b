import SIPMessage
import Testing
import Timing

@Suite struct DatagramTests {
    @Test("RFC 3261 §18.3, RFC 7118 §5: what cuts messages apart")
    func whatKeepsMessagesWhole() {
        #expect(TransportKind.allCases.filter(\.keepsMessagesWhole) == [.udp, .ws, .wss])
        #expect(TransportKind.allCases.filter(\.isSecure) == [.tls, .wss])
        #expect(TransportKind.allCases.filter { !$0.isReliable } == [.udp])
    }

    @Test func namesOfTLSVersions() {
        let names = [TLSVersion.none, .tls12, .tls13].map(\.name)
        #expect(names == ["", "TLS 1.2", "TLS 1.3"])
        let here = Endpoint(address: IPAddress(ipv4: 1), port: 2)
        #expect(ReceivedFrom(source: here, local: here, transport: .tcp, at: .zero).tls == .none)
    }
}
