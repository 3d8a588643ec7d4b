import SIPMessage
import Simulation
import Testing
import Timing

@Suite struct LossyNetworkTests {
    private func datagram(_ number: Int, _ transport: TransportKind = .udp) -> Datagram {
        let here = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5_060)
        let path = ReceivedFrom(source: here, local: here, transport: transport, at: .zero)
        return Datagram(
            bytes: [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)],
            path: path
        )
    }

    private func number(_ datagram: Datagram) -> Int { Int(datagram.bytes[0]) | Int(datagram.bytes[1]) << 8 }

    /// Sends a thousand, a millisecond apart, and gives what arrived in order.
    private func run(_ conditions: NetworkConditions, seed: UInt64, _ transport: TransportKind = .udp)
        -> [Int]
    {
        var network = LossyNetwork(seed: seed, conditions: conditions)
        for number in 0..<1_000 {
            network.send(datagram(number, transport), now: .zero + .milliseconds(number))
        }
        var arrived: [Int] = []
        while let next = network.nextArrival {
            let datagrams = network.arrivals(now: next)
            #expect(datagrams.allSatisfy { $0.path.at == next })
            arrived += datagrams.map(number)
        }
        #expect(arrived.count == 1_000 - network.lost + network.doubled)
        return arrived
    }

    @Test func aPerfectNetworkChangesNothing() {
        #expect(run(NetworkConditions(), seed: 1) == Array(0..<1_000))
    }

    @Test func itLosesDoublesAndReorders() {
        let arrived = run(
            NetworkConditions(
                loss: 200,
                duplication: 100,
                minimumDelay: .milliseconds(10),
                maximumDelay: .milliseconds(50)
            ),
            seed: 2
        )
        let distinct = Set(arrived)
        #expect((750...850).contains(distinct.count))
        #expect((40...130).contains(arrived.count - distinct.count))
        #expect(arrived != arrived.sorted())
    }

    @Test func theSameSeedDoesTheSame() {
        let bad = NetworkConditions(loss: 300, maximumDelay: .seconds(1))
        #expect(run(bad, seed: 3) == run(bad, seed: 3))
        #expect(run(bad, seed: 3) != run(bad, seed: 4))
    }

    @Test func connectionsAreReliable() {
        let bad = NetworkConditions(loss: 900, duplication: 900, maximumDelay: .seconds(1))
        #expect(run(bad, seed: 5, .tcp) == Array(0..<1_000))
    }

    @Test func nothingArrivesEarly() {
        var network = LossyNetwork(seed: 1, conditions: NetworkConditions(minimumDelay: .milliseconds(20)))
        network.send(datagram(1), now: .zero)
        #expect(network.arrivals(now: .zero + .milliseconds(19)).isEmpty)
        #expect(network.arrivals(now: .zero + .milliseconds(20)).count == 1)
        #expect(network.nextArrival == nil)
    }
}
