import Cells
import Support
import Testing

@testable import Console

/// Messages as they are shown: every byte escaped that is no plain text, total over all bytes.
@Suite struct RawMessageTests {
    @Test func partsHaveTheirRoles() {
        let lines = RawMessage(Samples.request("9001", cseq: 15, digest: true)).lines
        #expect(lines[0].runs.map(\.role) == [.sipMethod, .sipValue, .sipURI, .sipValue, .sipValue])
        #expect(lines[1].runs.first?.role == .sipHeader)
        let digest = lines.first { $0.runs.first?.text.string == "Authorization:" }
        #expect(digest?.runs.filter { $0.role == .sipSecret }.count == 3)
    }

    @Test func repliesShowTheirStatus() {
        let lines = RawMessage(Samples.reply("401 Unauthorized", cseq: 14, challenge: true)).lines
        #expect(lines[0].runs.filter { $0.role == .sipStatus }.map(\.text.string) == ["401", "Unauthorized"])
    }

    @Test func foldedSecretsAreShortenedToo() {
        let text =
            "REGISTER sip:x SIP/2.0\r\nAuthorization: Digest username=\"a\",\r\n response=\"15cffe04b1b3f72e0f50e4ba28a09c00\"\r\n\r\n"
        let shown = RawMessage(Array(text.utf8)).lines.map { $0.runs.map(\.text.string).joined() }.joined(
            separator: "\n"
        )
        #expect(!shown.contains("15cffe04b1b3"))
        #expect(shown.contains("15cffe..9c00"))
    }

    @Test func passwordsOfURIsAreNotShown() {
        let text = "REGISTER sip:x SIP/2.0\r\nContact: <sip:4417:hunter2@198.51.100.7>\r\n\r\n"
        let lines = RawMessage(Array(text.utf8)).lines.map { $0.runs.map(\.text.string).joined() }
        #expect(lines[1] == "Contact: <sip:4417:xxxxxxx@198.51.100.7>")
    }

    @Test(arguments: [7 as UInt64, 77, 777])
    func anyBytes(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let bytes = (0..<random.below(200)).map { _ in
                random.below(3) == 0
                    ? UInt8(truncatingIfNeeded: random.next())
                    : random.pick(Array("a:=\",; \r\n\tAuthorization".utf8))
            }
            for line in RawMessage(bytes).lines {
                for part in line.softWrapped(columns: 30) { #expect(part.width <= 30, "seed \(seed)") }
                for run in line.runs {
                    #expect(
                        run.text.string.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f },
                        "seed \(seed)"
                    )
                }
            }
        }
    }
}
