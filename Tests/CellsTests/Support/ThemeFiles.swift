import Cells
import Foundation

/// The bundled theme files, read line by line: `key: "value"` is all the YAML they use.
enum ThemeFiles {
    static let names = ["ansi", "mono", "contrast", "okabe"]

    static func entries(_ name: String, path: String = #filePath) throws -> [ThemeEntry] {
        let root = URL(fileURLWithPath: path).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent("themes/\(name).yaml")
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
