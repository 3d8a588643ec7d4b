internal import SIPMessage

/// The texts of a binding in one buffer, as a change wants them.
public struct FlatTexts: Sendable {
    /// All texts, one behind the other.
    public private(set) var bytes: [UInt8] = []
    /// Where each stands.
    public private(set) var ranges = BindingTextRanges(contact: .empty, callID: .empty)

    /// Nil if they are longer than any message can be.
    public init?(_ texts: BindingTexts) {
        let parts = [
            texts.contact, texts.contactParameters, texts.callID, texts.userAgent, texts.sentBy,
            texts.account,
            texts.path, texts.peer, texts.numbers,
        ]
        let count = parts.reduce(0) { $0 + $1.count }
        guard count <= Int(UInt16.max), texts.aor.count <= Int(UInt16.max) else { return nil }
        bytes.reserveCapacity(count)
        ranges.contact = append(texts.contact)
        ranges.contactParameters = append(texts.contactParameters)
        ranges.callID = append(texts.callID)
        ranges.userAgent = append(texts.userAgent)
        ranges.sentBy = append(texts.sentBy)
        ranges.account = append(texts.account)
        ranges.path = append(texts.path)
        ranges.peer = append(texts.peer)
        ranges.numbers = append(texts.numbers)
    }

    private mutating func append(_ text: [UInt8]) -> ByteRange {
        let range = ByteRange(
            start: UInt16(truncatingIfNeeded: bytes.count),
            count: UInt16(truncatingIfNeeded: text.count)
        )
        bytes += text
        return range
    }
}
