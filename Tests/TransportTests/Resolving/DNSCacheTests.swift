import SIPMessage
import Testing
import Timing

@testable import Transport

@Suite struct DNSCacheTests {
    private let start = Timestamp(nanoseconds: 1_000_000_000)
    private let found = DNSAnswer.records([.address(IPAddress(ipv4: 1))])

    private func question(_ number: Int) -> DNSQuestion {
        DNSQuestion(name: Array("host\(number).example".utf8), kind: .a)
    }

    /// For how many whole seconds an answer is given again.
    private func life(_ answer: DNSAnswer, seconds: UInt32?) -> Int {
        var cache = DNSCache(maximum: 10)
        cache.keep(answer, seconds: seconds, to: question(1), at: start)
        return (0...100_000).first { cache.answer(to: question(1), at: start + .seconds($0)) == nil } ?? -1
    }

    @Test func recordsLiveAsLongAsTheySayWithinBounds() {
        #expect(life(found, seconds: 60) == 60)
        #expect(life(found, seconds: 0) == 1)
        #expect(life(found, seconds: .max) == 86_400)
        #expect(life(found, seconds: nil) == 1)
    }

    @Test func anAbsenceLivesShorter() {
        #expect(life(.absent, seconds: 60) == 60)
        #expect(life(.absent, seconds: 86_400) == 900)
        #expect(life(.absent, seconds: nil) == 30)
    }

    @Test func aFailureIsForgottenSoon() {
        #expect(life(.failed, seconds: 86_400) == 5)
    }

    @Test func aQuestionOfAnotherKindIsAnother() {
        var cache = DNSCache(maximum: 10)
        cache.keep(found, seconds: 60, to: question(1), at: start)
        #expect(cache.answer(to: DNSQuestion(name: question(1).name, kind: .aaaa), at: start) == nil)
    }

    @Test func itNeverHoldsMoreThanItMay() {
        var cache = DNSCache(maximum: 64)
        for number in 0..<10_000 {
            cache.keep(found, seconds: UInt32(60 + number % 1000), to: question(number), at: start)
            #expect(cache.count <= 64)
            #expect(cache.answer(to: question(number), at: start) == found)
        }
        var none = DNSCache(maximum: 0)
        none.keep(found, seconds: 60, to: question(1), at: start)
        #expect(none.count == 0)
    }

    @Test func whatHasEndedMakesRoomFirst() {
        var cache = DNSCache(maximum: 8)
        for number in 0..<7 { cache.keep(found, seconds: 1, to: question(number), at: start) }
        cache.keep(found, seconds: 500, to: question(100), at: start)
        for number in 200..<206 {
            cache.keep(found, seconds: 500, to: question(number), at: start + .seconds(2))
        }
        #expect(cache.answer(to: question(100), at: start + .seconds(3)) == found)
    }
}
