import Glibc
import SIPDigest

/// An accounts file as read: who is in it, and what tells that it has changed.
struct AccountsFile: Sendable {
    /// Changes when the file does: device, inode, size and time of change.
    struct Stamp: Equatable, Sendable {
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    /// Users of all realms.
    let accounts: Accounts
    /// Each realm with the algorithms that are offered unless the settings name some: MD5 where every user has
    /// it, else the strongest that all have.
    ///
    /// One challenge only: of six clients tried four know MD5 alone, and two fail when there are more challenges
    /// than one, whichever comes first (see the page on decisions).
    let realms: [String: [DigestAlgorithm]]
    /// How many users each realm has.
    let users: [String: Int]
    /// What is different from the file as it was read before; all is new in one that was not.
    let change: Change

    /// How many users of a file are new, gone, or have another password.
    struct Change: Equatable, Sendable {
        var added = 0, removed = 0, altered = 0
    }

    /// Reads the file; a bad line, or a file that others may read, is named and nothing is taken.
    ///
    /// - Parameter before: the same file as it was read last.
    init(path: String, since before: AccountsFile? = nil) throws(HostError) {
        let bytes = try TextFile.read(path, what: "accounts file")
        do throws(AccountsError) {
            let accounts = try Accounts(parsing: bytes.span)
            var change = Change()
            var common: [String: Set<DigestAlgorithm>] = [:]
            var users: [String: Int] = [:]
            for entry in try AccountsText.entries(of: bytes) {
                let realm = String(decoding: entry.realm, as: UTF8.self)
                users[realm, default: 0] += 1
                change.count(entry, in: accounts, since: before?.accounts)
                common[realm] =
                    common[realm].map { $0.intersection(entry.algorithms) } ?? Set(entry.algorithms)
            }
            change.removed = max(0, (before?.accounts.count ?? 0) - (accounts.count - change.added))
            self.accounts = accounts
            self.change = change
            self.users = users
            let order: [DigestAlgorithm] = [.md5, .sha512t256, .sha256]
            realms = common.mapValues { has in order.first(where: has.contains).map { [$0] } ?? [] }
        } catch {
            throw HostError("accounts file \(path), \(error.description)", exitCode: 1)
        }
    }

    /// The file's stamp; nil if it isn't there.
    static func stamp(of path: String) -> Stamp? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        return Stamp(
            inode: UInt64(facts.st_ino),
            size: Int64(facts.st_size),
            seconds: facts.st_ctim.tv_sec,
            nanoseconds: facts.st_ctim.tv_nsec
        )
    }
}

extension AccountsFile.Change {
    /// Looks an entry up in the accounts as they were.
    mutating func count(_ entry: AccountEntry, in accounts: Accounts, since before: Accounts?) {
        let (user, realm) = (entry.user.span, entry.realm.span)
        guard let before, before.contains(user: user, realm: realm) else { return added += 1 }
        for algorithm in DigestAlgorithm.allCases {
            let old = Self.digits(before.find(user: user, realm: realm, algorithm: algorithm).ha1)
            let new = Self.digits(accounts.find(user: user, realm: realm, algorithm: algorithm).ha1)
            guard old != new else { continue }
            altered += 1
            return
        }
    }

    private static func digits(_ value: DigestValue?) -> [UInt8]? {
        guard let value else { return nil }
        var digits: [UInt8] = []
        value.hex.append(to: &digits)
        return digits
    }
}
