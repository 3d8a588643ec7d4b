import Timing
import Transport

extension TLSSettings {
    /// The files of the listeners; nil unless certificate and key are both named.
    var files: TLSFiles? {
        guard let certificate, let key else { return nil }
        return TLSFiles(
            certificate: certificate,
            key: key,
            clientAuthorities: clientAuthorities,
            requireClientCertificate: clientCertificate == "required"
        )
    }

    /// Paths to be watched, so that a renewed certificate is taken by itself.
    var paths: [String] { [certificate, key, clientAuthorities, authorities].compactMap { $0 } }

    /// Warns from so long before a certificate ends.
    static let warnBefore = Interval.seconds(14 * 86_400)

    /// A sentence about a certificate that ends soon or has ended; nil if there is nothing to say.
    static func warning(expires: WallTime, now: WallTime) -> String? {
        let left = expires - now
        guard left < warnBefore else { return nil }
        guard left > .zero else {
            return "the TLS certificate has ended: phones refuse it; put a new one in its place"
        }
        let days = max(1, left.seconds / 86_400)
        let length = days == 1 ? "1 day" : "\(days) days"
        return "the TLS certificate ends in \(length); put a new one in its place, it is taken by itself"
    }
}
