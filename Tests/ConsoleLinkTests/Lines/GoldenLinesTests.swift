import ConsoleLink
import Foundation
import Testing

@Suite("Lines as the protocol's page shows them")
struct GoldenLinesTests {
    /// The examples of the page, in its order.
    private static func page() throws -> [String] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent("Sources/ConsoleLink/Documentation.docc/Protocol.md")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("{") }
    }

    @Test("Every example of the page is read, and written exactly so")
    func page() throws {
        for line in try Self.page() {
            let bytes = Array(line.utf8)
            // A request and its answer may have one name: which of the two a line is, the page's reader knows.
            let written = [
                (try? LinkCodec.request(bytes.span)).map { LinkCodec.encode($0) },
                (try? LinkCodec.decode(Hello.self, bytes.span)).map { LinkCodec.encode($0) },
                (try? LinkCodec.update(bytes.span)).map { LinkCodec.encode($0) },
            ].compactMap { $0 }
            #expect(written.contains(bytes), "\(line)")
        }
    }

    @Test("The page shows every request and every update as the program writes it")
    func examples() throws {
        let page = Set(try Self.page())
        var lines = [LinkCodec.encode(Examples.hello)]
        lines += try Examples.requests.map { LinkCodec.encode($0) }
        lines += Examples.updates.map { LinkCodec.encode($0) }
        for line in lines.map({ String(decoding: $0, as: UTF8.self) }) {
            #expect(page.contains(line), "\(line)")
        }
    }
}
