internal import NIOHTTP1

/// What an HTTP request on a WebSocket listener is answered with (RFC 6455 §4.2, RFC 7118 §4).
enum WebSocketUpgrade {
    /// Why a request does not become a WebSocket connection.
    struct Refusal: Hashable {
        var status: HTTPResponseStatus
        var text: String
    }

    /// The name of SIP among WebSocket subprotocols (RFC 7118 §4.1).
    static let subprotocol = "sip"

    /// No header field of a browser's request is longer, its cookies included, and no request has more.
    static let limits = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 8 << 10
        limits.maxHeaderListSize = 16 << 10
        limits.maxHeaderFieldCount = 64
        return limits
    }()

    /// Nil for a request that is well: any path will do, since a registrar has only one resource.
    static func refusal(of head: HTTPRequestHead) -> Refusal? {
        guard head.method == .GET, head.version == .http1_1, has("upgrade", "websocket", head),
            has("connection", "upgrade", head)
        else { return Refusal(status: .upgradeRequired, text: "This port speaks SIP over WebSocket.") }
        guard head.headers["sec-websocket-version"] == ["13"] else {
            return Refusal(status: .upgradeRequired, text: "Only WebSocket version 13 is spoken here.")
        }
        guard head.headers["sec-websocket-key"].count == 1,
            let key = head.headers.first(name: "sec-websocket-key"), isKey(key)
        else { return Refusal(status: .badRequest, text: "Sec-WebSocket-Key must be 16 bytes in base64.") }
        // Names of subprotocols are compared as they stand (RFC 6455 §4.1).
        guard head.headers[canonicalForm: "sec-websocket-protocol"].contains(Substring(subprotocol)) else {
            return Refusal(status: .badRequest, text: "Sec-WebSocket-Protocol must offer sip.")
        }
        return nil
    }

    /// The head of the answer to a refused request.
    static func head(_ refusal: Refusal) -> HTTPResponseHead {
        var headers = HTTPHeaders([
            ("Connection", "close"), ("Content-Type", "text/plain"),
            ("Content-Length", "\(refusal.text.utf8.count + 2)"),
        ])
        if refusal.status == .upgradeRequired {
            // RFC 9110 §15.5.22 and RFC 6455 §4.4 demand to say what would have been right.
            headers.replaceOrAdd(name: "Connection", value: "upgrade, close")
            headers.add(name: "Upgrade", value: "websocket")
            headers.add(name: "Sec-WebSocket-Version", value: "13")
        }
        return HTTPResponseHead(version: .http1_1, status: refusal.status, headers: headers)
    }

    private static func has(_ name: String, _ word: String, _ head: HTTPRequestHead) -> Bool {
        head.headers[canonicalForm: name].contains { $0.lowercased() == word }
    }

    /// 16 bytes make 22 digits and two signs of padding.
    private static func isKey(_ text: String) -> Bool {
        text.utf8.count == 24 && text.hasSuffix("==")
    }
}
