import SIPMessage
import SIPTransaction
import Testing
import Timing

@Suite struct MergedRequestsTests {
    @Test func rfc3261_8_2_2_2_theSameRequestByAnotherWayIsMerged() throws {
        let merged = MergedRequests()
        let first = Request()
        let second = Request(branch: ";branch=z9hG4bKother")
        let key = try first.mergedKey()
        #expect(try second.mergedKey() == key)
        #expect(!merged.isMerged(key, transaction: try first.key(), now: .zero))
        merged.note(key, transaction: try first.key(), now: .zero)
        #expect(merged.isMerged(key, transaction: try second.key(), now: .zero + .seconds(1)))
        #expect(!merged.isMerged(key, transaction: try first.key(), now: .zero + .seconds(1)))
        #expect(!merged.isMerged(key, transaction: try second.key(), now: .zero + .seconds(32)))
    }

    @Test func anotherTagCallOrNumberIsAnotherRequest() throws {
        let key = try Request().mergedKey()
        #expect(try Request(from: "<sip:1001@example.test>;tag=b").mergedKey() != key)
        #expect(try Request(callID: "other").mergedKey() != key)
        #expect(try Request(cseq: "2 REGISTER").mergedKey() != key)
    }

    @Test func rfc3261_17_2_2_aTransactionOverTCPEndsAtOnce() throws {
        let merged = MergedRequests()
        let first = Request(transport: .tcp)
        merged.note(try first.mergedKey(), transaction: try first.key(), now: .zero)
        let second = Request(branch: ";branch=z9hG4bKother", transport: .tcp)
        #expect(!merged.isMerged(try first.mergedKey(), transaction: try second.key(), now: .zero))
    }

    @Test func memoryIsBoundedAndTheNewestIsKnown() throws {
        let merged = MergedRequests(capacity: 128)
        for number in 0..<2_000 {
            let request = Request(callID: "call\(number)")
            let copy = Request(branch: ";branch=z9hG4bKother", callID: "call\(number)")
            merged.note(
                try request.mergedKey(),
                transaction: try request.key(),
                now: .zero + .milliseconds(number)
            )
            let isMerged = merged.isMerged(
                try copy.mergedKey(),
                transaction: try copy.key(),
                now: .zero + .milliseconds(number)
            )
            #expect(isMerged, "request \(number)")
        }
    }
}
