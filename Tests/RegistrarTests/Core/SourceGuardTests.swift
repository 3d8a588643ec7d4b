import Registrar
import SIPMessage
import Support
import Testing
import Timing

/// A flood from one address does not starve others, and nobody is shed without need.
struct SourceGuardTests {
    private let start = Timestamp(nanoseconds: 60_000_000_000)

    private func address(_ number: Int) -> IPAddress { IPAddress(ipv4: UInt32(number)) }

    /// Requests admitted of each source: `rates` requests a millisecond each, for a second.
    private func admitted(_ rates: [Int], severity: Int, seed: UInt64) -> [Double] {
        let sources = SourceGuard()
        var random = SeededGenerator(seed: seed)
        var asked = rates.map { _ in 0 }
        var served = rates.map { _ in 0 }
        for millisecond in 0..<1_000 {
            let now = start + .milliseconds(millisecond)
            for (source, rate) in rates.enumerated() {
                for _ in 0..<rate {
                    let isServed = sources.admits(
                        address(source),
                        severity: severity,
                        draw: random.next(),
                        at: now
                    )
                    guard millisecond >= 100 else { continue }
                    asked[source] += 1
                    served[source] += isServed ? 1 : 0
                }
            }
        }
        return zip(served, asked).map { Double($0) / Double(max($1, 1)) }
    }

    @Test func aFloodIsShedAndTheOthersAreServed() {
        let shares = admitted([150, 1, 1, 1], severity: 60, seed: 11)
        #expect(shares[0] < 0.10, "seed 11: \(shares)")
        #expect(shares[1...].allSatisfy { $0 == 1 }, "seed 11: \(shares)")
    }

    @Test func twoFloodsAreBothShed() {
        let shares = admitted([80, 80, 1, 1, 1, 1, 1, 1], severity: 60, seed: 12)
        #expect(shares[0] < 0.10 && shares[1] < 0.10, "seed 12: \(shares)")
        #expect(shares[2...].allSatisfy { $0 == 1 }, "seed 12: \(shares)")
    }

    @Test func aSourceThatIsAloneIsNeverShed() {
        #expect(admitted([150], severity: 64, seed: 13) == [1])
    }

    @Test func withoutPressureNobodyIsShed() {
        #expect(admitted([150, 1], severity: 0, seed: 14) == [1, 1])
    }

    @Test func equalSourcesAreLeftAlone() {
        let shares = admitted(Array(repeating: 4, count: 20), severity: 60, seed: 15)
        #expect(shares.allSatisfy { $0 > 0.99 }, "seed 15: \(shares)")
    }

    @Test func sheddingIsInProportionToThePressure() {
        let shares = admitted([150, 1], severity: 32, seed: 16)
        #expect((0.45...0.55).contains(shares[0]), "seed 16: \(shares)")
    }

    @Test func anIPv6SourceIsItsNetworkOf64Bits() {
        let sources = SourceGuard()
        var random = SeededGenerator(seed: 17)
        var served = 0
        for number in 0..<20_000 {
            let host = IPAddress(ipv6High: 0x2001_0db8_0000_0001, low: random.next())
            if sources.admits(host, severity: 60, draw: random.next(), at: start) { served += 1 }
            if number % 200 == 0 {
                #expect(sources.admits(address(9), severity: 60, draw: random.next(), at: start), "seed 17")
            }
        }
        #expect(served < 4_000, "seed 17: \(served)")
    }

    @Test func aFloodIsForgottenWhenItEnds() {
        let sources = SourceGuard()
        var random = SeededGenerator(seed: 18)
        for _ in 0..<10_000 { _ = sources.admits(address(1), severity: 60, draw: random.next(), at: start) }
        _ = sources.admits(address(2), severity: 60, draw: random.next(), at: start)
        let later = start + .seconds(20)
        for number in 0..<100 {
            _ = sources.admits(
                address(2),
                severity: 60,
                draw: random.next(),
                at: later + .milliseconds(number)
            )
            #expect(
                sources.admits(address(1), severity: 60, draw: 0, at: later + .milliseconds(number)),
                "seed 18"
            )
        }
    }

    @Test func memoryIsBoundedAndManySourcesDoNotHideAFlood() {
        let sources = SourceGuard()
        var random = SeededGenerator(seed: 19)
        var served = 0
        for number in 0..<200_000 {
            _ = sources.admits(address(number), severity: 60, draw: random.next(), at: start)
            if sources.admits(address(-1 & 0xffff_ffff), severity: 60, draw: random.next(), at: start) {
                served += 1
            }
        }
        #expect(served < 40_000, "seed 19: \(served)")
    }
}

/// When a loop counts as unable to keep up.
struct LoadGaugeTests {
    private let start = Timestamp(nanoseconds: 1_000_000_000)

    @Test func aQueueThatIsEmptiedNowAndThenIsNoPressure() {
        var gauge = LoadGauge()
        for number in 0..<10_000 {
            gauge.note(count: number % 50 == 0 ? 10 : 64, capacity: 64, at: start + .milliseconds(number))
            #expect(gauge.severity == 0)
        }
    }

    @Test func onlyFullBatchesForHalfASecondAre() {
        var gauge = LoadGauge()
        for number in 0..<500 {
            gauge.note(count: 64, capacity: 64, at: start + .milliseconds(number))
            #expect(gauge.severity == 0)
        }
        for number in 500..<600 { gauge.note(count: 64, capacity: 64, at: start + .milliseconds(number)) }
        #expect(gauge.severity == 64)
        for _ in 0..<20 { gauge.note(count: 3, capacity: 64, at: start + .seconds(1)) }
        #expect(gauge.severity == 0)
    }

    @Test func lostDatagramsAreAtOnce() {
        var gauge = LoadGauge()
        gauge.note(count: 64, capacity: 64, hasDropped: true, at: start)
        #expect(gauge.severity == 1)
    }
}

/// The guard within the core: what is shed costs nothing and says nothing.
struct SheddingTests {
    @Test func aFloodedCoreShedsBeforeItParses() throws {
        let stage = try Stage()
        let flooder = Endpoint(address: IPAddress(ipv4: 0x0a00_0066), port: 9)
        let neighbour = stage.source
        for number in 0..<700 {
            stage.core.noteBatch(count: 64, capacity: 64, at: stage.now + .milliseconds(number))
        }
        stage.now = stage.now + .milliseconds(700)
        var shed = 0
        var phone = Phone()
        for number in 0..<2_000 {
            stage.source = flooder
            stage.send("garbage that nobody reads")
            if stage.handling?.end == .shed {
                shed += 1
                #expect(stage.handling?.replyCount == 0)
                #expect(stage.handling?.isExchange == false)
            }
            guard number % 100 == 0 else { continue }
            stage.source = neighbour
            #expect(stage.send(phone.register()).status == 200)
        }
        #expect(shed > 1_500)
        stage.source = flooder
        stage.transport = .tcp
        for _ in 0..<100 {
            stage.send("garbage")
            #expect(stage.handling?.end == .silent, "a stream is held back by its connection")
        }
    }
}
