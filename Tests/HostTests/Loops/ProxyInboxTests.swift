import BindingTable
import Proxy
import SIPMessage
import Testing
import Timing

@testable import Host

@Suite("The proxy's inbox")
struct ProxyInboxTests {
    private static func path(_ port: UInt16) -> ReceivedFrom {
        let here = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: port)
        return ReceivedFrom(source: here, local: here, transport: .udp, at: .zero)
    }

    private func batch(_ count: Int, bytes: Int = 100, from first: Int = 0) -> ProxyBatch {
        var batch = ProxyBatch()
        for index in first..<first + count {
            let message = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: bytes)
            batch.append(message.span, from: Self.path(UInt16(index)))
        }
        return batch
    }

    private func taken(_ inbox: ProxyInbox) -> [(port: UInt16, bytes: [UInt8])] {
        var contents = ProxyInbox.Contents()
        inbox.take(&contents)
        return contents.batch.messages.map {
            ($0.path.source.port, Array(contents.batch.bytes[$0.start..<$0.end]))
        }
    }

    @Test("What is handed over comes out whole and in order, and the giver's list is empty")
    func order() {
        let inbox = ProxyInbox()
        inbox.open()
        for first in [0, 3, 5] {
            var batch = batch(first == 3 ? 2 : 3, from: first)
            inbox.post(&batch)
            #expect(batch.messages.isEmpty && batch.bytes.isEmpty)
        }
        let found = taken(inbox)
        #expect(found.map(\.port) == Array(0..<8))
        #expect(found.allSatisfy { $0.bytes == [UInt8](repeating: UInt8($0.port), count: 100) })
        #expect(taken(inbox).isEmpty && inbox.dropped == 0)
    }

    @Test("A message too many, or too many bytes, are dropped and counted; what was there stays")
    func bound() {
        let few = ProxyInbox(mostMessages: 4)
        few.open()
        var batch = batch(3)
        few.post(&batch)
        batch = self.batch(3, from: 3)
        few.post(&batch)
        #expect(few.dropped == 2 && taken(few).map(\.port) == [0, 1, 2, 3])
        batch = self.batch(9)
        few.post(&batch)
        #expect(few.dropped == 7 && taken(few).count == 4)
        let small = ProxyInbox(mostBytes: 250)
        small.open()
        batch = self.batch(4)
        small.post(&batch)
        #expect(small.dropped == 2 && taken(small).count == 2)
    }

    @Test("With nobody there to take it, nothing is kept")
    func closed() {
        let inbox = ProxyInbox()
        var batch = batch(3)
        inbox.post(&batch)
        inbox.post(closed: ConnectionID(rawValue: 7))
        #expect(inbox.dropped == 3 && taken(inbox).isEmpty && batch.messages.isEmpty)
        inbox.open()
        inbox.stop()
        batch = self.batch(2)
        inbox.post(&batch)
        #expect(inbox.dropped == 5)
        var contents = ProxyInbox.Contents()
        inbox.take(&contents)
        #expect(contents.isStopping && contents.closed.isEmpty)
    }

    @Test("Of many threads' messages none is lost or mixed up")
    func threads() async {
        let inbox = ProxyInbox()
        inbox.open()
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask {
                    for round in 0..<50 {
                        var batch = ProxyBatch()
                        let message = [UInt8](repeating: UInt8(thread), count: 1 + round)
                        batch.append(message.span, from: Self.path(UInt16(thread * 50 + round)))
                        inbox.post(&batch)
                    }
                }
            }
        }
        let found = taken(inbox)
        #expect(Set(found.map(\.port)).count == 200)
        for message in found {
            let (thread, round) = (Int(message.port) / 50, Int(message.port) % 50)
            #expect(message.bytes == [UInt8](repeating: UInt8(thread), count: 1 + round))
        }
    }
}
