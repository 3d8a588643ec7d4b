/// A hash function for digest authentication; RFC 7616 §6.1, for SIP RFC 8760.
///
/// The `-sess` forms are not offered: a registrar gains nothing from them.
public enum DigestAlgorithm: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// MD5: for phones that know nothing else.
    case md5
    /// SHA-256: what every client of RFC 8760 must know.
    case sha256
    /// SHA-512/256, written `SHA-512-256`.
    case sha512t256

    /// The name as it stands in headers and accounts files.
    public var name: String {
        switch self {
        case .md5: "MD5"
        case .sha256: "SHA-256"
        case .sha512t256: "SHA-512-256"
        }
    }

    /// The algorithm of this name, in any case.
    public init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name.lowercased() == name.lowercased() }) else {
            return nil
        }
        self = found
    }

    /// Bytes of a digest: 16 or 32.
    @inlinable
    public var byteCount: Int { self == .md5 ? 16 : 32 }

    /// Hex digits of a digest: 32 or 64.
    @inlinable
    public var hexCount: Int { byteCount * 2 }
}
