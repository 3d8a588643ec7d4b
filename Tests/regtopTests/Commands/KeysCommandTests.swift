import Foundation
import Host
import Testing

@testable import regtop

@Suite("regtop keys")
struct KeysCommandTests {
    /// What the command writes with these settings.
    private func output(_ yaml: String, _ format: ReportFormat) throws -> [String] {
        var settings = Settings()
        try SettingsFile.apply(yaml, file: "r.yaml", to: &settings)
        let sink = LineSink()
        try KeysScript(settings.console.keys, format: format).run(sink)
        return sink.text.split(separator: "\n").map(String.init)
    }

    private final class LineSink: ScriptSink {
        var text = ""
        func write(_ bytes: [UInt8]) { text += String(decoding: bytes, as: UTF8.self) }
        func flush() {}
        func finish() {}
    }

    @Test("Every action is a line with keys, name, places and what it does; what was changed is marked")
    func text() throws {
        let lines = try output("keys: {evict: [W, ctrl-x]}", .text)
        #expect(lines.first?.hasPrefix("KEYS") == true)
        let evict = try #require(lines.first { $0.contains(" evict ") })
        #expect(evict.hasPrefix("W ctrl-x *") && evict.contains("Bindings, binding detail"))
        #expect(lines.contains { $0.hasPrefix("1 ") && $0.contains("all screens") })
        #expect(lines.last == "* by the settings")
        #expect(try output("", .text).allSatisfy { !$0.contains("*") })
    }

    @Test("JSON has every field, and a header first")
    func json() throws {
        let lines = try output("keys: {evict: W}", .json)
        #expect(lines.first?.contains(#""what":"keys""#) == true)
        let evict = try #require(lines.first { $0.contains(#""action":"evict""#) })
        #expect(evict.contains(#""keys":["W"]"#) && evict.contains(#""changed":true"#))
        #expect(evict.contains(#""places":["Bindings","binding detail"]"#))
    }
}
