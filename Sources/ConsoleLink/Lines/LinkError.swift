/// Why a line of the control socket can't be read.
public struct LinkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What sort of trouble it is.
    public enum Kind: Hashable, Sendable {
        /// The line is longer, or holds more values or deeper ones, than is allowed.
        case limit
        /// The line is not JSON.
        case syntax
        /// A member is missing or has a value that it can't have.
        case value
        /// The other end speaks a newer protocol.
        case version
    }

    /// What sort of trouble it is.
    public let kind: Kind
    /// Where, and what was expected; printable ASCII.
    public let description: String

    /// Puts a sentence together; what may not be printed in it is replaced, and it is cut after 400 characters.
    ///
    /// - Parameter place: `byte 17`, or the member as `query.anchor.rank`; empty for the line as a whole.
    init(_ kind: Kind, at place: String = "", _ sentence: String) {
        self.kind = kind
        var text = ""
        for scalar in (place.isEmpty ? sentence : "\(place): \(sentence)").unicodeScalars.prefix(400) {
            text.unicodeScalars.append((0x20...0x7e).contains(scalar.value) ? scalar : "?")
        }
        description = text
    }
}
