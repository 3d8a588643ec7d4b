internal import NIOSSL
internal import SIPMessage

/// Whom a TLS connection of ours is meant to reach: the domain that was looked for, not what DNS made of it, because
/// whoever forges DNS's answers can have a certificate of his own address and names (RFC 5922 §4).
struct ServerIdentity {
    private let host: String?
    private let endpoint: Endpoint

    /// `host` is the name that was looked for; nil: only the address is known.
    init(_ host: String?, _ endpoint: Endpoint) {
        self.host = host?.lowercased()
        self.endpoint = endpoint
    }

    /// A verified certificate is of that server: by the identities that RFC 5922 §7.1 reads in it, without wildcards
    /// (§7.2), or by its address where no name is known.
    func isProved(by certificate: NIOSSLCertificate?) -> Bool {
        guard let certificate else { return false }
        if let host {
            return ConnectionPeer.all(certificate).contains { $0.lowercased() == host }
        }
        let octets = octets
        return certificate._subjectAlternativeNames().contains { name in
            name.nameType == .ipAddress && Array(name.contents) == octets
        }
    }

    /// The address as it stands in a certificate: 4 or 16 bytes (RFC 5280 §4.2.1.6).
    private var octets: [UInt8] {
        let address = endpoint.address
        let low = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: address.low >> $0) }
        if address.isIPv4 { return Array(low.suffix(4)) }
        let high = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: address.high >> $0) }
        return high + low
    }
}
