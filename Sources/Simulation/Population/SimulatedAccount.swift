public import SIPDigest

/// A user that the simulated phones need an account for.
public struct SimulatedAccount: Hashable, Sendable {
    /// The user.
    public let user: String
    /// The realm, which is the domain.
    public let realm: String
    /// The password.
    public let password: String
}

extension [SimulatedAccount] {
    /// An accounts file for them, with one line for each algorithm. Empty if libcrypto failed.
    public func accountsFile(
        algorithms: [DigestAlgorithm] = DigestAlgorithm.allCases,
        using worker: DigestWorker,
    ) -> [UInt8] {
        var text: [UInt8] = []
        for account in self {
            let user = Array<UInt8>(account.user.utf8)
            let realm = Array<UInt8>(account.realm.utf8)
            let password = Array<UInt8>(account.password.utf8)
            for algorithm in algorithms {
                let ha1 = worker.ha1(algorithm, user: user.span, realm: realm.span, password: password.span)
                guard let ha1 else { continue }
                text += AccountsText.line(user: user, realm: realm, ha1)
            }
        }
        return text
    }
}
