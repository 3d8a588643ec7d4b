import BindingTable
import Cells
import Console
import ConsoleLink
import Registrar
import SIPDigest
import Timing

@testable import Simulation

/// What a world is made of.
struct Plan {
    var domain = "example.test"
    var seed: UInt64 = 1
    /// The accounts besides those of the crowd, user by user.
    var passwords = ["4417": "secret"]
    /// So many phones of the demo's population.
    var crowd = 0
    var nonceLifetime = Interval.seconds(300)
    var expiry = ExpiryPolicy(standard: 60, minimum: 20, maximum: 120, jitterPercent: 0)
    var contacts = ContactPolicy()
    /// A message is on its way for a millisecond, and none is lost.
    var network = NetworkConditions(minimumDelay: .milliseconds(1))
    var view = StartView.bindings
    var size = Size(width: 80, height: 24)
    var readOnlyBecause: String?
    /// The phones of the tour, if they play.
    var stage: TourStage?

    /// All accounts: those of the crowd, and the plan's own for users whom the crowd does not play.
    func accounts(beside crowd: [SimulatedAccount]) -> [SimulatedAccount] {
        let played = Set(crowd.map(\.user))
        return crowd + accounts.filter { !played.contains($0.user) }
    }

    var accounts: [SimulatedAccount] {
        passwords.sorted { $0.key < $1.key }.map { user, password in
            SimulatedAccount(user: user, realm: domain, password: password)
        }
    }

    /// The domain as the registrar serves it.
    func domain(_ accounts: [SimulatedAccount], using worker: DigestWorker) throws -> Domain {
        let algorithms: [DigestAlgorithm] = [.sha256, .md5]
        let file = accounts.accountsFile(algorithms: algorithms, using: worker)
        let name = Array(domain.utf8)
        return Domain(
            name: name,
            access: .digest(try Accounts(parsing: file.span)),
            digest: DigestPolicy(realm: name, algorithms: algorithms, qop: [.auth]),
            expiry: expiry,
            contacts: contacts
        )
    }

    /// What the console is told first.
    var welcome: Welcome {
        Welcome(
            host: "vm",
            listeners: ["udp:\(World.registrar)", "tcp:\(World.registrar)"],
            startedAt: World.start.timestamp,
            clock: World.start,
            utcOffset: .zero,
            you: OperatorIdentity(user: "kl", from: "198.51.100.99", terminal: "pts/3"),
            readOnlyBecause: readOnlyBecause,
            openDomains: []
        )
    }
}
