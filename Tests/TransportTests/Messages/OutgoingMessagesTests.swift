import SIPMessage
import Testing
import Timing

@testable import Transport

@Suite struct OutgoingMessagesTests {
    private func path(_ port: UInt16) -> ReceivedFrom {
        ReceivedFrom(
            source: Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: port),
            local: Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5060),
            transport: .udp,
            at: .zero,
        )
    }

    @Test func keepsMessagesApartAndAddressed() {
        var output = OutgoingMessages()
        output.bytes.append(contentsOf: [1, 2, 3])
        output.finish(replyingTo: path(1))
        let whole: [UInt8] = [4, 5]
        let other = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 9)
        output.append(whole.span, to: other, over: path(2))
        #expect(output.count == 2)
        #expect(output.datagram(at: 0) == Datagram(bytes: [1, 2, 3], path: path(1)))
        #expect(output.datagram(at: 1).bytes == [4, 5])
        #expect(output.datagram(at: 1).path.source == other)
        #expect(output.datagram(at: 1).path.local == path(2).local)
    }

    @Test func anEmptyMessageIsNone() {
        var output = OutgoingMessages()
        output.finish(replyingTo: path(1))
        #expect(output.count == 0)
    }

    @Test func anAbandonedMessageLeavesNothing() {
        var output = OutgoingMessages()
        output.bytes.append(7)
        output.finish(replyingTo: path(1))
        output.bytes.append(contentsOf: [8, 8])
        output.abandon()
        output.bytes.append(9)
        output.finish(replyingTo: path(2))
        #expect(output.datagram(at: 0).bytes == [7])
        #expect(output.datagram(at: 1).bytes == [9])
        output.removeAll()
        #expect(output.count == 0 && output.bytes.isEmpty)
    }
}
