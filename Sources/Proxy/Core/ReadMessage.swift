import SIPMessage

/// A head that is used again for message after message, apart from who uses it: so it can be read while its owner
/// changes.
final class ReadMessage {
    /// What was read last.
    private(set) var head = MessageHead()
    /// Whose request that is, if it is one that is kept.
    private weak var owner: ResponseContext?

    /// Reads a message; what was wrong with it, nil if nothing was.
    func read(_ bytes: Span<UInt8>, limits: MessageLimits, framing: MessageFraming) -> ParseError? {
        owner = nil
        do throws(ParseError) {
            try head.parse(bytes, limits: limits, framing: framing)
            return nil
        } catch {
            return error
        }
    }

    /// What was read last is this request now.
    func keep(for context: ResponseContext) { owner = context }

    /// What was read last is this request.
    func holds(_ context: ResponseContext) -> Bool { owner === context }

    /// Reads a request that is kept, unless it is the one that was read last. It could be read when it came.
    func read(requestOf context: ResponseContext) {
        guard owner !== context else { return }
        _ = read(context.request.span, limits: .standard, framing: .datagram)
        owner = context
    }
}
