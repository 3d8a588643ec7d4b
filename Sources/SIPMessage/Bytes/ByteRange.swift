/// A run of bytes within a message: where a text stands, without holding it.
///
/// Offsets count from the first byte of the message. A range is only as good as the bytes it was made
/// for; nothing keeps the two together, which is why no range outlives the handling of its message.
public struct ByteRange: Hashable, Sendable, BitwiseCopyable {
    /// Offset of the first byte.
    public var start: UInt16
    /// Number of bytes.
    public var count: UInt16

    /// The range of `count` bytes from `start`.
    @inlinable
    public init(start: UInt16, count: UInt16) {
        self.start = start
        self.count = count
    }

    /// The empty range at 0: stands for "not there" where the grammar has no empty text.
    public static let empty = ByteRange(start: 0, count: 0)

    /// No bytes.
    @inlinable
    public var isEmpty: Bool { count == 0 }
    /// The bounds for use with a span or array.
    @inlinable
    public var bounds: Range<Int> { Int(start)..<Int(start) + Int(count) }
}
