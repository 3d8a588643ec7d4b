internal import Cells
internal import Timing

/// What became of a recording that was asked for; the console only shows it, somebody else writes the file.
public enum RecordingEvent: Hashable, Sendable {
    /// It is being written to this file.
    case began(String)
    /// This file is there already: it is replaced only by one who says so.
    case exists(String)
    /// It did not begin, for this reason, in one sentence.
    case failed(String)
    /// It has ended by itself or was ended; one sentence about it.
    case ended(String)
}

extension ConsoleModel {
    /// `:record FILE`, `:record off`, `:record`.
    mutating func record(_ argument: String, at now: ClockReading) -> [ConsoleEffect] {
        switch argument {
        case "":
            message =
                recording.map {
                    .info("This session is recorded to \($0): :record off ends it.", at: now.timestamp)
                }
                ?? .warning("Nothing is recorded: :record FILE begins.")
            return []
        case "off":
            guard recording != nil else {
                message = .warning("Nothing is recorded.")
                return []
            }
            return [.record(nil, replacing: false)]
        default:
            guard let recording else { return [.record(argument, replacing: false)] }
            message = .error("This session is recorded to \(recording) already: :record off ends that first.")
            return []
        }
    }

    /// Says what became of a recording.
    mutating func take(_ event: RecordingEvent, at now: ClockReading) {
        switch event {
        case .began(let path):
            recording = path
            message = .info(
                "Recording what this terminal shows to \(path): :record off ends it.",
                at: now.timestamp
            )
        case .exists(let path): layer = .form(replaceForm(path))
        case .failed(let sentence): message = .error(sentence)
        case .ended(let sentence):
            recording = nil
            message = .info(sentence, at: now.timestamp)
        }
    }

    private func replaceForm(_ path: String) -> Form {
        Form(
            .replaceRecording(path),
            buttons: [DialogButton("Cancel"), DialogButton("Replace", isDanger: true)]
        )
    }
}
