/// What a WebSocket connection (RFC 6455) that carries SIP (RFC 7118) looks like without TLS.
enum WebSocketText {
    /// How a phone asks for the upgrade: the key is the RFC's own example.
    static let request = Array(
        """
        GET / HTTP/1.1\r
        Host: registrar.invalid\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        Sec-WebSocket-Protocol: sip\r
        Sec-WebSocket-Version: 13\r
        \r

        """.utf8
    )

    /// How it is granted.
    static let reply = Array(
        """
        HTTP/1.1 101 Switching Protocols\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
        Sec-WebSocket-Protocol: sip\r
        \r

        """.utf8
    )

    /// A whole message in one text frame. A client's is masked, with a mask of zeros: it can be read as it stands.
    static func frame(_ message: [UInt8], isMasked: Bool) -> [UInt8] {
        var out: [UInt8] = [0x81]
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch message.count {
        case ..<126: out.append(mask | UInt8(truncatingIfNeeded: message.count))
        case ..<65_536:
            out.append(mask | 126)
            out.appendBig(UInt16(truncatingIfNeeded: message.count))
        default:
            out.append(mask | 127)
            out.appendBig(UInt64(message.count))
        }
        if isMasked { out += [0, 0, 0, 0] }
        return out + message
    }
}
