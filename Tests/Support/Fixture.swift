import Foundation

/// Files under Tests/Fixtures, found by the place of this source file, so that no test depends on where it is
/// started.
public enum Fixture {
    /// A fixture file that can't be read.
    public struct Missing: Error, CustomStringConvertible {
        /// The path below Tests/Fixtures.
        public let path: String
        /// One sentence.
        public var description: String { "Fixture \(path) can't be read below Tests/Fixtures." }
    }

    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    /// The bytes of a file, as `torture/wsinv.dat`.
    public static func bytes(_ path: String) throws(Missing) -> [UInt8] {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent(path)) else {
            throw Missing(path: path)
        }
        return [UInt8](data)
    }

    /// The text of a file.
    public static func text(_ path: String) throws(Missing) -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }

    /// The names of the files in a folder with this ending, in order.
    public static func names(in path: String, ending suffix: String) throws(Missing) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: folder.appendingPathComponent(path).path
        )
        guard let names else { throw Missing(path: path) }
        return names.filter { $0.hasSuffix(suffix) }.sorted()
    }
}
