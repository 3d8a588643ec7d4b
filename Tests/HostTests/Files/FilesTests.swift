import BindingTable
import Foundation
import SIPDigest
import Testing
import Timing

@testable import Host

@Suite("Files")
struct FilesTests {
    private let folder = ScratchFolder()

    private func record(reason: String) -> AuditRecord {
        AuditRecord(
            at: WallTime(secondsSince1970: 1_795_608_271),
            by: OperatorIdentity(user: "kl", from: "198.51.100.7", terminal: "/dev/pts/3"),
            action: "evict",
            object: "1180@example.test",
            result: "to be evicted",
            reason: reason
        )
    }

    @Test("An audit line is appended, private, and can neither end early nor reach the terminal")
    func audit() throws {
        let log = AuditLog(path: "\(folder.path)/deep/state/audit.log")
        try log.append(record(reason: "stuck"))
        try log.append(record(reason: "a\nb\u{1b}]0;x\u{7}\tc"))
        let text = try String(contentsOfFile: log.path, encoding: .utf8)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(
            lines[0]
                == "2026-11-25T12:04:31Z\tkl@198.51.100.7 /dev/pts/3\tevict\t1180@example.test\tto be evicted\tstuck"
        )
        #expect(lines[1].split(separator: "\t", omittingEmptySubsequences: false).count == 6)
        #expect(!text.utf8.contains(0x1b))
        let mode = try FileManager.default.attributesOfItem(atPath: log.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("The last lines of the trail are read back, whatever else is in the file")
    func auditTail() throws {
        let log = AuditLog(path: "\(folder.path)/audit.log")
        #expect(log.tail(10).isEmpty)
        for number in 0..<5 { try log.append(record(reason: "r\(number)")) }
        let all = (0..<5).map { record(reason: "r\($0)") }
        #expect(log.tail(10) == all && log.tail(2) == Array(all.suffix(2)))
        let good = AuditLog.line(record(reason: "last"))
        let bad = [
            "", "no tabs", "\t\t\t\t\t", good + "\tmore", good.replacing("2026", with: "20x6"),
            good.replacing("-11-", with: "-13-"), good.replacing("@", with: " "),
            "999999999999-11-25T12:04:31Z" + good.dropFirst(20), String(repeating: "x", count: 2_000_000),
        ]
        _ = folder.write("audit.log", (bad + [good, String(good.dropLast(30))]).joined(separator: "\n"))
        #expect(log.tail(10).map(\.reason) == ["last"])
        #expect(AuditLog.record(good) == record(reason: "last"))
    }

    @Test("A pipe or a device is no accounts file, and nobody waits for its other end")
    func noFile() throws {
        let pipe = "\(folder.path)/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        for path in [pipe, "/dev/zero", folder.path] {
            let error = #expect(throws: HostError.self) { try TextFile.read(path, what: "accounts file") }
            #expect(error?.description == "accounts file \(path): is not a regular file; name one")
        }
    }

    @Test("A trail that can't be written is one sentence, for the act to be refused with")
    func unwritable() {
        let file = folder.write("plain", "")
        let log = AuditLog(path: "\(file)/audit.log")
        let error = #expect(throws: HostError.self) { try log.append(record(reason: "")) }
        #expect(error?.description.contains("the audit log") == true)
    }

    @Test("An accounts file is replaced in one step and private; a user can be added, changed and removed")
    func accounts() throws {
        let edit = AccountsEdit(path: "\(folder.path)/accounts.txt")
        let name = try AccountName("sip:4417@Example.TEST")
        #expect(name == (try AccountName("4417@example.test")))
        try edit.add(name, password: "secret")
        try edit.add(AccountName("4418@example.test"), password: "x")
        let first = try String(contentsOfFile: "\(folder.path)/accounts.txt", encoding: .utf8)
        try edit.add(name, password: "other")
        let second = try String(contentsOfFile: "\(folder.path)/accounts.txt", encoding: .utf8)
        #expect(first != second)
        #expect(!second.contains("other"))
        #expect(
            try edit.list() == [
                "4417@example.test  MD5 SHA-256 SHA-512-256", "4418@example.test  MD5 SHA-256 SHA-512-256",
            ]
        )
        try edit.remove(name)
        #expect(try edit.list().count == 1)
        #expect(throws: HostError.self) { try edit.remove(name) }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names == ["accounts.txt"])
        let mode = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/accounts.txt")[
            .posixPermissions
        ]
        #expect(mode as? Int == 0o600)
    }

    @Test("A bad line is named with its number and nothing is taken")
    func badLine() {
        let file = folder.write(
            "accounts.txt",
            "a:sip.test:00112233445566778899aabbccddeeff\nb:sip.test:zz\n"
        )
        let error = #expect(throws: HostError.self) { try AccountsFile(path: file) }
        #expect(error?.description.contains("line 2") == true)
    }

    @Test("MD5 alone is offered where every account has it, else the strongest that all have")
    func offered() throws {
        let md5 = "00112233445566778899aabbccddeeff"
        let file = folder.write(
            "a.txt",
            "a:one.test:\(md5)\na:one.test:\(md5)\(md5)\nb:two.test:SHA-256:\(md5)\(md5)\n"
        )
        let realms = try AccountsFile(path: file).realms
        #expect(realms["one.test"] == [.md5])
        #expect(realms["two.test"] == [.sha256])
    }
}
