public import Timing

/// What a domain makes of requests other than REGISTER that are for its addresses of record, or come from them.
public struct CallPolicy: Hashable, Sendable {
    /// How a request reaches a phone.
    public enum Mode: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// Not at all: refused as a registrar alone does (405, 481).
        case off
        /// 302 with the phone's contacts (RFC 3261 §8.3).
        case redirect
        /// Passed on to the phone (RFC 3261 §16).
        case proxy
    }

    /// How a request reaches a phone.
    public var mode: Mode
    /// SIP URI of the proxy that takes what is for no account of the domain, and what the domain's own users send
    /// elsewhere; empty: nobody does, and the target's own domain is looked up for the latter (RFC 3263).
    public var nextHop: [UInt8]
    /// Timer C: how long a phone may ring before it is cancelled; more than 3 minutes (RFC 3261 §16.6 step 11).
    public var timerC: Interval
    /// How long contacts of one q value may ring while others of a lower one wait (RFC 3261 §16.6).
    public var ringing: Interval
    /// Most branches of one request at a time (RFC 5393 §5.3.3).
    public var breadth: UInt16
    /// It stays in the way of the dialogs that it helps to set up (RFC 3261 §16.6 step 4).
    public var recordsRoute: Bool

    /// The defaults.
    public init(
        mode: Mode = .off,
        nextHop: [UInt8] = [],
        timerC: Interval = .seconds(185),
        ringing: Interval = .seconds(20),
        breadth: UInt16 = 60,
        recordsRoute: Bool = true,
    ) {
        self.mode = mode
        self.nextHop = nextHop
        self.timerC = timerC
        self.ringing = ringing
        self.breadth = breadth
        self.recordsRoute = recordsRoute
    }
}
