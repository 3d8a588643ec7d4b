/// A browser's WebSocket connection, frame by frame, so that a test may send what no library would.
struct WebSocketClient {
    struct Frame: Equatable {
        var opcode: UInt8
        var isFinal = true
        var payload: [UInt8]

        var text: String { String(decoding: payload, as: UTF8.self) }

        static func text(_ text: String) -> Frame { Frame(opcode: 1, payload: Array(text.utf8)) }
        static func close(_ code: UInt16?) -> Frame {
            Frame(opcode: 8, payload: code.map { [UInt8($0 >> 8), UInt8($0 & 0xff)] } ?? [])
        }
    }

    let client: any StreamClient
    /// The head of the server's answer.
    let answer: String

    static let standardHead = """
        GET /sip HTTP/1.1
        Host: sip.example
        Upgrade: websocket
        Connection: keep-alive, Upgrade
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
        Sec-WebSocket-Protocol: xmpp, sip
        Sec-WebSocket-Version: 13
        Origin: http://www.example.com
        """

    /// Asks with a request of these lines and reads the answer's head.
    init(_ client: any StreamClient, head: String = standardHead) throws {
        self.client = client
        try client.send(head.split(separator: "\n").joined(separator: "\r\n") + "\r\n\r\n")
        answer = try Self.head(from: client)
    }

    /// Reads up to the empty line.
    static func head(from client: any StreamClient) throws -> String {
        var head = ""
        while !head.hasSuffix("\r\n\r\n") {
            let more = try client.receive(1)
            if more.isEmpty { break }
            head += more
        }
        return head
    }

    static func bytes(_ frame: Frame, isMasked: Bool = true, reserved: UInt8 = 0) -> [UInt8] {
        var bytes = [(frame.isFinal ? 0x80 : 0) | reserved | frame.opcode]
        let mask: UInt8 = isMasked ? 0x80 : 0
        let count = frame.payload.count
        switch count {
        case ..<126: bytes.append(mask | UInt8(count))
        case ..<65_536: bytes += [mask | 126, UInt8(count >> 8), UInt8(count & 0xff)]
        default: bytes += [mask | 127] + (0..<8).reversed().map { UInt8(count >> ($0 * 8) & 0xff) }
        }
        guard isMasked else { return bytes + frame.payload }
        let key: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]
        return bytes + key + frame.payload.enumerated().map { $0.element ^ key[$0.offset % 4] }
    }

    func send(_ frames: Frame..., isMasked: Bool = true, reserved: UInt8 = 0) throws {
        try client.send(frames.flatMap { Self.bytes($0, isMasked: isMasked, reserved: reserved) })
    }

    /// The next frame, which must not be masked; nil at the end.
    func receive() throws -> Frame? {
        let start = try client.receiveBytes(2)
        guard start.count == 2, start[1] & 0x80 == 0 else { return nil }
        var count = Int(start[1])
        if count >= 126 {
            count = try client.receiveBytes(count == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) }
        }
        return Frame(
            opcode: start[0] & 0x0f,
            isFinal: start[0] & 0x80 != 0,
            payload: count == 0 ? [] : try client.receiveBytes(count),
        )
    }
}
