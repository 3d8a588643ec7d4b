internal import Cells
internal import Timing

/// A sentence for the line above the key bar; it goes with the next key, and calm ones by themselves.
struct Message: Hashable, Sendable {
    var text: String
    var role: Role
    /// When it goes by itself; nil stays until a key is pressed.
    var until: Timestamp?
    /// It says that a lost link is back: what is said next is said beside it.
    var isReturn = false

    static func info(_ text: String, at now: Timestamp) -> Message {
        Message(text: text, role: .toastInfo, until: now + .seconds(10))
    }

    static func done(_ text: String, at now: Timestamp) -> Message {
        Message(text: text, role: .toastOK, until: now + .seconds(10))
    }

    static func warning(_ text: String) -> Message { Message(text: text, role: .toastWarn, until: nil) }
    static func error(_ text: String) -> Message { Message(text: text, role: .toastError, until: nil) }
}
