import SIPMessage
import SIPTransaction

/// The branch of a request that is passed on: 64 bits that nobody can guess, and what the way was decided from, so that
/// the same request that comes again is known for one (RFC 3261 §16.6 step 8, RFC 5393 §4.2.1).
///
/// Written as the magic cookie and 32 hexadecimal digits.
struct ProxyBranch: Hashable, Sendable, BitwiseCopyable {
    /// Names the transaction.
    var branch: Branch
    /// Keyed hash of all that the way was decided from; the same whatever the method.
    var loop: UInt64

    /// Pairs the two.
    init(branch: Branch, loop: UInt64) {
        self.branch = branch
        self.loop = loop
    }

    /// Characters of every one: the cookie and twice 16 digits.
    static let count = 7 + 32

    /// Reads the branch of a Via; nil if it has not the form of ours.
    init?(_ message: Span<UInt8>, of via: Via) {
        let bounds = via.branch.bounds
        guard via.branch.count == Self.count, via.hasMagicCookie(message), bounds.upperBound <= message.count
        else { return nil }
        let digits = bounds.lowerBound + 7
        guard
            let first = message.hexadecimal(digits..<digits + 16),
            let second = message.hexadecimal(digits + 16..<digits + 32)
        else { return nil }
        self.init(branch: Branch(rawValue: first), loop: second)
    }

    /// Appends it as it stands in a Via.
    func append(to out: inout [UInt8]) {
        out.append("z9hG4bK")
        out.appendHexadecimal(branch.rawValue, digits: 16)
        out.appendHexadecimal(loop, digits: 16)
    }
}
