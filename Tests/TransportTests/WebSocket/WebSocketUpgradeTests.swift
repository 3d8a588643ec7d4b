import NIOHTTP1
import Testing

@testable import Transport

@Suite struct WebSocketUpgradeTests {
    private func request(_ change: (inout HTTPRequestHead) -> Void = { _ in }) -> WebSocketUpgrade.Refusal? {
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/any/path?x=y")
        head.headers = [
            "Host": "sip.example", "Upgrade": "WebSocket", "Connection": "Upgrade",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": "sip",
        ]
        change(&head)
        return WebSocketUpgrade.refusal(of: head)
    }

    @Test("RFC 7118 §4: any path, and sip among the subprotocols")
    func accepts() {
        #expect(request() == nil)
        #expect(request { $0.uri = "*" } == nil)
        #expect(request { $0.headers.add(name: "Sec-WebSocket-Protocol", value: "msrp") } == nil)
        #expect(request { $0.headers.replaceOrAdd(name: "Connection", value: "keep-alive, upgrade") } == nil)
    }

    @Test("RFC 6455 §4.2.1: each demand on the request")
    func refuses() {
        let demands: [(HTTPResponseStatus, (inout HTTPRequestHead) -> Void)] = [
            (.upgradeRequired, { $0.method = .POST }),
            (.upgradeRequired, { $0.version = .http1_0 }),
            (.upgradeRequired, { $0.headers.remove(name: "Upgrade") }),
            (.upgradeRequired, { $0.headers.replaceOrAdd(name: "Upgrade", value: "h2c") }),
            (.upgradeRequired, { $0.headers.remove(name: "Connection") }),
            (.upgradeRequired, { $0.headers.remove(name: "Sec-WebSocket-Version") }),
            (.upgradeRequired, { $0.headers.replaceOrAdd(name: "Sec-WebSocket-Version", value: "7") }),
            (.badRequest, { $0.headers.remove(name: "Sec-WebSocket-Key") }),
            (.badRequest, { $0.headers.add(name: "Sec-WebSocket-Key", value: "dGhlIHNhbXBsZSBub25jZQ==") }),
            (.badRequest, { $0.headers.replaceOrAdd(name: "Sec-WebSocket-Key", value: "short==") }),
            (.badRequest, { $0.headers.remove(name: "Sec-WebSocket-Protocol") }),
            (.badRequest, { $0.headers.replaceOrAdd(name: "Sec-WebSocket-Protocol", value: "SIP, sips") }),
        ]
        for (index, (status, change)) in demands.enumerated() {
            #expect(request(change)?.status == status, "demand \(index)")
        }
    }

    @Test("RFC 9110 §15.5.22: a 426 says what would have been right")
    func tellsTheVersion() {
        let refusal = WebSocketUpgrade.Refusal(status: .upgradeRequired, text: "no")
        let head = WebSocketUpgrade.head(refusal)
        #expect(head.headers["Upgrade"] == ["websocket"] && head.headers["Sec-WebSocket-Version"] == ["13"])
        #expect(head.headers["Content-Length"] == ["4"])
    }
}
