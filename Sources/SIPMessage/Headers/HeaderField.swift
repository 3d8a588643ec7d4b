/// Where one header field stands in its message.
public struct HeaderField: Hashable, Sendable, BitwiseCopyable {
    /// Which field it is.
    public var name: HeaderName
    /// The next field of the same known name, `HeaderField.noNext` after the last.
    var next: UInt8
    /// The value contains a fold: CRLF and white space, equal to one space (RFC 3261 §7.3.1).
    public var isFolded: Bool
    /// The name as written.
    public var nameRange: ByteRange
    /// The value without the white space around it; its elements, for a list.
    public var value: ByteRange

    static let noNext: UInt8 = 255

    static let none = HeaderField(
        name: .other,
        next: noNext,
        isFolded: false,
        nameRange: .empty,
        value: .empty,
    )
}
