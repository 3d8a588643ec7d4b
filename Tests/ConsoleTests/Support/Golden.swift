import Cells
import Foundation
import Testing

private let fixtures = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

/// Whether a screen has its file.
func hasGolden(_ name: String) -> Bool {
    FileManager.default.fileExists(
        atPath: fixtures.appendingPathComponent("screens/console/\(name).txt").path
    )
}

/// The names of all files of screens.
func goldenNames() throws -> Set<String> {
    let folder = fixtures.appendingPathComponent("screens/console")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return Set(files.map { $0.hasSuffix(".txt") ? String($0.dropLast(4)) : $0 })
}

/// Compares a screen with its file in Tests/Fixtures/screens/console; `UPDATE_SCREENS=1` rewrites it.
func expectGolden(_ grid: CellGrid, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
    expectGolden(grid.golden, "screens/console/\(name)", sourceLocation: sourceLocation)
}

/// Compares a text with its file in Tests/Fixtures; `UPDATE_SCREENS=1` rewrites it.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let file = fixtures.appendingPathComponent("\(name).txt")
    if ProcessInfo.processInfo.environment["UPDATE_SCREENS"] == "1" {
        let folder = file.deletingLastPathComponent()
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try? Data(text.utf8).write(to: file)
        return
    }
    guard let data = try? Data(contentsOf: file) else {
        Issue.record("\(name): no golden screen; UPDATE_SCREENS=1 writes it", sourceLocation: sourceLocation)
        return
    }
    let golden = String(decoding: data, as: UTF8.self)
    guard golden != text else { return }
    let (old, new) = (
        golden.split(separator: "\n", omittingEmptySubsequences: false),
        text.split(separator: "\n", omittingEmptySubsequences: false)
    )
    var difference = ""
    for index in 0..<max(old.count, new.count) {
        let (a, b) = (index < old.count ? old[index] : "", index < new.count ? new[index] : "")
        if a != b { difference += "\n\(index + 1)- \(a)\n\(index + 1)+ \(b)" }
    }
    Issue.record("\(name) differs from its golden screen:\(difference)", sourceLocation: sourceLocation)
}
