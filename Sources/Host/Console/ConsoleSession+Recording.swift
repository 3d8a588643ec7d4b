import Console
import Terminal

/// Recordings of what a console's terminal is sent.
extension ConsoleSession {
    /// `--record`: begins before anything is shown. Throws what keeps it from that, with the terminal given back.
    func beginRecording(_ path: String) throws(HostError) {
        guard let event = record(path, replacing: false) else { return }
        switch event {
        case .exists:
            screen.restore()
            throw HostError("--record \(path): it is there already; choose another name", exitCode: 1)
        case .failed(let sentence):
            screen.restore()
            throw HostError("--record: \(sentence)", exitCode: 1)
        case .began, .ended: tell(event)
        }
    }

    /// Begins a recording, or ends the one that there is; tells the console what came of it.
    func record(_ path: String?, replacing: Bool) -> RecordingEvent? {
        guard let path else { return screen.endRecording().map { .ended($0) } }
        let place = HomePath.expanded(path)
        do throws(RecordingError) {
            try screen.record(to: place, replacing: replacing)
            return .began(path)
        } catch {
            if case .exists = error { return .exists(path) }
            return .failed("\(error.description).")
        }
    }
}

/// Paths as people type them.
enum HomePath {
    /// With `~/` made the home directory.
    static func expanded(_ path: String, environment: [String: String] = Environment.known) -> String {
        guard path.hasPrefix("~/"), let home = environment["HOME"], !home.isEmpty else { return path }
        return home + path.dropFirst()
    }
}
