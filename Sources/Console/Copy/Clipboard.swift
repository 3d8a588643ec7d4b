internal import Cells

/// What may be sent to the clipboard of the operator's terminal (OSC 52).
enum Clipboard {
    /// Bytes at most: 87,384 as Base64, within the 100,000 of a control sequence that terminals take.
    static let limit = 65_536

    /// A stranger's bytes as a line of text: what a terminal or a shell would obey is escaped.
    static func text(_ bytes: [UInt8]) -> String { SafeText(bytes: bytes).string }
    /// The same of text.
    static func text(_ text: String) -> String { SafeText(text).string }

    /// A message as the screen shows it whole: a line for each of its own, secrets shortened, control bytes escaped.
    static func message(_ bytes: [UInt8]) -> String {
        RawMessage(bytes).lines.map { $0.runs.map(\.text.string).joined() + "\n" }.joined()
    }
}
