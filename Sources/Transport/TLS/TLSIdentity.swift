internal import NIOCore
internal import NIOSSL
internal import Synchronization
public import Timing

/// What new TLS connections are made with; made from files once, then never changed.
struct TLSIdentity: Sendable {
    /// Makes connections. It holds parsed certificates, so making one reads no file.
    let context: NIOSSLContext
    /// When our certificate ends.
    let expires: WallTime

    /// Reads the files. Blocks, so it belongs on no loop. Throws
    /// ``TransportError/badCertificate(file:reason:)``.
    init(_ files: TLSFiles) throws(TransportError) {
        let chain = try Self.certificates(files.certificate)
        let key = try Self.key(files.key)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        // RFC 7525 §3.1.1, RFC 8996: nothing below 1.2 is offered to or taken from anybody.
        configuration.minimumTLSVersion = .tlsv12
        configuration.shutdownTimeout = .seconds(2)
        if let authorities = files.clientAuthorities {
            configuration.trustRoots = .certificates(try Self.certificates(authorities))
            // A phone with several certificates chooses by these names (RFC 8446 §4.2.4).
            configuration.sendCANameList = true
            // A client's name is what its certificate says; there is no host name to compare it with.
            configuration.certificateVerification =
                files.requireClientCertificate ? .noHostnameVerification : .optionalVerification
        } else if files.requireClientCertificate {
            let reason = "client certificates are required, and no authorities are named to check them with"
            throw .badCertificate(file: files.certificate, reason: reason)
        }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            let reason =
                "not the key of \(files.certificate); name the key that the certificate was made with"
            throw .badCertificate(file: files.key, reason: reason)
        }
        expires = WallTime(secondsSince1970: chain.first.map { Int($0.notValidAfter) } ?? 0)
    }

    static func certificates(_ path: String) throws(TransportError) -> [NIOSSLCertificate] {
        let bytes = try PEMFile.read(path)
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(bytes), !chain.isEmpty else {
            let reason =
                "holds no PEM certificate; it needs the lines from BEGIN CERTIFICATE to END CERTIFICATE"
            throw .badCertificate(file: path, reason: reason)
        }
        return chain
    }

    static func key(_ path: String) throws(TransportError) -> NIOSSLPrivateKey {
        let bytes = try PEMFile.read(path)
        if let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) { return key }
        let isEncrypted = String(decoding: bytes, as: UTF8.self).contains("ENCRYPTED")
        let reason =
            isEncrypted
            ? "the key is encrypted; write it without a passphrase, readable by the program's user only"
            : "holds no PEM private key; it needs the lines from BEGIN PRIVATE KEY to END PRIVATE KEY"
        throw .badCertificate(file: path, reason: reason)
    }
}

extension TLSFiles {
    /// Reads the files as a listener would, and says when our certificate ends. Blocks. Throws
    /// ``TransportError/badCertificate(file:reason:)``.
    public func check() throws(TransportError) -> WallTime { try TLSIdentity(self).expires }
}

/// The identity that new connections take; may be changed while old ones live on with theirs.
final class TLSCredentials: Sendable {
    private let identity: Mutex<TLSIdentity>

    init(_ files: TLSFiles) throws(TransportError) {
        identity = Mutex(try TLSIdentity(files))
    }

    /// The identity for a connection that begins now.
    var current: TLSIdentity { identity.withLock { $0 } }

    /// Takes new files, all of them or none.
    func reload(_ files: TLSFiles) throws(TransportError) {
        let fresh = try TLSIdentity(files)
        identity.withLock { $0 = fresh }
    }
}
