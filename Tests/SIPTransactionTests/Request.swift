import SIPMessage
import SIPTransaction
import Testing
import Timing

/// A request with what its key is made of.
struct Request {
    var method = "REGISTER"
    var uri = "sip:example.test"
    var sentBy = "192.0.2.1:5060"
    var branch = ";branch=z9hG4bKabc"
    var from = "<sip:1001@example.test>;tag=a"
    var callID = "call@1"
    var cseq = "1 REGISTER"
    var source = Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5060)
    var transport = TransportKind.udp

    var path: ReceivedFrom {
        let local = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5060)
        return ReceivedFrom(source: source, local: local, transport: transport, at: .zero)
    }

    var bytes: [UInt8] {
        Array(
            """
            \(method) \(uri) SIP/2.0\r
            Via: SIP/2.0/UDP \(sentBy)\(branch)\r
            From: \(from)\r
            To: <sip:1001@example.test>\r
            Call-ID: \(callID)\r
            CSeq: \(cseq)\r
            Content-Length: 0\r
            \r

            """.utf8
        )
    }

    func key(as method: SIPMessage.Method? = nil) throws -> TransactionKey {
        let message = bytes
        let span = message.span
        var head = MessageHead()
        try head.parse(span)
        return TransactionKey(head, span, via: try head.topVia(span), path: path, as: method)
    }

    func mergedKey() throws -> MergedRequests.Key {
        let message = bytes
        let span = message.span
        var head = MessageHead()
        try head.parse(span)
        let tag = try head.from(span).tag
        return MergedRequests.Key(
            span,
            fromTag: tag,
            callID: try head.callID(span),
            cseq: try head.cseq(span)
        )
    }
}
