/// A request method. Methods are case-sensitive (RFC 3261 §7.1).
public enum Method: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
    case register, invite, ack, bye, cancel, options
    case subscribe, notify, publish, message, info, update, prack, refer
    /// Any other token; what it is stands in the message.
    case other

    /// The method as it is written; empty for `other`.
    public var name: StaticString {
        switch self {
        case .register: "REGISTER"
        case .invite: "INVITE"
        case .ack: "ACK"
        case .bye: "BYE"
        case .cancel: "CANCEL"
        case .options: "OPTIONS"
        case .subscribe: "SUBSCRIBE"
        case .notify: "NOTIFY"
        case .publish: "PUBLISH"
        case .message: "MESSAGE"
        case .info: "INFO"
        case .update: "UPDATE"
        case .prack: "PRACK"
        case .refer: "REFER"
        case .other: ""
        }
    }

    /// The method whose name stands in `range`.
    public init(_ bytes: Span<UInt8>, in range: ByteRange) {
        let bounds = bytes.clamped(range)
        let candidate = Method(folded: FoldedWord(bytes, from: bounds.lowerBound, count: bounds.count))
        self = candidate != .other && bytes.isUppercase(in: bounds) ? candidate : .other
    }

    @inline(__always)
    private init(folded word: FoldedWord) {
        if word == FoldedWord("REGISTER") {
            self = .register
        } else if word == FoldedWord("INVITE") {
            self = .invite
        } else if word == FoldedWord("ACK") {
            self = .ack
        } else if word == FoldedWord("BYE") {
            self = .bye
        } else if word == FoldedWord("CANCEL") {
            self = .cancel
        } else if word == FoldedWord("OPTIONS") {
            self = .options
        } else if word == FoldedWord("SUBSCRIBE") {
            self = .subscribe
        } else if word == FoldedWord("NOTIFY") {
            self = .notify
        } else if word == FoldedWord("PUBLISH") {
            self = .publish
        } else if word == FoldedWord("MESSAGE") {
            self = .message
        } else if word == FoldedWord("INFO") {
            self = .info
        } else if word == FoldedWord("UPDATE") {
            self = .update
        } else if word == FoldedWord("PRACK") {
            self = .prack
        } else if word == FoldedWord("REFER") {
            self = .refer
        } else {
            self = .other
        }
    }
}

extension Method: WordCodable {
    /// As it is written; `other` for one that has no name here.
    public var codingWord: String { self == .other ? "other" : name.description }
}

extension Span<UInt8> {
    /// Every byte of `bounds`, all of them letters, is in upper case.
    @inline(__always)
    fileprivate func isUppercase(in bounds: Range<Int>) -> Bool {
        for index in bounds where self[index] & 0x20 != 0 { return false }
        return true
    }
}
