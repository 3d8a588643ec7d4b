internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// What TLS connections of our own are made with; may be changed while old ones live on with theirs.
final class TLSClientCredentials: Sendable {
    private let context: Mutex<NIOSSLContext>

    /// Reads the files, those of the system's authorities among them. Blocks, so it belongs on no loop. Throws
    /// ``TransportError/badCertificate(file:reason:)``.
    init(authorities: String?, showing files: TLSFiles?) throws(TransportError) {
        context = Mutex(try Self.read(authorities, files))
    }

    /// For a connection that begins now.
    var current: NIOSSLContext { context.withLock { $0 } }

    /// Takes new files, all of them or none.
    func reload(authorities: String?, showing files: TLSFiles?) throws(TransportError) {
        let fresh = try Self.read(authorities, files)
        context.withLock { $0 = fresh }
    }

    private static func read(
        _ authorities: String?,
        _ files: TLSFiles?,
    ) throws(TransportError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.shutdownTimeout = .seconds(2)
        // The chain is checked there, the name by ``ServerIdentity``.
        configuration.certificateVerification = .noHostnameVerification
        if let authorities {
            configuration.trustRoots = .certificates(try TLSIdentity.certificates(authorities))
        }
        // A server that asks who we are is shown what we show to clients (RFC 5922 §7.4).
        if let files {
            configuration.certificateChain = try TLSIdentity.certificates(files.certificate).map {
                .certificate($0)
            }
            configuration.privateKey = .privateKey(try TLSIdentity.key(files.key))
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            let reason = "cannot be used for connections of our own; check certificate, key and authorities"
            throw .badCertificate(file: authorities ?? files?.certificate ?? "tls", reason: reason)
        }
    }
}
