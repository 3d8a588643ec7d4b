import BindingTable
import SIPMessage
import Testing
import Timing

@Suite struct EventsTests {
    @Test func `an id gives back what it was made of`() {
        let id = BindingID(partition: 255, generation: 0x00ab_cdef, slot: 0xfedc_ba98)
        #expect(id.partition == 255)
        #expect(id.generation == 0xab_cdef)
        #expect(id.slot == 0xfedc_ba98)
        #expect(
            BindingID(partition: 256, generation: 0x0100_0001, slot: 3)
                == BindingID(partition: 0, generation: 1, slot: 3)
        )
    }

    @Test func `each badge has one bit and one name`() {
        #expect(Set(Badges.names.map(\.name)).count == Badges.names.count)
        for (position, entry) in Badges.names.enumerated() { #expect(entry.badge.rawValue == 1 << position) }
    }

    @Test func `each cause has words of its own, and those that leave it there are no removals`() {
        #expect(Set(Cause.allCases.map(\.text)).count == Cause.allCases.count)
        #expect(
            Cause.allCases.filter { !$0.isRemoval } == [
                .registered, .refreshed, .moved, .restored, .rolledBack, .observed,
            ]
        )
    }

    @Test func `a challenge and a stale nonce are ordinary, a wrong password is not`() {
        #expect(RefusalReason.challenge.isOrdinary)
        #expect(RefusalReason.staleNonce.isOrdinary)
        #expect(!RefusalReason.wrongPassword.isOrdinary)
        #expect(RefusalReason.wrongPassword.word == "wrong-password")
    }

    @Test func `an outcome counts its targets`() throws {
        let phone = Binding.phone("alice", at: .at(0))
        let outcome = CommandOutcome(targets: [(phone, .done), (phone, .changed), (phone, .done)])
        #expect(outcome.count(.done) == 2)
        #expect(outcome.count(.tooLate) == 0)
    }
}
