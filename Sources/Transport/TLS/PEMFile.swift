internal import Glibc

/// Reads the small files that certificates and keys are.
enum PEMFile {
    /// A bundle of all public authorities is a quarter of this.
    private static let limit = 1 << 20

    /// The whole file; throws ``TransportError/badCertificate(file:reason:)``.
    static func read(_ path: String) throws(TransportError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(path, errno)
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= limit else {
                throw .badCertificate(file: path, reason: "too large for a certificate; name a PEM file")
            }
        }
    }

    private static func unreadable(_ path: String, _ errno: Int32) -> TransportError {
        .badCertificate(
            file: path,
            reason: "\(TransportError.text(errno)); name a PEM file that the program's user can read"
        )
    }
}
