import Foundation
import Testing

@testable import Host

@Suite("Installation")
struct InstallationTests {
    private let folder = ScratchFolder()
    private let files = [
        Installation.File("bin/x", [1, 2], isProgram: true), Installation.File("share/man/man1/x.1", [3]),
    ]

    @Test("Files are put in place whole, with their modes, and found again by removal")
    func roundTrip() throws {
        let installation = try Installation(prefix: "\(folder.path)/p", from: "/")
        var said: [String] = []
        try installation.install(files) { said.append($0) }
        // A second time replaces.
        try installation.install(files) { _ in }
        #expect(said == ["\(folder.path)/p/bin/x", "\(folder.path)/p/share/man/man1/x.1"])
        #expect(FileManager.default.contents(atPath: said[0]) == Data([1, 2]))
        let modes = try said.map {
            try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int
        }
        #expect(modes == [0o755, 0o644])
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/p/bin") == ["x"])
        var removed: [String] = []
        try installation.remove(files) { removed.append($0) }
        try installation.remove(files) { removed.append($0) }
        #expect(removed == said)
    }

    @Test(
        "The directory becomes absolute; what a unit file could not name is refused",
        arguments: [
            ("/usr/local", "/usr/local"), ("p", "/w/p"), ("./p/", "/w/p"), ("/", ""), ("", nil),
            ("/a b", nil),
            ("/a/../b", nil), ("/a%n", nil), ("/a\"b", nil), ("/ä", nil),
        ]
    )
    func prefix(written: String, absolute: String?) {
        #expect((try? Installation(prefix: written, from: "/w").prefix) == absolute)
    }

    @Test("What stands in the way is one sentence")
    func obstacles() throws {
        _ = folder.write("bin", "a file")
        let installation = try Installation(prefix: folder.path, from: "/")
        #expect(throws: HostError.self) { try installation.install(files) { _ in } }
        #expect(FileManager.default.contents(atPath: "\(folder.path)/bin") == Data("a file".utf8))
    }
}
