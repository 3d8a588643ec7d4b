/// What a domain makes of the extensions to REGISTER: Path, outbound, GRUU, Service-Route, bulk numbers.
public struct ExtensionPolicy: Hashable, Sendable {
    /// What becomes of a Path (RFC 3327).
    public enum Path: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// Ignored, as a registrar does that knows no Path.
        case off
        /// Kept, whether the phone says that it knows Path or not.
        case lazy
        /// Kept if the phone says so, else 420 (RFC 3327 §5.3).
        case strict
    }

    /// What becomes of `reg-id` (RFC 5626).
    public enum Outbound: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// Ignored.
        case off
        /// Honoured where phone and first hop can.
        case offered
        /// A phone that does not support it is refused with 421.
        case required
    }

    /// A list of numbers that one registration stands for (RFC 6140).
    public struct Numbers: Hashable, Sendable {
        /// The address of record's user that registers them.
        public let user: [UInt8]
        /// The numbers as the settings write them, single ones and ranges, separated by commas.
        public let text: [UInt8]

        /// Pairs the two.
        public init(user: [UInt8], text: [UInt8]) {
            self.user = user
            self.text = text
        }
    }

    /// What becomes of a Path.
    public var path: Path
    /// What becomes of `reg-id`.
    public var outbound: Outbound
    /// Seconds that a flow may be silent, said in `Flow-Timer`; 0: nothing is said (RFC 5626 §4.4).
    public var flowTimer: UInt32
    /// `pub-gruu` and `temp-gruu` are made for phones that support GRUU (RFC 5627).
    public var offersGRUU: Bool
    /// The value of `Service-Route` in each 200; empty: none is sent (RFC 3608).
    public var serviceRoute: [UInt8]
    /// Who may register lists of numbers.
    public var numbers: [Numbers]

    /// What a domain does unless it says otherwise.
    public init(
        path: Path = .lazy,
        outbound: Outbound = .offered,
        flowTimer: UInt32 = 0,
        offersGRUU: Bool = true,
        serviceRoute: [UInt8] = [],
        numbers: [Numbers] = [],
    ) {
        self.path = path
        self.outbound = outbound
        self.flowTimer = flowTimer
        self.offersGRUU = offersGRUU
        self.serviceRoute = serviceRoute
        self.numbers = numbers
    }
}
