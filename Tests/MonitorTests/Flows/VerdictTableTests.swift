import BindingTable
import SIPMessage
import Testing

@testable import Monitor

/// Every reason has its verdict; the list is checked to be whole by the number of different words.
struct VerdictTableTests {
    static let table: [(RefusalReason, AttemptVerdict)] = [
        (.malformed(.via, offset: 1), .malformed), (.missing(.to), .malformed), (.methodMismatch, .malformed),
        (.version, .malformed), (.bodyTooLarge(limit: 1), .malformed),
        (.messageTooLarge(limit: 1), .malformed),
        (.uriTooLong(limit: 1), .malformed), (.unknownMethod, .unsupported),
        (.methodNotAllowed, .unsupported),
        (.noDialog, .other), (.badEvent, .unsupported), (.unsupportedScheme, .unsupported), (.merged, .other),
        (.tooManyHops, .domain), (.notOurDomain, .domain), (.registrationNotOffered, .domain),
        (.badExtension, .unsupported), (.unsupportedBody, .unsupported), (.challenge, .abandoned),
        (.nonceUnknown, .credentials), (.staleNonce, .stale), (.replay(nonceCount: 1), .replay),
        (.unknownUser, .unknownUser), (.wrongPassword, .wrongPassword), (.badCredentials(.qop), .credentials),
        (.notAllowedForAOR, .forbidden), (.blockedAOR(seconds: 1), .blocked),
        (.blockedSource(seconds: 1), .blocked),
        (.unknownAOR, .domain), (.wildcardMisused, .malformed),
        (.badContact(position: 1, offset: 2), .malformed),
        (.intervalTooBrief(asked: 1, minimum: 2), .brief), (.cseqNotHigher(got: 1, have: 2), .order),
        (.tooManyContacts(limit: 1), .limit), (.storeFailed, .server), (.overloaded(retryAfter: 1), .server),
        (.draining(retryAfter: 1), .drained),
    ]

    @Test(arguments: table)
    func verdict(_ reason: RefusalReason, _ verdict: AttemptVerdict) {
        #expect(AttemptVerdict(reason) == verdict)
    }

    @Test func isWhole() {
        // The switch over reasons is exhaustive; a reason that is new there must be added here.
        #expect(Set(Self.table.map(\.0.word)).count == Self.table.count)
        #expect(Self.table.count == 37)
    }

    @Test func whoeverADrainTurnsAwayHasNotFailed() {
        #expect(!AttemptVerdict(.draining(retryAfter: 30)).isFailure)
    }

    @Test func onlyTheseInviteAnotherRequest() {
        let inviting = Self.table.map(\.0).filter(\.invitesAnother).map(\.word)
        #expect(inviting == ["challenge", "nonce-unknown", "stale-nonce", "interval-too-brief"])
    }
}
