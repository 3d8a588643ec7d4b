import SIPDigest
import SIPMessage
import Timing

/// The users of the demo's phones that its tour is about, in every population of at least one phone of each kind.
public enum Lead {
    /// Has another password than its account.
    public static let lost = "4417"
    /// Leaves a ghost whenever its NAT gives it another port.
    public static let haunted = "4423"
    /// Registers as it should.
    public static let good = "1001"

    static let all: Set<String> = [lost, haunted, good]
}

/// Invents the phones of a population: names, sites, models and habits.
struct Cast {
    let domain: String
    private var random: SeededRandom
    private(set) var accounts: [SimulatedAccount] = []
    /// Those of which somebody else may have a second phone.
    private var shared: [SimulatedAccount] = []
    private(set) var profiles: [PhoneProfile] = []
    /// The source address of each phone, by its place in `profiles`.
    private(set) var sources: [IPAddress] = []

    init(seed: UInt64, count: Int, domain: String) {
        self.domain = domain
        random = SeededRandom(seed: seed)
        for place in 0..<max(0, count) { add(place, of: count) }
    }

    /// The first are one of each kind, so that as many phones as there are kinds show everything; of the others five in six
    /// are good, and there is one guesser however many they are.
    private mutating func kind(at place: Int) -> PhoneKind {
        if place < PhoneKind.allCases.count { return PhoneKind.allCases[place] }
        let others: [PhoneKind] = [
            .wrongPassword, .unknownUser, .staleNonce, .natted, .natted, .natted, .shortExpiry, .tcp, .tcp,
            .ipv6,
            .flapping,
        ]
        return random.chance(perMille: 830) ? .good : random.pick(others) ?? .good
    }

    private mutating func add(_ place: Int, of count: Int) {
        let kind = kind(at: place)
        var profile = PhoneProfile(
            user: user(at: place, kind),
            domain: domain,
            password: password(random.next())
        )
        profile.kind = kind
        profile.displayName = name()
        profile.userAgent = random.pick(Self.models) ?? profile.userAgent
        profile.expires = random.pick([3_600, 3_600, 1_800, 600, 300]) ?? 3_600
        profile.reusesNonce = random.chance(perMille: 600)
        profile.algorithms = random.chance(perMille: 350) ? [.md5] : [.sha256, .md5]
        // Everything shows within seconds; many phones come over a longer time, as after a power cut.
        let spread = min(max(5_000, count * 5), 120_000)
        let isFirst = place < PhoneKind.allCases.count
        profile.startAfter = .milliseconds(random.number(in: isFirst ? 100...1_500 : 300...spread))
        settle(&profile, kind, place)
        // One in ten good phones belongs to somebody who has a desk phone already.
        if kind == .good, !isFirst, random.chance(perMille: 100), let shared = random.pick(shared) {
            profile.user = shared.user
            profile.password = shared.password
            profile.userAgent = "Pocketphone 4.12 (Android 15)"
        } else if kind != .unknownUser, kind != .bruteForce {
            accounts.append(SimulatedAccount(user: profile.user, realm: domain, password: profile.password))
            if !Lead.all.contains(profile.user) { shared.append(accounts[accounts.count - 1]) }
        }
        if kind == .wrongPassword { profile.password += "x" }
        profiles.append(profile)
        sources.append(source(at: place, kind))
    }

    private mutating func settle(_ profile: inout PhoneProfile, _ kind: PhoneKind, _ place: Int) {
        switch kind {
        case .good:
            if random.chance(perMille: 150) { profile.refreshAfter = .seconds(random.number(in: 8...45)) }
        case .wrongPassword, .unknownUser: profile.retryAfter = .seconds(random.number(in: 4...9))
        case .staleNonce:
            profile.reusesNonce = true
            profile.refreshAfter = .seconds(7)
        case .natted:
            let host = UInt32(place / 200 % 200) << 8 | UInt32(place % 200 + 20)
            profile.claimedAddress = Endpoint(address: IPAddress(ipv4: 0xc0a8_0000 | host), port: 5_060)
            profile.refreshAfter = .seconds(random.number(in: 20...40))
        case .shortExpiry:
            profile.expires = 20
            profile.refreshAfter = .seconds(4)
        case .tcp: profile.transport = .tcp
        case .ipv6: break
        case .flapping: profile.refreshAfter = .seconds(random.number(in: 3...6))
        case .roaming: profile.expires = 3_600
        case .bruteForce:
            profile.userAgent = "friendly-scanner"
            profile.reusesNonce = true
            profile.retryAfter = .milliseconds(400)
            profile.algorithms = [.md5]
            profile.victims = (0..<24).map { String(1_001 + $0) } + ["100", "admin", "test", "sales"]
        }
    }

    /// Where a phone's packets come from: a site is a third octet.
    private func source(at place: Int, _ kind: PhoneKind) -> IPAddress {
        switch kind {
        case .ipv6: IPAddress(ipv6High: 0, low: 1)
        case .bruteForce: IPAddress(ipv4: 0x7f42_0606)
        // A household's or branch's phones behind one address.
        case .natted: IPAddress(ipv4: 0x7f1e_0001 | UInt32(place / 8 % 250) << 8)
        default: IPAddress(ipv4: 0x7f14_0000 | UInt32(place / 200 % 250 + 1) << 8 | UInt32(place % 200 + 10))
        }
    }

    private func user(at place: Int, _ kind: PhoneKind) -> String {
        if place < PhoneKind.allCases.count {
            if kind == .wrongPassword { return Lead.lost }
            if kind == .roaming { return Lead.haunted }
        }
        // The hundred that begins with 4400 is kept for those with a name.
        let number = 1_001 + place + (1_001 + place >= 4_400 ? 100 : 0)
        return kind == .unknownUser ? "former\(number)" : String(number)
    }

    private mutating func name() -> String {
        "\(random.pick(Self.firstNames) ?? "") \(random.pick(Self.lastNames) ?? "")"
    }

    private func password(_ bits: UInt64) -> String { String(bits | 1 << 63, radix: 36) }

    private static let models = [
        "Deskline D46 8.86.0", "Deskline D46 8.85.3", "Deskline D53W 8.86.0", "Northwind GX2170 1.0.11.64",
        "Northwind GX2135 1.0.11.10", "Contour VX411 5.9.7", "Contour VX611 5.9.7", "Contour Trio 7.2.4",
        "Linden Softphone 5.21.6 (x86_64; Linux)", "Linden Softphone 5.21.6 (Windows 11)",
        "Kestrel ATA-191 11.2",
        "Bellwether M700 base 6.50",
    ]
    private static let firstNames = [
        "Ada", "Ben", "Chiara", "David", "Emma", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Luis",
        "Mina",
        "Noah", "Olga", "Paul", "Rosa", "Sven", "Tomas", "Vera", "Yusuf", "Zoe",
    ]
    private static let lastNames = [
        "Albrecht", "Baker", "Costa", "Dietz", "Eriksen", "Fischer", "Garcia", "Haas", "Ivanova", "Jensen",
        "Keller",
        "Lange", "Moreau", "Novak", "Okafor", "Petit", "Rossi", "Schmidt", "Tanaka", "Ude", "Vogel", "Weber",
    ]
}
