import NIOCore
import NIOEmbedded
import NIOWebSocket

@testable import Transport

/// Takes bytes through what a WebSocket connection has after its upgrade, at once and in pieces; both must give the
/// same messages, none above the limit, and closing says one goodbye.
func fuzzWebSocket(_ input: [UInt8]) {
    let expected = run([input[...]])
    var pieces: [ArraySlice<UInt8>] = []
    var rest = input[...]
    while let first = rest.first {
        let count = min(1 + Int(first % 61), rest.count)
        pieces.append(rest.prefix(count))
        rest.removeFirst(count)
    }
    precondition(run(pieces) == expected, "the pieces give something else")
    let messages = expected.filter { if case .message = $0 { true } else { false } }
    trap(if: messages.count > 2 && expected.contains(.event(.keepAlive)))
}

private let limit = 2000

private enum Happening: Equatable {
    case message([UInt8])
    case event(WebSocketEvent)
}

private final class Listener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var heard: [Happening] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard.append(.message(Array(unwrapInboundIn(data).readableBytesView)))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? WebSocketEvent { heard.append(.event(event)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        preconditionFailure("an error went through: \(error)")
    }
}

private func run(_ pieces: [ArraySlice<UInt8>]) -> [Happening] {
    let listener = Listener()
    let channel = EmbeddedChannel()
    let pipeline = channel.pipeline.syncOperations
    let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: limit))
    let stages: [any ChannelHandler] = [
        WebSocketFrameEncoder(), decoder, WebSocketFrames(limit: limit), listener,
    ]
    guard (try? pipeline.addHandlers(stages)) != nil else { preconditionFailure("no pipeline") }
    for piece in pieces {
        guard (try? channel.writeInbound(ByteBuffer(bytes: piece))) != nil else {
            preconditionFailure("an error came through")
        }
    }
    channel.close(promise: nil)
    var sent: [UInt8] = []
    while let bytes = try? channel.readOutbound(as: ByteBuffer.self) { sent += bytes.readableBytesView }
    precondition(opcodes(of: sent[...]).filter { $0 == 8 }.count == 1, "not one goodbye")
    for case .message(let message) in listener.heard { precondition(message.count <= limit) }
    return listener.heard
}

/// The opcodes of whole, unmasked frames of up to 125 bytes: pongs and the close frame.
private func opcodes(of frames: ArraySlice<UInt8>) -> [UInt8] {
    var rest = frames
    var opcodes: [UInt8] = []
    while let first = rest.popFirst() {
        guard let count = rest.popFirst(), count < 126, rest.count >= Int(count) else {
            preconditionFailure("a frame is cut off")
        }
        opcodes.append(first & 0x0f)
        rest.removeFirst(Int(count))
    }
    precondition(opcodes.last == 8, "something follows the goodbye")
    return opcodes
}
