import Glibc
import SIPDigest

/// A user's name with its realm, from `USER@DOMAIN`.
public struct AccountName: Equatable, Sendable {
    /// The user part.
    public let user: String
    /// The domain, in lower case: the realm of its digests.
    public let realm: String

    /// Reads `USER@DOMAIN`; a `sip:` in front is taken off.
    public init(_ text: String) throws(HostError) {
        let name = text.hasPrefix("sip:") ? text.dropFirst(4) : text[...]
        let parts = name.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw HostError("\(text): write USER@DOMAIN, such as 4417@example.test", exitCode: 2)
        }
        user = String(parts[0])
        realm = parts[1].lowercased()
    }
}

/// Changes an accounts file by hand: read whole, checked, changed, put in place in one step.
public struct AccountsEdit: Sendable {
    private let path: String
    private static let what = "accounts file"

    /// Edits the file at a path.
    public init(path: String) { self.path = path }

    /// Adds a user, or sets a new password for one that is there.
    public func add(_ name: AccountName, password: String) throws(HostError) {
        let old = access(path, F_OK) == 0 ? try TextFile.read(path, what: Self.what) : []
        let user = Array(name.user.utf8)
        let realm = Array(name.realm.utf8)
        do {
            let worker = try DigestWorker(lane: 0)
            let values = DigestAlgorithm.allCases.compactMap {
                worker.ha1($0, user: user.span, realm: realm.span, password: Array(password.utf8).span)
            }
            let text = try AccountsText.setting(user: user, realm: realm, to: values, in: old)
            try TextFile.replace(path, with: text, what: Self.what)
        } catch let error as HostError {
            throw error
        } catch {
            throw HostError("\(Self.what) \(path), \(error)", exitCode: 1)
        }
    }

    /// Removes a user.
    public func remove(_ name: AccountName) throws(HostError) {
        let old = try TextFile.read(path, what: Self.what)
        let text: [UInt8]?
        do throws(AccountsError) {
            text = try AccountsText.removing(
                user: Array(name.user.utf8),
                realm: Array(name.realm.utf8),
                from: old
            )
        } catch {
            throw HostError("\(Self.what) \(path), \(error.description)", exitCode: 1)
        }
        guard let text else {
            throw HostError("\(name.user)@\(name.realm): no such user in \(path)", exitCode: 3)
        }
        try TextFile.replace(path, with: text, what: Self.what)
    }

    /// A line for each user: name and algorithms.
    public func list() throws(HostError) -> [String] {
        let bytes = try TextFile.read(path, what: Self.what)
        do throws(AccountsError) {
            return try AccountsText.entries(of: bytes).map { entry in
                let name = String(decoding: entry.user + [0x40] + entry.realm, as: UTF8.self)
                return "\(name)  \(entry.algorithms.map(\.name).joined(separator: " "))"
            }
        } catch {
            throw HostError("\(Self.what) \(path), \(error.description)", exitCode: 1)
        }
    }
}

/// Asks for a password: twice without echo at a terminal, else one line of standard input.
public enum PasswordPrompt {
    /// Reads a password of 1 to 256 bytes without control characters.
    public static func read(for user: String) throws(HostError) -> String {
        let password: String?
        if isatty(STDIN_FILENO) == 1 {
            password = hidden("Password for \(user): ")
            guard password == hidden("Once more: ") else {
                throw HostError("the passwords differ; nothing was changed", exitCode: 1)
            }
        } else {
            password = readLine()
        }
        guard let password, (1...256).contains(password.utf8.count),
            !password.utf8.contains(where: { $0 < 0x20 })
        else {
            throw HostError("a password has 1 to 256 bytes without control characters", exitCode: 2)
        }
        return password
    }

    private static func hidden(_ prompt: String) -> String? {
        var saved = termios()
        guard tcgetattr(STDIN_FILENO, &saved) == 0 else { return readLine() }
        var silent = saved
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
            _ = write(STDERR_FILENO, "\n", 1)
        }
        _ = prompt.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        return readLine()
    }
}
