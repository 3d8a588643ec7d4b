import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Host

@Suite("Exchange ring")
struct MessageRingTests {
    private static func exchange(_ status: UInt16) -> Exchange {
        let here = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5060)
        var exchange = Exchange(path: ReceivedFrom(source: here, local: here, transport: .udp, at: .zero))
        exchange.status = status
        return exchange
    }

    @Test("What is written comes out whole, in order, however the ring wraps")
    func order() {
        let ring = ExchangeRing(capacity: 4_096)
        var random = SeededGenerator(seed: 7)
        var expected: [(UInt16, [UInt8], [UInt8])] = []
        var next: UInt16 = 0
        for _ in 0..<5_000 {
            let request = [UInt8](repeating: UInt8(next % 251), count: Int(random.next() % 700))
            let reply = [UInt8](repeating: UInt8(next % 13), count: Int(random.next() % 300))
            if ring.write(Self.exchange(next), request: request.span, reply: reply.span) {
                expected.append((next, request, reply))
            }
            next &+= 1
            guard random.next() % 3 == 0 else { continue }
            _ = ring.drain(limit: 4) { exchange, request, reply in
                let first = expected.removeFirst()
                #expect(exchange.status == first.0)
                #expect((0..<request.count).map { request[$0] } == first.1)
                #expect((0..<reply.count).map { reply[$0] } == first.2)
            }
        }
        _ = ring.drain(limit: .max) { exchange, _, _ in #expect(exchange.status == expected.removeFirst().0) }
        #expect(expected.isEmpty)
    }

    @Test("A full ring counts what it loses and never blocks")
    func losses() {
        let ring = ExchangeRing(capacity: 4_096)
        let bytes = [UInt8](repeating: 1, count: 500)
        var kept = 0
        for _ in 0..<100 where ring.write(Self.exchange(200), request: bytes.span, reply: bytes.span) {
            kept += 1
        }
        #expect(kept > 0 && kept < 100)
        #expect(ring.takeLosses() == 100 - kept)
        #expect(ring.takeLosses() == 0)
        #expect(ring.drain(limit: .max) { _, _, _ in } == kept)
        #expect(ring.fill == 0)
    }
}

@Suite("Sampler")
struct SamplerTests {
    private func exchange(second: Int, refusal: RefusalReason?) -> Exchange {
        let here = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5060)
        var exchange = Exchange(
            path: ReceivedFrom(source: here, local: here, transport: .udp, at: .zero + .seconds(second))
        )
        exchange.refusal = refusal
        return exchange
    }

    @Test("Under load failures are all kept, successes thinned, and weights add up to what there was")
    func load() {
        var sampler = Sampler()
        var weights = 0
        var failures = 0
        var random = SeededGenerator(seed: 11)
        for number in 0..<100_000 {
            let second = number < 50_000 ? 1 : 2
            let isFailure = number % 100 == 0
            let weight = sampler.weight(
                of: exchange(second: second, refusal: isFailure ? .wrongPassword : nil),
                callIDHash: random.next(),
                ringFill: 0
            )
            if isFailure {
                #expect(weight == 1)
                failures += 1
            } else if second == 2 {
                weights += Int(weight ?? 0)
            }
        }
        #expect(failures == 1_000)
        #expect(sampler.oneIn == 50)
        #expect(abs(weights - 49_500) < 5_000)
    }

    @Test("A challenge and its answer share their fate")
    func pairs() {
        var sampler = Sampler()
        for _ in 0..<20_000 {
            _ = sampler.weight(of: exchange(second: 1, refusal: nil), callIDHash: 1, ringFill: 0)
        }
        for hash in UInt64(0)..<1_000 {
            let first = sampler.weight(
                of: exchange(second: 2, refusal: .challenge),
                callIDHash: hash,
                ringFill: 0
            )
            let second = sampler.weight(of: exchange(second: 2, refusal: nil), callIDHash: hash, ringFill: 0)
            #expect((first == nil) == (second == nil))
        }
    }
}
