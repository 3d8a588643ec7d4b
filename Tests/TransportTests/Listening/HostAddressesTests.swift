import SIPMessage
import Testing
import Timing

@testable import Transport

@Suite("This host's addresses")
struct HostAddressesTests {
    private let loopback = IPAddress(ipv4: 0x7f00_0001)

    @Test("The loopback is among them, and no link-local address")
    func all() {
        #expect(HostAddresses.all.contains(loopback))
        #expect(HostAddresses.all.allSatisfy { !$0.isLinkLocal })
    }

    @Test(
        "A packet to the loopback leaves from it; of what is remembered there is never more than was allowed"
    )
    func toward() {
        let addresses = HostAddresses(mostPeers: 4)
        for _ in 0..<2 {
            #expect(addresses.address(toward: loopback, at: .zero) == loopback)
        }
        for number in 1...20 {
            let peer = IPAddress(ipv4: 0x7f00_0000 + UInt32(number))
            #expect(addresses.address(toward: peer, at: .zero + .seconds(number * 10))?.isLoopback == true)
        }
    }
}
