import BindingTable
import Registrar
import SIPMessage
import Support
import Testing

@testable import Proxy

/// RFC 4475: what a proxy decides about each message that concerns its decisions. All of them are from strangers to
/// users of example.com, where bob and nobody else is registered, or elsewhere.
@Suite struct ProxyTortureTests {
    @Test(arguments: [
        ("clerr.dat", 400), ("ncl.dat", 400), ("quotbal.dat", 400), ("ltgtruri.dat", 400),
        ("lwsruri.dat", 400), ("lwsstart.dat", 400), ("trws.dat", 400), ("escruri.dat", 400),
        ("baddn-crlf.dat", 400), ("badvers.dat", 505), ("mismatch01.dat", 400), ("mismatch02.dat", 400),
        ("insuf.dat", 400), ("unkscm.dat", 416), ("novelsc.dat", 416), ("bext01.dat", 420),
        ("multi01.dat", 400), ("mcl01.dat", 400), ("zeromf.dat", 483), ("intmeth.dat", 480),
    ])
    func refused(name: String, status: UInt16) throws {
        let stage = try RoutingStage([
            .proxying(), .proxying("example.net"), .proxying("company.com"), .proxying("example.org"),
            .proxying("biloxi.example.com"), .proxying("chicago.example.com"),
        ])
        let reason = try #require(stage.decide(try Fixture.bytes("torture/\(name)")).reason, "\(name)")
        #expect(StatusCode(Refusal(reason)).rawValue == status, "\(reason)")
    }

    @Test("§3.3.5: the tags that a proxy has to know, and no others")
    func unsupported() throws {
        let stage = try RoutingStage([.proxying()])
        let bytes = try Fixture.bytes("torture/bext01.dat")
        let answer = stage.answer(bytes, .badExtension)
        #expect(answer.contains("noProxiesSupportThis, norDoAnyProxiesSupportThis\r\n"))
    }

    @Test("§3.1.1.1, §3.1.1.11, §3.4.1: what is well formed is passed on whole")
    func passedOn() throws {
        for name in ["wsinv.dat", "mpart01.dat", "inv2543.dat"] {
            let bytes = try Fixture.bytes("torture/\(name)")
            var head = MessageHead()
            try head.parse(bytes.span)
            let uri = String(decoding: bytes[head.requestURI.bounds], as: UTF8.self)
            let host = uri.split(separator: "@").last.map { $0.prefix { $0 != ";" && $0 != ":" } } ?? ""
            // The sender is a user of ours, so that it may name a Route.
            let stage = try RoutingStage([.proxying(String(host)), .proxying("example.com")])
            let user = uri.dropFirst(4).prefix { $0 != "@" && $0 != ";" }
            stage.register(
                String(user),
                "<sip:x@10.0.0.5>",
                from: RoutingStage.endpoint(0x0a00_0005, 5_060),
                domain: String(host)
            )
            let sent = try #require(stage.forward(bytes), "\(name): \(uri)")
            let body = bytes[head.body.bounds]
            #expect(sent.hasSuffix(String(decoding: body, as: UTF8.self)), "\(name)")
        }
    }
}
