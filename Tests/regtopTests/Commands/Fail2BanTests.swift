import Foundation
import Host
import Testing

@Suite("fail2ban")
struct Fail2BanTests {
    @Test("The README's filter is the one that is printed")
    func readme() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        let filter = try #require(
            Fail2Ban.files.split(separator: "\n").first { $0.hasPrefix("failregex") }
        )
        #expect(readme.contains(filter))
        #expect(Fail2Ban.files.contains("/etc/fail2ban/jail.d/regtop.conf"))
    }
}
