/// What can go wrong with the digest machinery itself; a refused login is no error.
public enum DigestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system's libcrypto does not offer an algorithm (MD5 in FIPS mode, for instance).
    case algorithmMissing(DigestAlgorithm)
    /// libcrypto could not get memory for its contexts.
    case outOfMemory

    /// One sentence: where, what, what to do.
    public var description: String {
        switch self {
        case .algorithmMissing(let algorithm):
            "libcrypto offers no \(algorithm.name): check its configuration (FIPS mode, OPENSSL_CONF)."
        case .outOfMemory:
            "libcrypto got no memory for its digest contexts: free some or lower the limits."
        }
    }
}
