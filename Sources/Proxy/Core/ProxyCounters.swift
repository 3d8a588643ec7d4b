public import BindingTable

/// What a proxy has done so far, and what it has at hand.
public struct ProxyCounters: Hashable, Sendable {
    private var ofCalls = [UInt64](repeating: 0, count: CallVerdict.allCases.count)
    private var ofOthers = [UInt64](repeating: 0, count: CallVerdict.allCases.count)
    /// Requests that wait for their final response.
    public internal(set) var waiting = 0
    /// Server transactions, those among them that only wait for copies.
    public internal(set) var serverTransactions = 0
    /// Client transactions, those among them that only wait for copies.
    public internal(set) var clientTransactions = 0
    /// Bytes of messages that are kept.
    public internal(set) var keptBytes = 0
    /// Responses that belong to nothing here and were dropped.
    public internal(set) var strayResponses: UInt64 = 0

    /// Nothing has happened.
    public init() {}

    /// INVITEs that began a call and ended so.
    public func calls(_ verdict: CallVerdict) -> UInt64 { ofCalls[Self.place(verdict)] }

    /// All other requests that ended so, those inside a dialog among them.
    public func others(_ verdict: CallVerdict) -> UInt64 { ofOthers[Self.place(verdict)] }

    mutating func count(_ verdict: CallVerdict, isCall: Bool) {
        let place = Self.place(verdict)
        if isCall {
            ofCalls[place] &+= 1
        } else {
            ofOthers[place] &+= 1
        }
    }

    private static func place(_ verdict: CallVerdict) -> Int {
        min(Int(verdict.rawValue), CallVerdict.allCases.count - 1)
    }
}
