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
            let written: [UInt8]
            if let request = try? LinkCodec.request(bytes.span) {
                written = LinkCodec.encode(request)
            } else if let hello = try? LinkCodec.decode(Hello.self, bytes.span) {
                written = LinkCodec.encode(hello)
            } else {
                written = LinkCodec.encode(try LinkCodec.update(bytes.span))
            }
            #expect(String(decoding: written, as: UTF8.self) == line)
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
