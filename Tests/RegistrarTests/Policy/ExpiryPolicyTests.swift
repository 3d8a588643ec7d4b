import Registrar
import Support
import Testing

/// RFC 3261 §10.3 step 7 and §20.19: what an asked time comes to.
struct ExpiryPolicyTests {
    private let plain = ExpiryPolicy(standard: 3_600, minimum: 60, maximum: 7_200, jitterPercent: 0)

    @Test(
        arguments: [
            (nil, ExpiryPolicy.Grant.seconds(3_600)), (0, .removal), (1, .tooBrief), (59, .tooBrief),
            (60, .seconds(60)),
            (61, .seconds(61)), (7_200, .seconds(7_200)), (7_201, .seconds(7_200)),
            (UInt32.max, .seconds(7_200)),
        ] as [(UInt32?, ExpiryPolicy.Grant)]
    )
    func grantsBetweenMinimumAndMaximum(asked: UInt32?, grant: ExpiryPolicy.Grant) {
        #expect(plain.grant(asked: asked, draw: 0x1234_5678_9abc_def0) == grant)
    }

    @Test("RFC 3261 §10.3 step 7 clause: 423 only below an hour, else the wish is raised")
    func tooBriefOnlyInTheRFCsWindow() {
        let long = ExpiryPolicy(standard: 7_200, minimum: 7_200, maximum: 9_000, jitterPercent: 0)
        #expect(long.grant(asked: 3_599, draw: 0) == .tooBrief)
        #expect(long.grant(asked: 3_600, draw: 0) == .seconds(7_200))
        #expect(long.grant(asked: 5_000, draw: 0) == .seconds(7_200))
        #expect(long.grant(asked: nil, draw: 0) == .seconds(7_200))
    }

    @Test func jitterOnlyShortensAndNeverBelowTheMinimum() {
        let policy = ExpiryPolicy(jitterPercent: 10)
        var random = SeededGenerator(seed: 7)
        var seen: Set<UInt32> = []
        for _ in 0..<2_000 {
            guard case .seconds(let seconds) = policy.grant(asked: 3_600, draw: random.next()) else {
                Issue.record("seed 7: not granted")
                return
            }
            seen.insert(seconds)
            #expect((3_240...3_600).contains(seconds), "seed 7")
        }
        #expect(seen.count > 200, "the jitter uses its whole room, seed 7")
        for _ in 0..<200 {
            #expect(policy.grant(asked: 60, draw: random.next()) == .seconds(60), "seed 7")
            #expect(policy.grant(asked: 0, draw: random.next()) == .removal, "seed 7")
        }
    }

    @Test func theSameDrawGivesTheSameGrant() {
        let policy = ExpiryPolicy(jitterPercent: 50)
        #expect(policy.grant(asked: 900, draw: 99) == policy.grant(asked: 900, draw: 99))
    }

    @Test func contradictionsAreBroughtIntoOrder() {
        let policy = ExpiryPolicy(standard: 10, minimum: 100, maximum: 50, jitterPercent: 400)
        #expect(policy.minimum == 100)
        #expect(policy.maximum == 100)
        #expect(policy.standard == 100)
        #expect(policy.grant(asked: nil, draw: .max) == .seconds(100))
        #expect(ExpiryPolicy(minimum: 0).minimum == 1, "0 would be a removal")
        let all = ExpiryPolicy(standard: .max, minimum: 60, maximum: .max, jitterPercent: 0)
        #expect(all.grant(asked: .max, draw: 0) == .seconds(.max), "2³²-1 does not wrap")
    }
}
