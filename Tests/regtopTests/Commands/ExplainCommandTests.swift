import ArgumentParser
import Foundation
import Host
import Testing

@testable import regtop

@Suite("regtop explain")
struct ExplainCommandTests {
    private func explain(_ arguments: [String], _ settings: String) throws -> AccessExplanation {
        let file = NSTemporaryDirectory() + "regtop-explain-\(UUID().uuidString).yaml"
        try Data(settings.utf8).write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        let parsed = try Regtop.parseAsRoot(["explain", "--config", file] + arguments)
        let command = try #require(parsed as? ExplainCommand)
        return try command.explanation(environment: ["HOME": "/nonexistent"])
    }

    private let settings = """
        domains:
          sip.test:
            access:
              - {from: 10.1.0.0/16, transports: [tls], may: named, users: ["4417"]}
              - {from: "2001:db8::/32", may: any}
              - {from: 0.0.0.0/0, may: deny}
        """

    @Test("The settings file's rules decide, by source, transport and user")
    func rules() throws {
        for (from, user, transport, can) in [
            ("10.1.0.9", "4417", "tls", true), ("10.1.0.9", "4417", "tcp", false),
            ("10.1.0.9", "4418", "tls", false), ("2001:db8::7", "anybody", "udp", true),
            ("2001:db9::7", "4417", "udp", false),
        ] {
            let found = try explain(
                ["--from", from, "--aor", "\(user)@sip.test", "--transport", transport],
                settings
            )
            #expect(found.canRegister == can, "\(found.lines)")
        }
    }

    @Test("Without a transport it is UDP; without an address or an address of record it is a mistake")
    func arguments() throws {
        let found = try explain(["--from", "10.1.0.9", "--aor", "4417@sip.test"], settings)
        #expect(found.lines.first == "4417@sip.test from 10.1.0.9 over udp")
        #expect(found.lines.contains { $0.hasPrefix("rule > 3") })
        #expect(throws: (any Error).self) { try explain(["--from", "10.1.0.9"], settings) }
        let error = #expect(throws: HostError.self) {
            try explain(["--from", "10.1.0.0/16", "--aor", "4417@sip.test"], settings)
        }
        #expect(error?.exitCode == 2)
    }
}
