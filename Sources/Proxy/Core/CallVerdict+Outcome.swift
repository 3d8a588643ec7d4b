import BindingTable
import SIPMessage

extension CallVerdict {
    /// How a request ended that was passed on.
    ///
    /// - Parameters:
    ///   - hasRung: a branch has said that it rings, or that it is getting on.
    ///   - isCancelled: the caller has given it up.
    ///   - isLost: no branch has answered for itself: each timed out, or could not be reached.
    ///   - isElsewhere: it led to no binding of ours.
    init(status: UInt16, hasRung: Bool, isCancelled: Bool, isLost: Bool, isElsewhere: Bool) {
        switch status {
        case 200..<300: self = .answered
        case 300..<400: self = .redirected
        case 401, 407: self = .challenged
        case _ where isCancelled: self = .cancelled
        case 487: self = .cancelled
        case 486, 600: self = .busy
        case 403, 603: self = .declined
        case 408 where hasRung, 480 where !isLost: self = .noAnswer
        case _ where isLost: self = isElsewhere && status != 408 ? .unknown : .deadContact
        case 408: self = .deadContact
        case 404, 410, 484, 604: self = .unknown
        case 482, 483, 440: self = .loop
        default: self = .failed
        }
    }
}
