import SIPMessage
import SIPTransaction
import Testing
import Timing

@Suite struct ServerTransactionsTests {
    private func reply(_ number: Int, _ count: Int = 400) -> [UInt8] {
        let text = Array("SIP/2.0 200 OK\r\nX: \(number)\r\n".utf8)
        return text + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: max(0, count - text.count))
    }

    private func key(_ number: Int, transport: TransportKind = .udp) throws -> TransactionKey {
        try Request(branch: ";branch=z9hG4bK\(number)", transport: transport).key()
    }

    private func stored(
        _ key: TransactionKey,
        in transactions: inout ServerTransactions,
        at seconds: Int = 0,
    ) -> [UInt8]? {
        guard case .retransmission(let reply) = transactions.lookup(key, now: .zero + .seconds(seconds))
        else {
            return nil
        }
        var bytes: [UInt8] = []
        transactions.append(reply, to: &bytes)
        let isSame = transactions.withReply(reply) { span in
            span.count == bytes.count && bytes.indices.allSatisfy { span[$0] == bytes[$0] }
        }
        #expect(isSame)
        return bytes
    }

    private func isKnown(_ key: TransactionKey, in transactions: borrowing ServerTransactions) -> Bool {
        transactions.contains(key, now: .zero)
    }

    @Test func rfc3261_17_2_2_aRetransmissionGetsTheStoredReplyUntilTimerJ() throws {
        var transactions = ServerTransactions()
        let key = try key(1)
        guard case .new = transactions.lookup(key, now: .zero) else {
            Issue.record("known before it came")
            return
        }
        let reply = reply(1)
        transactions.store(key, reply: reply.span, status: 200, now: .zero)
        #expect(stored(key, in: &transactions, at: 0) == reply)
        #expect(stored(key, in: &transactions, at: 31) == reply)
        #expect(stored(key, in: &transactions, at: 32) == nil)
        #expect(stored(try self.key(2), in: &transactions) == nil)
    }

    @Test func aSecondFinalReplyIsDropped() throws {
        var transactions = ServerTransactions()
        let key = try key(1)
        let first = reply(1)
        let second = reply(2)
        transactions.store(key, reply: first.span, status: 200, now: .zero)
        transactions.store(key, reply: second.span, status: 500, now: .zero)
        #expect(stored(key, in: &transactions) == first)
    }

    @Test func aRequestBeingWorkedOnIsAbsorbed() throws {
        var transactions = ServerTransactions()
        let key = try key(1)
        transactions.begin(key, now: .zero)
        guard case .inProgress = transactions.lookup(key, now: .zero + .seconds(1)) else {
            Issue.record("not absorbed")
            return
        }
        #expect(isKnown(key, in: transactions) == true)
        let reply = reply(1)
        transactions.store(key, reply: reply.span, status: 200, now: .zero + .seconds(2))
        #expect(stored(key, in: &transactions, at: 33) == reply)
        #expect(stored(key, in: &transactions, at: 34) == nil)
        let other = try self.key(2)
        transactions.begin(other, now: .zero)
        transactions.end(other, now: .zero)
        #expect(isKnown(other, in: transactions) == false)
    }

    @Test func aProvisionalReplyIsRepeatedAndThenReplaced() throws {
        var transactions = ServerTransactions()
        let key = try key(1)
        let provisional = reply(1)
        let final = reply(2)
        transactions.store(key, reply: provisional.span, status: 100, now: .zero)
        #expect(stored(key, in: &transactions) == provisional)
        transactions.store(key, reply: final.span, status: 200, now: .zero)
        #expect(stored(key, in: &transactions) == final)
    }

    @Test func rfc3261_17_2_2_overReliableTransportsNothingIsKept() throws {
        var transactions = ServerTransactions()
        let key = try key(1, transport: .tcp)
        let reply = reply(1)
        transactions.begin(key, now: .zero)
        transactions.store(key, reply: reply.span, status: 200, now: .zero)
        #expect(stored(key, in: &transactions) == nil)
        #expect(isKnown(key, in: transactions) == false)
    }

    @Test func repliesTooLargeForTheRingAreNotKept() throws {
        var transactions = ServerTransactions(capacity: 4_096)
        let key = try key(1)
        let huge = reply(1, 1_025)
        let empty: [UInt8] = []
        transactions.store(key, reply: huge.span, status: 200, now: .zero)
        transactions.store(key, reply: empty.span, status: 200, now: .zero)
        #expect(stored(key, in: &transactions) == nil)
    }

    /// Against a naive model: what is found is right, and what was stored last is found.
    @Test(arguments: 1...10) func theRingComesRound(seed: Int) throws {
        var transactions = ServerTransactions(capacity: 32_768)
        var state = UInt64(seed)
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var model: [Int: [UInt8]] = [:]
        var found = 0
        for number in 0..<600 {
            let reply = reply(number, 260 + random(700))
            model[number] = reply
            transactions.store(try key(number), reply: reply.span, status: 200, now: .zero)
            #expect(stored(try key(number), in: &transactions) == reply, "seed \(seed), \(number)")
            let earlier = max(0, number - random(60))
            if let kept = stored(try key(earlier), in: &transactions) {
                found += 1
                #expect(kept == model[earlier], "seed \(seed), \(earlier) after \(number)")
            }
        }
        #expect(found > 250, "seed \(seed): the ring keeps too little")
        #expect(stored(try key(0), in: &transactions) == nil)
    }
}
