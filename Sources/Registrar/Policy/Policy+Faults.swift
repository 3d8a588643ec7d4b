public import BindingTable
public import SIPMessage

extension Policy {
    /// Why a message is refused in which the parser found this, with the limits that it breaks.
    public func reason(of error: ParseError) -> RefusalReason {
        switch error.problem {
        case .unsupportedVersion: return .version
        case .messageTooLong: return .messageTooLarge(limit: UInt32(clamping: limits.messageBytes))
        case .uriTooLong: return .uriTooLong(limit: UInt32(clamping: limits.uriBytes))
        case .methodMismatch: return .methodMismatch
        case .contentLengthMissing: return .missing(.contentLength)
        default: break
        }
        switch error.part {
        case .header(let name):
            return error.problem == .missing ? .missing(name) : .malformed(name, offset: error.offset)
        case .body where error.problem == .contentLengthTooLarge:
            return .malformed(.contentLength, offset: error.offset)
        case .startLine, .headerSection, .body: return .malformed(.other, offset: error.offset)
        }
    }
}
