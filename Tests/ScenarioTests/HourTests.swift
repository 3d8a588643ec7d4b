import BindingTable
import Cells
import Console
import SIPMessage
import Simulation
import Testing
import Timing

/// "Anything I should know about the last hour?": the demo's sixty phones, and every screen afterwards.
@Suite struct HourTests {
    private static let wrong: Set<PhoneKind> = [.wrongPassword, .unknownUser, .bruteForce]

    private func plan(seed: UInt64) -> Plan {
        Plan(
            domain: "demo.test",
            seed: seed,
            passwords: [:],
            crowd: 60,
            nonceLifetime: Population.nonceLifetime,
            view: .overview
        )
    }

    @Test func afterAnHourTheTableIsWhatThePhonesBelieveAndNoRightPasswordWasRefused() throws {
        let world = try World(plan(seed: 0x5eed))
        world.run(seconds: 3_600)
        world.settle()
        expectOnlyOrdinaryRefusals(in: world)
        let crowd = try #require(world.crowd)
        for phone in crowd.population.phones {
            #expect((phone.grants > 0) != Self.wrong.contains(phone.profile.kind), "\(phone.profile.user)")
            #expect(phone.timeouts == 0, "\(phone.profile.user)")
        }

        let told = Belief(world.spoken).inForce(at: world.now)
        var held: [String: Timestamp] = [:]
        for binding in world.bindings {
            held[String(decoding: binding.texts.contact, as: UTF8.self)] = binding.facts.expiresAt
        }
        #expect(told.count >= 45 && held.count == world.bindings.count)
        #expect(held == told, "to the nanosecond")
        let callIDs = Set(world.bindings.map { String(decoding: $0.texts.callID, as: UTF8.self) })
        for phone in crowd.population.phones where phone.state == .registered {
            // Those that went out of reach for a while know it no better.
            let isHeld = callIDs.contains(phone.callID)
            #expect(isHeld || phone.profile.kind == .shortExpiry, "\(phone.profile.user)")
        }
        #expect(callIDs.isSubset(of: crowd.population.phones.map(\.callID)))
        expectEveryScreenDraws(world)
    }

    /// Each refusal of a phone with the right password belongs to an ordinary login; one that comes with a
    /// nonce from before a restart meets `nonceUnknown`, once.
    private func expectOnlyOrdinaryRefusals(in world: World) {
        var before: [Endpoint: Int] = [:]
        var honest = 0
        for spoken in world.spoken {
            let source = spoken.exchange.path.source
            guard let kind = world.crowd?.kind(at: source), !Self.wrong.contains(kind) else { continue }
            honest += 1
            guard let refusal = spoken.exchange.refusal, !refusal.isOrdinary else { continue }
            before[source, default: 0] += 1
            let isFromBefore = kind == .staleNonce && refusal == .nonceUnknown && before[source] == 1
            #expect(isFromBefore, "\(kind) \(refusal)")
        }
        #expect(honest > 5_000)
        #expect(!before.isEmpty)
    }

    private func expectEveryScreenDraws(_ world: World) {
        let screens = [
            ("1", "1 OVERVIEW"), ("2", "2 BINDINGS"), ("2!", "2 BINDINGS"), ("2!⏎", "2 BINDINGS >"),
            ("3", "3 ATTEMPTS"), ("3!", "3 ATTEMPTS"), ("3!⏎", "3 ATTEMPTS >"), ("3 gg⏎", "3 ATTEMPTS >"),
            ("5", "5 LOG"), ("5⇥", "5 AUDIT"), ("b", "5 BLOCKS"),
        ]
        for (width, height) in [(40, 10), (80, 24), (140, 40)] {
            world.resize(width, height)
            for (keys, title) in screens {
                world.press(keys)
                #expect(world.grid.size == Size(width: width, height: height))
                #expect(world.title.contains(title), "\(keys) at \(width)x\(height): \(world.title)")
                #expect(!world.screen.contains("Asking") && !world.screen.contains("WAITING"), "\(keys)")
                #expect(world.lines.dropFirst().dropLast(2).contains { !$0.isEmpty }, "\(keys)")
            }
        }
        #expect(world.effects.isEmpty, "nothing of it quits")
    }

    @Test func theSameSeedGivesTheSameScreensTwiceAndAnotherSeedOthers() throws {
        var nights: [[String]] = []
        for seed in [UInt64(7), 7, 8] {
            let world = try World(plan(seed: seed))
            world.run(seconds: 300)
            var screens: [String] = []
            for size in [(80, 24), (140, 40)] {
                world.resize(size.0, size.1)
                for keys in ["1", "2", "3", "3 gg⏎"] {
                    world.press(keys)
                    screens.append(world.grid.golden)
                }
            }
            nights.append(screens)
        }
        #expect(nights[0] == nights[1])
        for (one, other) in zip(nights[0], nights[2]) { #expect(one != other) }
    }
}

/// What phones were told: each contact with the end that the last 200 gave it.
private struct Belief {
    private var ends: [String: Timestamp] = [:]

    init(_ spoken: [Spoken]) {
        for word in spoken where word.exchange.status == 200 {
            guard let asked = word.asked("Contact"), let uri = Self.uri(asked) else { continue }
            // The registrar may add where it came from: `;alias=` within the URI.
            let granted = Spoken.values("Contact", in: word.reply).first {
                $0.hasPrefix("<\(uri)>") || $0.hasPrefix("<\(uri);alias=")
            }
            let seconds = granted.flatMap { $0.split(separator: ";expires=").last }.flatMap {
                Int($0.prefix { $0.isNumber })
            }
            ends[uri] = seconds.map { word.exchange.path.at + .seconds($0) }
        }
    }

    func inForce(at now: Timestamp) -> [String: Timestamp] { ends.filter { $0.value > now } }

    private static func uri(_ contact: String) -> String? {
        contact.firstIndex(of: ">").map { String(contact[..<$0].drop { $0 != "<" }.dropFirst()) }
    }
}
