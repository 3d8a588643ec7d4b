import SIPMessage
import SIPTransaction
import Testing
import Timing

/// Requests of our own on a virtual clock: RFC 3261 §17.1.2, §17.1.3.
@Suite struct ClientTransactionsTests {
    /// A loop's transactions and what they say.
    final class Scene {
        var transactions: ClientTransactions
        var requests = OutgoingRequests()
        var now = Timestamp(nanoseconds: 1_000_000_000_000)
        var transport = TransportKind.udp
        var connection = ConnectionID.none
        let peer = Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5060)

        init(capacity: Int = 64, bytes: Int = 1 << 16) {
            transactions = ClientTransactions(capacity: capacity, bytes: bytes)
        }

        var path: ReceivedFrom {
            let local = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5060)
            return ReceivedFrom(
                source: peer,
                local: local,
                transport: transport,
                connection: connection,
                at: now
            )
        }

        @discardableResult
        func begin(_ number: UInt64, timeout: Interval = .seconds(32)) -> Bool {
            let branch = Branch(rawValue: number)
            let request = Array("OPTIONS sip:a SIP/2.0\r\nVia: \(text(branch))\r\n\r\n".utf8)
            return transactions.begin(
                request.span,
                branch: branch,
                method: .options,
                to: peer,
                over: path,
                token: number,
                timeout: timeout,
                now: now,
                requests: &requests
            )
        }

        func text(_ branch: Branch) -> String {
            var bytes: [UInt8] = []
            branch.append(to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }

        func answer(
            _ number: UInt64,
            _ status: Int = 200,
            method: String = "OPTIONS",
            branch: String? = nil,
            via: [String] = [],
        ) throws -> ClientEvent? {
            let branch = branch ?? text(Branch(rawValue: number))
            let vias = ["SIP/2.0/UDP 127.0.0.1;branch=\(branch)"] + via
            let lines =
                ["SIP/2.0 \(status) X"] + vias.map { "Via: \($0)" } + [
                    "From: <sip:a>;tag=1", "To: <sip:b>;tag=2", "Call-ID: c", "CSeq: 1 \(method)",
                    "Content-Length: 0",
                ]
            let message = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
            var head = MessageHead()
            try head.parse(message.span)
            return transactions.receive(head, message.span, from: path)
        }

        /// Lets time pass in small steps; what was sent at which millisecond, and what happened.
        func advance(_ milliseconds: Int) -> (sentAt: [Int], events: [ClientEvent]) {
            var sentAt: [Int] = []
            var events: [ClientEvent] = []
            let start = now
            let end = now + .milliseconds(milliseconds)
            while transactions.deadline <= end {
                now = max(now, transactions.deadline)
                let before = requests.count
                transactions.advance(to: now, requests: &requests, events: &events)
                for _ in before..<requests.count { sentAt.append((now - start).milliseconds) }
            }
            now = end
            return (sentAt, events)
        }
    }

    @Test("RFC 3261 §17.1.2.2: over UDP a request is sent eleven times in 32 s, then Timer F ends it")
    func timersEAndF() {
        let scene = Scene()
        #expect(scene.begin(1))
        #expect(scene.requests.count == 1)
        let result = scene.advance(60_000)
        let expected = [500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]
        #expect(result.sentAt == expected)
        #expect(result.events == [.timedOut(token: 1)])
        #expect(scene.transactions.count == 0)
        #expect(scene.transactions.keptBytes == 0)
        #expect(scene.transactions.deadline == .distantFuture)
    }

    @Test("RFC 3261 §17.1.2.2: over a reliable transport nothing is sent twice; Timer F runs all the same")
    func reliable() {
        let scene = Scene()
        scene.transport = .tcp
        scene.connection = ConnectionID(rawValue: 9)
        scene.begin(1)
        #expect(scene.transactions.keptBytes == 0)
        let result = scene.advance(60_000)
        #expect(result.sentAt.isEmpty)
        #expect(result.events == [.timedOut(token: 1)])
    }

    @Test("RFC 3261 §17.1.2.2: after a provisional response it is repeated every T2")
    func proceeding() throws {
        let scene = Scene()
        scene.begin(1)
        _ = scene.advance(100)
        #expect(try scene.answer(1, 100) == nil)
        #expect(scene.advance(12_900).sentAt == [400, 4_400, 8_400, 12_400])
        #expect(
            try scene.answer(1, 200) == .answered(token: 1, status: .ok, after: .milliseconds(13_000))
        )
    }

    @Test("RFC 3261 §17.1.2.2: the final response is told once, copies are absorbed until Timer K")
    func completed() throws {
        let scene = Scene()
        scene.begin(1)
        scene.now = scene.now + .milliseconds(20)
        #expect(try scene.answer(1) == .answered(token: 1, status: .ok, after: .milliseconds(20)))
        #expect(scene.transactions.waiting == 0)
        #expect(try scene.answer(1) == nil)
        #expect(scene.transactions.count == 1)
        let result = scene.advance(6_000)
        #expect(result.sentAt.isEmpty)
        #expect(result.events.isEmpty)
        #expect(scene.transactions.count == 0)
    }

    @Test("RFC 3261 §17.1.3: a response belongs to the request with its branch and CSeq method")
    func matching() throws {
        let scene = Scene()
        scene.begin(0xabc)
        #expect(try scene.answer(0xabd) == nil)
        #expect(try scene.answer(0xabc, method: "NOTIFY") == nil)
        #expect(try scene.answer(0xabc, branch: "z9hG4bKshort") == nil)
        #expect(try scene.answer(0xabc, branch: "z9hG4bK000000000000xabc") == nil)
        #expect(try scene.answer(0xabc, branch: "0000000000000000000abc0") == nil)
        scene.transport = .tcp
        #expect(try scene.answer(0xabc) == nil, "another transport")
        scene.transport = .udp
        let capitals = "Z9HG4BK0000000000000ABC"
        #expect(
            try scene.answer(0xabc, branch: capitals)
                == .answered(token: 0xabc, status: .ok, after: .zero)
        )
    }

    @Test("RFC 3261 §8.1.3.3: a response with more than one Via is for somebody else")
    func severalVias() throws {
        let scene = Scene()
        scene.begin(1)
        #expect(try scene.answer(1, via: ["SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx"]) == nil)
    }

    @Test("RFC 3261 §8.1.3.1: the end of a connection ends what waits on it, and nothing else")
    func connectionClosed() {
        let scene = Scene()
        scene.transport = .tls
        scene.connection = ConnectionID(rawValue: 1)
        scene.begin(1)
        scene.begin(2)
        scene.connection = ConnectionID(rawValue: 2)
        scene.begin(3)
        var events: [ClientEvent] = []
        scene.transactions.connectionClosed(ConnectionID(rawValue: 1), events: &events)
        #expect(Set(events) == [.connectionLost(token: 1), .connectionLost(token: 2)])
        #expect(scene.transactions.count == 1)
        scene.transactions.connectionClosed(ConnectionID(rawValue: 1), events: &events)
        scene.transactions.connectionClosed(.none, events: &events)
        #expect(events.count == 2)
    }

    @Test func aShorterTimeoutEndsItEarlier() {
        let scene = Scene()
        scene.begin(1, timeout: .seconds(2))
        let result = scene.advance(10_000)
        #expect(result.sentAt == [500, 1_500])
        #expect(result.events == [.timedOut(token: 1)])
    }

    @Test func numberAndBytesAreBounded() throws {
        let scene = Scene(capacity: 2)
        #expect(scene.begin(1))
        #expect(scene.begin(2))
        #expect(!scene.begin(3), "two wait")
        #expect(scene.requests.count == 2)
        _ = try scene.answer(1)
        #expect(scene.begin(3), "the answered one gives its place up")
        #expect(!scene.begin(2), "a branch is used once")
        let small = Scene(bytes: 100)
        #expect(small.begin(1))
        #expect(!small.begin(2))
        _ = try small.answer(1)
        #expect(small.begin(2))
    }

    @Test func placesAreUsedAgainOverAnHour() throws {
        let scene = Scene(capacity: 8)
        for round in 0..<3_600 {
            scene.begin(UInt64(round) + 1)
            if round % 3 != 0 {
                #expect(try scene.answer(UInt64(round) + 1) != nil || scene.transactions.waiting > 0)
            }
            let result = scene.advance(1_000)
            #expect(result.events.count <= 8)
            #expect(scene.transactions.count <= 8)
        }
        _ = scene.advance(60_000)
        #expect(scene.transactions.count == 0)
        #expect(scene.transactions.keptBytes == 0)
    }

    @Test func outgoingRequestsAreAList() {
        var requests = OutgoingRequests()
        let scene = Scene()
        let first = Array("first".utf8)
        let second = Array("second".utf8)
        requests.append(first.span, to: scene.peer, over: scene.path)
        requests.append(second.span, to: scene.peer, over: scene.path)
        var found: [String] = []
        for index in -1...requests.count {
            requests.withRequest(at: index) { bytes, destination, path in
                found.append(bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
                #expect(destination == scene.peer)
                #expect(path == scene.path)
            }
        }
        #expect(found == ["first", "second"])
        requests.removeAll()
        #expect(requests.isEmpty)
    }
}
