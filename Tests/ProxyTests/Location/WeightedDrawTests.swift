import SIPMessage
import Testing

@testable import Proxy

@Suite struct WeightedDrawTests {
    private func order(_ records: [ServiceRecord], seed: UInt64) -> [String] {
        var draw = WeightedDraw(seed: seed)
        return draw.order(records).map { String(decoding: $0.target, as: UTF8.self) }
    }

    @Test func theLowerPriorityGoesFirstWhateverTheWeight() {
        let records = [
            serviceRecord(20, 1000, 5060, "c"), serviceRecord(10, 0, 5060, "a"),
            serviceRecord(15, 65535, 5060, "b"),
        ]
        for seed in 0..<100 { #expect(order(records, seed: UInt64(seed)) == ["a", "b", "c"]) }
    }

    @Test func weightsAreProportions() {
        let records = [
            serviceRecord(1, 60, 5060, "big"), serviceRecord(1, 20, 5060, "x"),
            serviceRecord(1, 20, 5060, "y"),
        ]
        var first: [String: Int] = [:]
        for seed in 0..<4000 { first[order(records, seed: UInt64(seed) &* 977)[0], default: 0] += 1 }
        #expect((2200...2600).contains(first["big"] ?? 0), "60 of 100: \(first)")
        #expect((650...1000).contains(first["x"] ?? 0) && (650...1000).contains(first["y"] ?? 0))
    }

    @Test func weightZeroIsChosenSeldomAndNotNever() {
        let records = [serviceRecord(1, 0, 5060, "none"), serviceRecord(1, 9, 5060, "some")]
        let first = (0..<2000).count { order(records, seed: UInt64($0))[0] == "none" }
        #expect((100...300).contains(first), "one lot of ten: \(first)")
    }

    @Test func allOfWeightZeroAreAllThere() {
        let records = (0..<5).map { serviceRecord(1, 0, 5060, "h\($0)") }
        #expect(Set(order(records, seed: 7)).count == 5)
        #expect(order([], seed: 7).isEmpty)
    }

    @Test func oneSeedIsOneOrder() {
        let records = (0..<20).map { serviceRecord(UInt16($0 % 3), UInt16($0), 5060, "h\($0)") }
        #expect(order(records, seed: 42) == order(records, seed: 42))
        #expect((0..<20).contains { order(records, seed: $0) != order(records, seed: 42) })
    }
}
