import NIOSSL
import Testing

@testable import Transport

@Suite struct ConnectionPeerTests {
    @Test(
        "RFC 5922 §7.1: SIP URIs, else DNS names, else the common name",
        arguments: [
            ("client-uri", ["pbx.example", "second.example"]), ("client-dns", ["gateway.example"]),
            ("client-cn", ["0004F2AABBCC"]), ("server", ["sip.example"]),
        ]
    )
    func identities(certificate: String, identities: [String]) throws {
        let peer = ConnectionPeer(try TestFiles.certificate(certificate))
        #expect(peer.identities == identities && peer.name == identities.first)
    }

    @Test func withoutCertificateNobody() {
        #expect(ConnectionPeer(nil) == .unverified)
        #expect(ConnectionPeer.unverified.name == nil)
    }

    @Test(
        "RFC 5922 §7.1: which URIs name a domain",
        arguments: [
            ("sip:example.com", "example.com"), ("SIP:Example.COM:5061;transport=tls", "example.com"),
            ("sip:alice@example.com", nil), ("sips:example.com", nil), ("http://example.com", nil),
            ("urn:x:y", nil), ("sip:", nil), ("sip:a\u{0}b", nil), ("sip:*.example.com", nil), ("", nil),
            ("sip:" + String(repeating: "a", count: 254), nil),
        ] as [(String, String?)]
    )
    func domains(uri: String, domain: String?) {
        #expect(ConnectionPeer.domain(ofURI: Array(uri.utf8)) == domain)
    }

    @Test(
        "RFC 5922 §7.2: wildcards and what is no name are nobody",
        arguments: [
            ("sip.example", "sip.example"), ("*.example", nil), ("", nil), ("a b", nil), ("ä.example", nil),
            ("a\u{1b}[31m", nil),
        ] as [(String, String?)]
    )
    func names(name: String, domain: String?) {
        #expect(ConnectionPeer.domain(Array(name.utf8)) == domain)
    }
}
