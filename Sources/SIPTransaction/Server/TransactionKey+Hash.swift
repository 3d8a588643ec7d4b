extension TransactionKey {
    /// The key of a request whose identity somebody has hashed already, under a secret of the process.
    ///
    /// - Parameter hash: of what RFC 3261 §17.2.3 compares, and of the source.
    public init(hash: UInt64, isReliable: Bool) {
        self.init(rawValue: hash | 1, isReliable: isReliable)
    }

    init(rawValue: UInt64, isReliable: Bool) {
        self.rawValue = rawValue
        self.isReliable = isReliable
    }
}

extension MergedRequests.Key {
    /// The key of a request whose From tag, Call-ID and CSeq somebody has hashed already, under a secret of
    /// the process.
    public init(hash: UInt64) {
        rawValue = hash | 1
    }
}
