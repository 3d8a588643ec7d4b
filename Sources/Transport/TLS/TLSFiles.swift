/// The files of TLS listeners: who we are, and whose certificates we believe.
public struct TLSFiles: Hashable, Sendable {
    /// Path of the certificate chain in PEM, our own certificate first.
    public var certificate: String
    /// Path of its private key in PEM, without a passphrase.
    public var key: String
    /// Path of the authorities in PEM whose client certificates are believed; nil asks no client for one.
    public var clientAuthorities: String?
    /// A client without a certificate is refused; else it may come without a name.
    public var requireClientCertificate: Bool

    /// Puts the parts together.
    public init(
        certificate: String,
        key: String,
        clientAuthorities: String? = nil,
        requireClientCertificate: Bool = false,
    ) {
        self.certificate = certificate
        self.key = key
        self.clientAuthorities = clientAuthorities
        self.requireClientCertificate = requireClientCertificate
    }
}
