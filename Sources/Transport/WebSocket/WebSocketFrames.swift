internal import NIOCore
internal import NIOWebSocket

/// What happens on a WebSocket connection besides messages.
enum WebSocketEvent: Sendable {
    /// A ping, which is answered already, or a pong.
    case keepAlive
    /// The peer has said that it closes.
    case closing
    /// What came breaks RFC 6455 or is larger than a message may be.
    case failure
}

/// Makes messages of frames and frames of messages (RFC 6455 §5, RFC 7118 §5): one SIP message is one WebSocket
/// message. Lives on one event loop only.
///
/// It closes nothing by itself. After ``WebSocketEvent/closing`` or ``WebSocketEvent/failure`` it takes nothing more, and
/// when the connection is then closed in any way the close frame goes first, behind what was written before.
final class WebSocketFrames: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = WebSocketFrame

    private let limit: Int
    private var fragments: ByteBuffer?
    private var isText = false
    private var hasEnded = false
    private var hasSentClose = false
    private var closeCode: WebSocketErrorCode? = .goingAway

    /// `limit` is how many bytes a message may have, in however many fragments.
    init(limit: Int) {
        self.limit = limit
    }

    /// A message has begun and lacks fragments.
    var isInMessage: Bool { fragments != nil }

    // MARK: From the peer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasEnded else { return }
        let frame = unwrapInboundIn(data)
        // No extension is agreed on, so nothing may be in its bits (§5.2); a client must mask (§5.1).
        guard frame.maskKey != nil, frame.reservedBits.isEmpty else { return fail(.protocolError, context) }
        switch frame.opcode {
        case .text, .binary:
            guard fragments == nil else { return fail(.protocolError, context) }
            isText = frame.opcode == .text
            take(frame, context)
        case .continuation:
            guard fragments != nil else { return fail(.protocolError, context) }
            take(frame, context)
        case .ping:
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
            context.fireUserInboundEventTriggered(WebSocketEvent.keepAlive)
        case .pong:
            context.fireUserInboundEventTriggered(WebSocketEvent.keepAlive)
        case .connectionClose:
            close(frame.unmaskedData, context)
        default:
            fail(.protocolError, context)
        }
    }

    private func take(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
        var data = frame.unmaskedData
        guard (fragments?.readableBytes ?? 0) + data.readableBytes <= limit else {
            return fail(.messageTooLarge, context)
        }
        fragments?.writeBuffer(&data)
        guard frame.fin else {
            fragments = fragments ?? data
            return
        }
        let message = fragments ?? data
        fragments = nil
        guard !isText || message.readableBytesUInt8Span.isUTF8 else {
            return fail(.dataInconsistentWithMessage, context)
        }
        context.fireChannelRead(wrapInboundOut(message))
    }

    /// The peer closes, with or without a code, which it gets back (§5.5.1).
    private func close(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        var payload = payload
        guard payload.readableBytes != 1 else { return fail(.protocolError, context) }
        let code = payload.readInteger(as: UInt16.self)
        if let code {
            guard Self.mayBeSent(code) else { return fail(.protocolError, context) }
            guard payload.readableBytesUInt8Span.isUTF8 else {
                return fail(.dataInconsistentWithMessage, context)
            }
        }
        closeCode = code.map { WebSocketErrorCode(codeNumber: Int($0)) }
        end(.closing, context)
    }

    /// The codes that may stand in a close frame (§7.4); others are for inside programs only.
    private static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength: fail(.messageTooLarge, context)
        case is NIOWebSocketError: fail(.protocolError, context)
        // What comes after a frame that could not be read is not read either, until the peer closes.
        case is ByteToMessageDecoderError where hasEnded: break
        default: context.fireErrorCaught(error)
        }
    }

    private func fail(_ code: WebSocketErrorCode, _ context: ChannelHandlerContext) {
        guard !hasEnded else { return }
        closeCode = code
        end(.failure, context)
    }

    private func end(_ event: WebSocketEvent, _ context: ChannelHandlerContext) {
        hasEnded = true
        fragments = nil
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: To the peer

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let message = unwrapOutboundIn(data)
        let opcode: WebSocketOpcode = message.readableBytesUInt8Span.isUTF8 ? .text : .binary
        let frame = WebSocketFrame(fin: true, opcode: opcode, data: message)
        context.write(wrapOutboundOut(frame), promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if !hasSentClose, mode != .input {
            hasSentClose = true
            hasEnded = true
            var data = context.channel.allocator.buffer(capacity: 2)
            if let closeCode { data.write(webSocketErrorCode: closeCode) }
            let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
            context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        }
        context.close(mode: mode, promise: promise)
    }
}

extension Span<UInt8> {
    /// Well-formed UTF-8, with which a text frame must be filled (RFC 6455 §5.6).
    fileprivate var isUTF8: Bool {
        (try? UTF8Span(validating: self)) != nil
    }
}
