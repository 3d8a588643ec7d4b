public import SIPMessage

/// The branch of a request of our own: the magic cookie and 64 bits that nobody can guess
/// (RFC 3261 §8.1.1.7), so that a stranger who does not see the request cannot answer it.
public struct Branch: Hashable, Sendable, BitwiseCopyable {
    /// The 64 bits.
    public let rawValue: UInt64

    /// The branch of these bits; they must differ from request to request and be hard to guess.
    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Reads the branch of a Via; nil if it is not one of ours.
    public init?(_ message: Span<UInt8>, of via: Via) {
        guard via.branch.count == 7 + 16, via.hasMagicCookie(message) else { return nil }
        // Branches are tokens and so in any case the same (§7.3.1).
        let digits = via.branch.bounds.lowerBound + 7
        guard let bits = message.hexadecimal(digits..<digits + 16) else { return nil }
        rawValue = bits
    }

    /// Appends it as it stands in a Via: 23 characters.
    public func append(to out: inout [UInt8]) {
        out.append("z9hG4bK")
        out.appendHexadecimal(rawValue, digits: 16)
    }
}
