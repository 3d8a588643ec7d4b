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

    /// Reads the file; a bad line, or a file that others may read, is named and nothing is taken.
    init(path: String) throws(HostError) {
        let bytes = try TextFile.read(path, what: "accounts file")
        do throws(AccountsError) {
            accounts = try Accounts(parsing: bytes.span)
            var common: [String: Set<DigestAlgorithm>] = [:]
            var users: [String: Int] = [:]
            for entry in try AccountsText.entries(of: bytes) {
                let realm = String(decoding: entry.realm, as: UTF8.self)
                users[realm, default: 0] += 1
                common[realm] =
                    common[realm].map { $0.intersection(entry.algorithms) } ?? Set(entry.algorithms)
            }
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
