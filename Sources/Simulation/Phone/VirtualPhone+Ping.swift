import SIPMessage

extension VirtualPhone {
    /// 200 to an OPTIONS; nil for any other request, and from a phone that answers none (RFC 3261 §11.2).
    func answer(to head: borrowing MessageHead, _ message: [UInt8]) -> [UInt8]? {
        guard head.method == .options, profile.answersPings else { return nil }
        var encoder = MessageEncoder()
        encoder.beginResponse(.ok)
        encoder.copy(.via, of: head, message.span)
        encoder.copy(.from, of: head, message.span)
        encoder.beginHeader(.to)
        encoder.bytes.append(unfolding: message.span, head.first(.to) ?? .empty)
        encoder.bytes.append(contentsOf: ";tag=\(fromTag)".utf8)
        encoder.endLine()
        encoder.copy(.callID, of: head, message.span)
        encoder.copy(.cseq, of: head, message.span)
        encoder.header(.userAgent, text: profile.userAgent)
        encoder.finish()
        return encoder.bytes
    }
}
