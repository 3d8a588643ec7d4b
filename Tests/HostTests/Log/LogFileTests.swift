import Foundation
import Glibc
import Testing

@testable import Host

@Suite("The log's file")
struct LogFileTests {
    private let folder = ScratchFolder()
    private var path: String { "\(folder.path)/r.log" }

    private func text(_ name: String) -> String? {
        FileManager.default.contents(atPath: name).map { String(decoding: $0, as: UTF8.self) }
    }

    private func line(_ text: String) -> [UInt8] { Array("\(text)\n".utf8) }

    @Test("Lines are appended to what is there, and the file is for its owner and group")
    func appends() throws {
        _ = folder.write("r.log", "before\n")
        var file = try LogFile(path: path, limit: 1_000, keep: 2)
        #expect(file.append(line("one")) == 0)
        #expect(text(path) == "before\none\n")
        var fresh = try LogFile(path: "\(folder.path)/new.log", limit: 1_000, keep: 2)
        #expect(fresh.append(line("x")) == 0)
        let mode = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/new.log")[
            .posixPermissions
        ]
        #expect((mode as? Int).map { $0 & 0o777 & ~0o640 } == 0)
    }

    @Test("A file that would grow beyond its size is begun anew; so many older ones are kept")
    func rotates() throws {
        var file = try LogFile(path: path, limit: 10, keep: 2)
        for number in 1...4 { #expect(file.append(line("line \(number)!")) == 0) }
        #expect(text(path) == "line 4!\n")
        #expect(text("\(path).1") == "line 3!\n" && text("\(path).2") == "line 2!\n")
        #expect(text("\(path).3") == nil)
    }

    @Test("With none kept the old file goes; a line longer than the size is written all the same")
    func keepsNone() throws {
        var file = try LogFile(path: path, limit: 10, keep: 0)
        #expect(file.append(line("first")) == 0)
        #expect(file.append(line("a line of more than ten bytes")) == 0)
        #expect(text(path) == "a line of more than ten bytes\n" && text("\(path).1") == nil)
    }

    @Test("Reopened, it follows its name; before, it stays with a file that was moved away")
    func reopens() throws {
        var file = try LogFile(path: path, limit: 1_000, keep: 1)
        _ = file.append(line("one"))
        try FileManager.default.moveItem(atPath: path, toPath: "\(path).old")
        _ = file.append(line("two"))
        file.reopen()
        _ = file.append(line("three"))
        #expect(text("\(path).old") == "one\ntwo\n" && text(path) == "three\n")
    }

    @Test("Where nothing can be moved, lines go on into the same file")
    func cannotRotate() throws {
        var file = try LogFile(path: path, limit: 8, keep: 1)
        _ = file.append(line("one"))
        // A folder that isn't empty can't be replaced.
        let obstacle = "\(path).1/in-the-way"
        try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: true)
        #expect(file.append(line("two two")) == 0)
        #expect(file.append(line("three")) == 0)
        #expect(text(path) == "one\ntwo two\nthree\n")
    }

    @Test("A full disk costs the line and nothing else")
    func full() throws {
        var file = try LogFile(path: "/dev/full", limit: 1_000, keep: 1)
        #expect(file.append(line("one")) == ENOSPC)
    }

    @Test("A file that can't be opened is one sentence")
    func missing() {
        #expect(throws: HostError.self) {
            _ = try LogFile(path: "\(folder.path)/no/r.log", limit: 1, keep: 1)
        }
    }
}
