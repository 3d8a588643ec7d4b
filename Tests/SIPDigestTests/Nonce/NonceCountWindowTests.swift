import Testing

@testable import SIPDigest

@Suite struct NonceCountWindowTests {
    private func nonce(_ key: UInt64, issued: UInt64 = 1_000) -> Nonce {
        Nonce(key: key, issued: issued, ageInMilliseconds: 0)
    }

    @Test func growingCountsAreFreshAndNoneTwice() {
        let window = NonceCountWindow(capacity: 512)
        for count in UInt32(1)...200 { #expect(window.admit(nonce(5), count: count) == .fresh) }
        for count in UInt32(1)...200 { #expect(window.admit(nonce(5), count: count) == .replayed) }
    }

    @Test func reorderedCountsAreNoReplay() {
        let window = NonceCountWindow(capacity: 512)
        for count: UInt32 in [3, 1, 2, 66, 4, 5] {
            let expected: NonceAdmission = .fresh
            #expect(window.admit(nonce(5), count: count) == expected, "count \(count)")
        }
        #expect(window.admit(nonce(5), count: 66) == .replayed)
        #expect(window.admit(nonce(5), count: 3) == .replayed)
        #expect(window.admit(nonce(5), count: 6) == .fresh)
        // 64 behind the highest nobody knows any more.
        #expect(window.admit(nonce(5), count: 80) == .fresh)
        #expect(window.admit(nonce(5), count: 16) == .replayed)
        #expect(window.admit(nonce(5), count: 17) == .fresh)
        #expect(window.admit(nonce(5), count: .max) == .fresh)
        #expect(window.admit(nonce(5), count: 0) == .replayed)
    }

    @Test func noncesDontDisturbEachOther() {
        let window = NonceCountWindow(capacity: 512)
        #expect(window.admit(nonce(5), count: 7) == .fresh)
        #expect(window.admit(nonce(6), count: 7) == .fresh)
        #expect(window.admit(nonce(5), count: 7) == .replayed)
        #expect(window.population == 2)
    }

    @Test func whatGaveWayIsForgottenAndNeverFreshAgain() {
        let window = NonceCountWindow(capacity: 512)
        #expect(window.capacity == 512)
        // All of one shard, whose single set has eight places.
        for key in UInt64(1)...9 {
            #expect(window.admit(nonce(key, issued: 1_000 * key), count: 1) == .fresh)
        }
        #expect(window.admit(nonce(1, issued: 1_000), count: 1) == .forgotten)
        #expect(window.admit(nonce(1, issued: 1_000), count: 2) == .forgotten)
        // Never used, but as old as what gave way: nobody can tell.
        #expect(window.admit(nonce(99, issued: 900), count: 1) == .forgotten)
        for key in UInt64(2)...9 {
            #expect(window.admit(nonce(key, issued: 1_000 * key), count: 1) == .replayed)
        }
        #expect(window.admit(nonce(100, issued: 20_000), count: 1) == .fresh)
        #expect(window.population == 8)
    }

    /// Whatever comes in whatever order, many of the same moment: no count of a nonce is fresh twice.
    @Test(arguments: 1...20) func neverFreshTwice(seed: Int) {
        let window = NonceCountWindow(capacity: 512)
        var state = UInt64(seed)
        func random(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        var seen: Set<[UInt64]> = []
        for step in 0..<5_000 {
            let key = random(30) + 1
            let count = random(20) + 1
            let answer = window.admit(nonce(key, issued: key % 3 * 160), count: UInt32(count))
            if answer == .fresh { #expect(seen.insert([key, count]).inserted, "seed \(seed), step \(step)") }
        }
        #expect(!seen.isEmpty)
    }
}
