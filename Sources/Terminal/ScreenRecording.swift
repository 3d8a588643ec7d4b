internal import CNcurses
internal import Cells
internal import FoundationEssentials
internal import Glibc

/// Why a recording can't begin.
public nonisolated enum RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file is there already, and nobody said that it may be replaced.
    case exists(String)
    /// It can't be made or written.
    case failed(path: String, code: Int32)
    /// It is no ordinary file.
    case notAFile(String)

    /// One sentence.
    public var description: String {
        switch self {
        case .exists(let path): "\(path) is there already; choose another name, or remove it first"
        case .failed(let path, let code): "\(path) can't be recorded to: \(String(cString: strerror(code)))"
        case .notAFile(let path): "\(path) is no ordinary file; choose another name"
        }
    }
}

/// A file that a session is being recorded to: asciicast version 2, a line of JSON for each frame as it goes to the
/// terminal and for each change of its size. Keys are not in it, nor what is sent to the clipboard.
///
/// It ends by itself, with a sentence, when it has grown to `limit` or can't be written any more.
final class ScreenRecording {
    /// The file.
    let path: String
    /// Bytes that a recording may have.
    let limit: Int
    private var file: Int32
    private let begun: UInt64
    private var written = 0
    private var frames = 0
    /// Why it has ended; nil while it goes on.
    private(set) var end: String?

    /// 64 MiB: hours of a busy console.
    static let usualLimit = 64 << 20

    /// Begins a recording, mode 0600.
    ///
    /// - Parameter replacing: takes the place of an ordinary file that is there.
    init(
        _ path: String,
        columns: Int,
        rows: Int,
        replacing: Bool,
        limit: Int = usualLimit
    ) throws(RecordingError) {
        self.path = path
        self.limit = limit
        begun = Self.nanoseconds
        let usual = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        file = open(path, usual | (replacing ? 0 : O_EXCL), 0o600)
        guard file >= 0 else { throw errno == EEXIST ? .exists(path) : .failed(path: path, code: errno) }
        var about = stat()
        guard fstat(file, &about) == 0, about.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw .notAFile(path)
        }
        guard fchmod(file, 0o600) == 0, ftruncate(file, 0) == 0 else {
            let code = errno
            close(file)
            throw .failed(path: path, code: code)
        }
        let type = Self.json(Screen.environment("TERM") ?? "")
        line(
            "{\"version\": 2, \"width\": \(columns), \"height\": \(rows), \"timestamp\": \(time(nil)), "
                + "\"title\": \"regtop\", \"env\": {\"TERM\": \(type)}}"
        )
        // Whoever plays it begins with a screen that has nothing on it, as ours is painted anew.
        event("o", Array("\u{1b}[?25l\u{1b}[0m\u{1b}[2J\u{1b}[H".utf8)[...])
    }

    /// It goes on.
    var isRunning: Bool { end == nil }

    /// A frame, whole.
    func frame(_ bytes: ArraySlice<UInt8>) {
        guard isRunning, !bytes.isEmpty else { return }
        frames += 1
        event("o", bytes)
    }

    /// The terminal has another size from now on.
    func resize(columns: Int, rows: Int) {
        guard isRunning else { return }
        event("r", Array("\(columns)x\(rows)".utf8)[...])
    }

    /// Ends it; whoever plays it gets the cursor back.
    func finish() -> String {
        if isRunning {
            event("o", Array("\u{1b}[0m\u{1b}[?25h".utf8)[...])
            if isRunning {
                stop("The recording has ended: \(frames) frames in \(path).")
            }
        }
        return end ?? ""
    }

    private func stop(_ sentence: String) {
        end = sentence
        close(file)
        file = -1
    }

    // MARK: Lines

    private func event(_ kind: String, _ bytes: ArraySlice<UInt8>) {
        let micros = (Self.nanoseconds &- begun) / 1_000
        let rest = String(micros % 1_000_000)
        let time = "\(micros / 1_000_000).\(String(repeating: "0", count: 6 - rest.utf8.count))\(rest)"
        // A frame is whole, so that no character is cut in two.
        line("[\(time), \"\(kind)\", \(Self.json(String(decoding: bytes, as: UTF8.self)))]")
    }

    private func line(_ text: String) {
        guard isRunning else { return }
        let bytes = Array(text.utf8) + [0x0a]
        guard written + bytes.count <= limit else {
            return stop("The recording has reached \(limit >> 20) MiB and has ended: \(path).")
        }
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(file, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let reason = String(cString: strerror(errno))
                return stop("The recording has ended: \(path) can't be written (\(reason)).")
            }
            offset += count
        }
        written += bytes.count
    }

    /// A text as JSON has it.
    static func json(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\r": result += "\\r"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension Screen {
    /// Records what the terminal is sent from now on; the next frame paints all of it.
    ///
    /// - Parameter replacing: takes the place of a file that is there.
    public func record(
        to path: String,
        replacing: Bool = false,
        limit: Int? = nil
    ) throws(RecordingError) {
        endRecording()
        writer.recording = try ScreenRecording(
            path,
            columns: size.width,
            rows: size.height,
            replacing: replacing,
            limit: limit ?? ScreenRecording.usualLimit
        )
        invalidate()
    }

    /// Ends the recording, if there is one; gives a sentence about it.
    @discardableResult
    public func endRecording() -> String? {
        defer { writer.recording = nil }
        return writer.recording?.finish()
    }

    /// Why a recording has ended by itself since this was asked last; nil: it has not.
    public func takeRecordingEnd() -> String? {
        guard let recording = writer.recording, !recording.isRunning else { return nil }
        writer.recording = nil
        return recording.end
    }
}
