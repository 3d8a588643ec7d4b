import Console
import Glibc
import Registrar
import SIPDigest
import SIPMessage
import Simulation
import Timing
import Transport

/// What `--demo` adds to the settings: a domain of its own with accounts in memory, and who lives there.
struct DemoPopulation: Sendable {
    /// The domain that the simulated phones register in.
    static let domain = "demo.test"

    let count: Int
    /// The accounts of the domain.
    let accounts: Accounts

    /// The phones of the tour; nil where they are not among so few.
    var stage: TourStage? {
        guard count >= PhoneKind.allCases.count else { return nil }
        func aor(_ user: String) -> String { "\(user)@\(Self.domain)" }
        return TourStage(lost: aor(Lead.lost), haunted: aor(Lead.haunted), good: aor(Lead.good))
    }

    /// Adds the domain, and an IPv6 listener where the host has IPv6, to settings that name none of their own.
    init(count: Int, settings: inout Settings) throws(HostError) {
        self.count = count
        Self.join(&settings)
        do {
            let worker = try DigestWorker(lane: 0)
            let population = Self.population(count: count, now: .zero)
            accounts = try Accounts(parsing: population.accounts.accountsFile(using: worker).span)
        } catch {
            throw HostError("the simulated phones have no accounts: \(error)", exitCode: 1)
        }
    }

    /// Adds what the demo needs to settings, be they read at the start or anew.
    static func join(_ settings: inout Settings) {
        var demo = DomainSettings()
        demo.expires.standard = 120
        demo.expires.minimum = 20
        demo.expires.maximum = 300
        settings.domains[Self.domain] = demo
        if settings.listen == Settings().listen, DemoSocket.hasIPv6 {
            settings.listen.append("udp:[::1]:5060")
        }
    }

    /// The phones; always the same ones.
    static func population(count: Int, now: Timestamp, hasIPv6: Bool = true, hasTCP: Bool = true)
        -> Population
    {
        Population(seed: 0x5eed, count: count, domain: domain, now: now, hasIPv6: hasIPv6, hasTCP: hasTCP)
    }
}
