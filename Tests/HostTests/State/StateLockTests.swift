import Foundation
import Glibc
import Testing

@testable import Host

@Suite("The state directory and its lock")
struct StateLockTests {
    private let folder = ScratchFolder()

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("A second registrar is refused in one sentence that names process, directory and what to do")
    func secondIsRefused() throws {
        let directory = StateDirectory(path: "\(folder.path)/deep/state")
        do {
            let lock = try StateLock(directory)
            let error = #expect(throws: HostError.self) { try StateLock(directory) }
            let sentence = error?.description ?? ""
            #expect(sentence.contains("(process \(getpid()))") && sentence.contains(directory.path))
            #expect(sentence.contains("`regtop attach`") && sentence.contains("--state DIR"))
            #expect(error?.exitCode == 1)
            withExtendedLifetime(lock) {}
        }
        _ = try StateLock(directory)
    }

    @Test("What is made is private; what is there keeps its mode")
    func modes() throws {
        let made = StateDirectory(path: "\(folder.path)/a/b")
        _ = try StateLock(made)
        #expect(try mode(made.path) == 0o700 && mode("\(folder.path)/a") == 0o700)
        #expect(try mode(made.lock) == 0o600)
        let there = StateDirectory(path: "\(folder.path)/there")
        try #require(mkdir(there.path, 0o755) == 0 && chmod(there.path, 0o755) == 0)
        _ = try StateLock(there)
        #expect(try mode(there.path) == 0o755)
    }

    @Test("With a group the directory is the group's to enter; an unknown one is a mistake in the settings")
    func group() throws {
        let directory = StateDirectory(path: "\(folder.path)/g")
        let error = #expect(throws: HostError.self) {
            try StateLock(directory, group: "no-such-group")
        }
        #expect(error?.exitCode == 2 && error?.description.contains("no-such-group") == true)
        let own = try #require(getgrgid(getegid())).pointee
        _ = try StateLock(directory, group: String(cString: own.gr_name))
        #expect(try mode(directory.path) == 0o750)
    }

    @Test("A place that can't be made is one sentence")
    func impossible() {
        let file = folder.write("plain", "")
        let error = #expect(throws: HostError.self) { try StateLock(StateDirectory(path: "\(file)/state")) }
        #expect(error?.description.contains("\(file)/state") == true)
        #expect(error?.description.contains("--state DIR") == true)
    }

    @Test("A relative directory is meant from where the program was started, whatever becomes of that")
    func relative() {
        let directory = StateDirectory("st/x", environment: [:], isRoot: false)
        #expect(directory.path == "\(FileManager.default.currentDirectoryPath)/st/x")
        #expect(
            StateDirectory(nil, environment: ["HOME": "/home/kl"], isRoot: false).path
                == "/home/kl/.local/state/regtop"
        )
        #expect(StateDirectory(nil, environment: ["STATE_DIRECTORY": "/s:/t"], isRoot: true).path == "/s")
    }

    @Test(
        "A directory that systemd has made for its user is opened for another group",
        .enabled(if: geteuid() == 0)
    )
    func directoryOfAnother() throws {
        let path = "\(folder.path)/unit"
        try #require(mkdir(path, 0o750) == 0)
        let other = try #require(getgrnam("daemon")).pointee.gr_gid
        _ = try StateLock(StateDirectory(path: path), group: "daemon")
        var facts = stat()
        #expect(stat(path, &facts) == 0 && facts.st_gid == other && facts.st_mode & 0o777 == 0o750)
    }
}
