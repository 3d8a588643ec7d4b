/// Why an accounts file was refused: one line of it, named.
public struct AccountsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with a line.
    public enum Fault: Hashable, Sendable {
        /// Fewer than three fields.
        case fields
        /// The user is empty, too long, or has a control character, `"` or `\`.
        case user
        /// The realm is empty, too long, or has a control character, `"` or `\`.
        case realm
        /// The field between realm and hash names no algorithm that we know.
        case algorithm
        /// The hash has not the number of hex digits that the algorithm demands.
        case hash(expected: Int)
        /// User, realm and algorithm stood on an earlier line.
        case repeated
        /// More bytes than a line can have.
        case tooLong
        /// More accounts than the table can hold.
        case tooMany
    }

    /// Number of the line, from 1.
    public let line: Int
    /// What is wrong with it.
    public let fault: Fault

    /// Names a line and its fault.
    public init(line: Int, fault: Fault) {
        self.line = line
        self.fault = fault
    }

    /// One sentence: where, what, what to do.
    public var description: String {
        switch fault {
        case .fields: "line \(line): expected USER:REALM:HASH or USER:REALM:ALGORITHM:HASH."
        case .user: "line \(line): the user must be 1 to 255 bytes without control characters, \" or \\."
        case .realm: "line \(line): the realm must be 1 to 255 bytes without control characters, \" or \\."
        case .algorithm: "line \(line): the algorithm must be MD5, SHA-256 or SHA-512-256."
        case .hash(let expected): "line \(line): the hash must be \(expected) hex digits."
        case .repeated:
            "line \(line): this user, realm and algorithm already stand on an earlier line; remove one."
        case .tooLong: "line \(line): longer than \(AccountLine.maximumLength) bytes."
        case .tooMany: "line \(line): more accounts than one file can hold."
        }
    }
}
