import Cells
import Foundation

/// The bundled theme files, read line by line: `key: "value"` is all the YAML they use.
enum ThemeFiles {
    static let names = [
        "ansi", "midnight", "daylight", "contrast", "okabe", "tritan", "console16", "paper", "mono",
    ]

    /// The folder of the files.
    private static func folder(_ path: String = #filePath) -> URL {
        URL(fileURLWithPath: path).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("themes")
    }

    /// The themes that there are files of, in the order of the alphabet.
    static func namesOfFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder().path).filter { $0.hasSuffix(".yaml") }
            .map { String($0.dropLast(5)) }.sorted()
    }

    static func entries(_ name: String) throws -> [ThemeEntry] {
        let file = folder().appendingPathComponent("\(name).yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        return entries(text: text)
    }

    static func entries(text: String) -> [ThemeEntry] {
        var result: [ThemeEntry] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            guard let colon = line.range(of: ": \""), line.hasSuffix("\""), !line.hasPrefix("#") else {
                continue
            }
            result.append(
                ThemeEntry(
                    key: String(line[..<colon.lowerBound]),
                    value: String(line[colon.upperBound...].dropLast()),
                    line: index + 1,
                ),
            )
        }
        return result
    }
}
