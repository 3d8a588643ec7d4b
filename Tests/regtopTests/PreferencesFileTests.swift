import Foundation
import Host
import Testing

@testable import regtop

@Suite("File of choices")
struct PreferencesFileTests {
    /// A folder of its own, taken away afterwards.
    private final class Folder {
        let path = NSTemporaryDirectory() + "regtop-choices-\(UUID().uuidString)"
        var file: PreferencesFile { PreferencesFile(path: "\(path)/regtop/console.yaml") }

        func put(_ text: String) throws {
            try FileManager.default.createDirectory(
                atPath: "\(path)/regtop",
                withIntermediateDirectories: true
            )
            try text.write(toFile: file.path, atomically: true, encoding: .utf8)
        }

        var names: [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/regtop")) ?? []).sorted()
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private static let choices: KeptChoices = [
        "theme": .text("okabe"), "key-bar": .flag(false), "columns": .list(["aor", "q"]),
        "filters": .map(["late": "st:LATE", "no": "a: \"b\" #c", "yes": "\u{1b}é"]),
    ]

    @Test("What is written is read again, whatever is in it")
    func roundTrip() throws {
        let folder = Folder()
        #expect(try folder.file.read() == [:])
        try folder.file.write(Self.choices)
        #expect(try folder.file.read() == Self.choices)
        #expect(folder.names == ["console.yaml"])
        try folder.file.write([:])
        #expect(try folder.file.read() == [:])
        let all = ChoicesPlace.forms
        try folder.file.write(all)
        #expect(try folder.file.read() == all)
    }

    @Test("What is no file keeps nobody waiting")
    func pipe() throws {
        let folder = Folder()
        try folder.put("")
        unlink(folder.file.path)
        try #require(mkfifo(folder.file.path, 0o600) == 0)
        let error = #expect(throws: HostError.self) { try folder.file.read() }
        #expect(error?.description == "\(folder.file.path): no file; move it away")
    }

    @Test("Only the owner may read it")
    func permissions() throws {
        let folder = Folder()
        try folder.file.write(Self.choices)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test(
        "A file that can't be understood says where, and is moved aside before another is written",
        arguments: [
            ("theme: [", "mend the syntax"), ("[a]", ":1:1: choices are lines"),
            ("moon: 1", ":1:1: there is no such choice"),
            ("key-bar: perhaps", ":1:10: key-bar is true or false"),
            ("columns: aor", ":1:10: columns is a list"),
            ("filters: [a]", ":1:10: filters is a map"), ("theme: a\ntheme: b", "theme stands here twice"),
        ]
    )
    func broken(_ text: String, _ place: String) throws {
        let folder = Folder()
        try folder.put(text)
        do {
            _ = try folder.file.read()
            Issue.record("taken: \(text)")
        } catch {
            #expect(error.description.contains(place), "\(error)")
        }
        try folder.file.write(Self.choices)
        #expect(folder.names == ["console.yaml", "console.yaml.broken"])
        #expect(try String(contentsOfFile: "\(folder.file.path).broken", encoding: .utf8) == text)
        #expect(try folder.file.read() == Self.choices)
        try folder.put(text)
        try folder.file.write(Self.choices)
        #expect(folder.names == ["console.yaml", "console.yaml.broken", "console.yaml.broken-1"])
    }

    @Test("A file that can't be written says so")
    func unwritable() throws {
        let folder = Folder()
        try folder.put("")
        try FileManager.default.removeItem(atPath: folder.file.path)
        try FileManager.default.removeItem(atPath: "\(folder.path)/regtop")
        try "no folder".write(toFile: "\(folder.path)/regtop", atomically: true, encoding: .utf8)
        do {
            try folder.file.write(Self.choices)
            Issue.record("written")
        } catch {
            #expect(error.description.contains("can't be made"), "\(error)")
        }
    }

    @Test("It is where XDG says, and nowhere without a home")
    func place() {
        #expect(PreferencesFile(environment: ["HOME": "/h"])?.path == "/h/.config/regtop/console.yaml")
        #expect(
            PreferencesFile(environment: ["HOME": "/h", "XDG_CONFIG_HOME": "/x"])?.path
                == "/x/regtop/console.yaml"
        )
        #expect(PreferencesFile(environment: ["XDG_CONFIG_HOME": "relative"]) == nil)
    }
}
