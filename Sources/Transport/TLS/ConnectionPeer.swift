internal import NIOSSL
internal import SIPMessage

/// Who a connection's peer has proved to be.
public struct ConnectionPeer: Hashable, Sendable {
    /// The identities of its verified certificate, as RFC 5922 §7.1 reads them: the domains of SIP URIs in
    /// subjectAltName, without such its DNS names, and only without that extension the common name. Empty if
    /// it has shown no certificate or was not asked for one. Names of the domain kind are in lower case; a
    /// common name is as its authority wrote it.
    public var identities: [String]

    /// Puts a value together.
    public init(identities: [String]) { self.identities = identities }

    /// The one to show: the first identity, nil without one.
    public var name: String? { identities.first }

    /// Nobody in particular.
    public static let unverified = ConnectionPeer(identities: [])

    /// More identities than this no phone and no server needs.
    static let maximumIdentities = 16
}

extension ConnectionPeer {
    /// Reads a certificate that the handshake has verified; nil is nobody.
    init(_ certificate: NIOSSLCertificate?) {
        self.init(identities: Array(Self.all(certificate).prefix(Self.maximumIdentities)))
    }

    /// All identities of a certificate.
    static func all(_ certificate: NIOSSLCertificate?) -> [String] {
        guard let certificate else { return [] }
        let names = certificate._subjectAlternativeNames()
        let uris = names.filter { $0.nameType == .uri }.compactMap { domain(ofURI: Array($0.contents)) }
        guard uris.isEmpty else { return uris }
        if names.isEmpty, let der = try? certificate.toDERBytes(), let name = SubjectName.common(in: der) {
            return [name]
        }
        return names.filter { $0.nameType == .dnsName }.compactMap { domain(Array($0.contents)) }
    }

    /// The host of a SIP URI; nil for one with a user (that names a person, not a domain) and for any other
    /// scheme.
    static func domain(ofURI bytes: [UInt8]) -> String? {
        guard bytes.count <= 512 else { return nil }
        let range = ByteRange(start: 0, count: UInt16(bytes.count))
        guard let uri = try? SIPURI(bytes.span, in: range), uri.scheme == .sip, !uri.hasUser else {
            return nil
        }
        return domain(Array(bytes[uri.host.range.bounds]))
    }

    /// A name of letters, digits, hyphens, points and underscores, in lower case; a wildcard names nobody
    /// (RFC 5922 §7.2).
    static func domain(_ bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty, bytes.count <= 253 else { return nil }
        for byte in bytes {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: continue
            default: return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self).lowercased()
    }
}
