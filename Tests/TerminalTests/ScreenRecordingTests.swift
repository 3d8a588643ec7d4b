import Cells
import Foundation
import Glibc
import Testing

@testable import Terminal

/// A recording is what the terminal was sent: played into another terminal it shows the same.
@Suite("Recordings", .serialized)
struct ScreenRecordingTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "regtop-recording-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private struct Event {
        var time: Double
        var kind: String
        var data: String
    }

    private func read(_ path: String) throws -> (header: [String: Any], events: [Event]) {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let objects = try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
        let header = try #require(objects.first as? [String: Any])
        let events = try objects.dropFirst().map { object -> Event in
            let parts = try #require(object as? [Any])
            return Event(
                time: try #require(parts[0] as? Double),
                kind: try #require(parts[1] as? String),
                data: try #require(parts[2] as? String)
            )
        }
        return (header, events)
    }

    @Test("Played into another terminal it shows each picture, through a change of size and a copy")
    func replay() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/a.cast"
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        defer { screen.restore() }
        _ = pty.read(upTo: screen.bytesSent)
        _ = screen.draw(ScreenTests.picture(screen.size, screen.glyphs, seed: 99), theme: .bare)
        _ = pty.read(upTo: screen.bytesSent)
        try screen.record(to: path)
        var sent: [UInt8] = []
        var pictures: [String] = []
        for seed in 1...12 {
            if seed == 7 {
                pty.resize(columns: 60, rows: 15)
                #expect(screen.checkSize())
            }
            let grid = ScreenTests.picture(screen.size, screen.glyphs, seed: UInt64(seed))
            if screen.draw(grid, theme: .bare) == .drawn { pictures.append(grid.text) }
            sent += pty.read(upTo: screen.bytesSent)
        }
        #expect(pictures.count == 12)
        _ = screen.copy("no business of the recording's")
        #expect(screen.endRecording()?.contains("\(pictures.count) frames") == true)
        #expect(screen.endRecording() == nil)
        let (header, events) = try read(path)
        #expect(
            header["version"] as? Int == 2 && header["width"] as? Int == 80 && header["height"] as? Int == 24
        )
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time })
        #expect(!events.contains { $0.data.contains("52;c") })
        #expect(events.contains { $0.kind == "r" && $0.data == "60x15" })
        // The frames are the very bytes that the terminal got.
        let frames = events.filter { $0.kind == "o" }.dropFirst().dropLast()
        #expect(frames.map(\.data).joined() == String(decoding: sent, as: UTF8.self))
        var terminal = MiniTerminal(width: 80, height: 24)
        var shown: [String] = []
        for event in events {
            if event.kind == "r" {
                terminal.resize(width: 60, height: 15)
            } else {
                terminal.take(Array(event.data.utf8))
            }
            if event.kind == "o" { shown.append(terminal.text) }
        }
        #expect(Array(shown.dropFirst().dropLast()) == pictures)
        #expect(terminal.unknown == [])
    }

    @Test("A file that is there is kept, unless it is said to be replaced; the file is its owner's alone")
    func files() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        defer { screen.restore() }
        let path = "\(folder)/b.cast"
        try "mine".write(toFile: path, atomically: true, encoding: .utf8)
        chmod(path, 0o644)
        #expect(throws: RecordingError.exists(path)) { try screen.record(to: path) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
        try screen.record(to: path, replacing: true)
        screen.endRecording()
        #expect(try read(path).header["version"] as? Int == 2)
        var facts = stat()
        #expect(stat(path, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
        symlink(path, "\(folder)/link")
        #expect(throws: RecordingError.self) { try screen.record(to: "\(folder)/link", replacing: true) }
        #expect(throws: RecordingError.notAFile("/dev/null")) {
            try screen.record(to: "/dev/null", replacing: true)
        }
        #expect(throws: RecordingError.self) { try screen.record(to: "\(folder)/nowhere/c.cast") }
        #expect(RecordingError.exists(path).description.contains("is there already"))
    }

    @Test("It ends by itself, with a sentence, when it is long enough or can't be written; frames go on")
    func ends() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let pty = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try pty.open()
        defer { screen.restore() }
        let path = "\(folder)/d.cast"
        try screen.record(to: path, limit: 4_096)
        for seed in 1...40 {
            screen.invalidate()
            let grid = ScreenTests.picture(screen.size, screen.glyphs, seed: UInt64(seed))
            #expect(screen.draw(grid, theme: .bare) == .drawn)
            _ = pty.read(upTo: screen.bytesSent)
        }
        #expect(screen.takeRecordingEnd()?.contains("has reached") == true)
        #expect(screen.takeRecordingEnd() == nil)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count <= 4_096)
        #expect(try !read(path).events.isEmpty)
    }

    @Test("Text is JSON whatever is in it")
    func json() throws {
        let text = "\u{1b}[0m\"\\\u{0}\u{7f}\r\nü日"
        let back = try JSONSerialization.jsonObject(
            with: Data(ScreenRecording.json(text).utf8),
            options: .fragmentsAllowed
        )
        #expect(back as? String == text)
    }
}
