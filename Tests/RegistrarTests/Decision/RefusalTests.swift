import BindingTable
import Registrar
import SIPMessage
import Testing

/// The clause table: each reason, how it is said, and where the rule stands.
struct RefusalTests {
    struct Row: Sendable {
        var reason: RefusalReason
        var status: UInt16
        var extra: Refusal.Extra
        var clause: String
        var phrase: String?
    }

    static let clauses: [Row] = [
        Row(
            reason: .malformed(.via, offset: 57),
            status: 400,
            extra: .none,
            clause: "RFC 3261 §21.4.1",
            phrase: "Malformed Via At Byte 57"
        ),
        Row(
            reason: .malformed(.other, offset: 9),
            status: 400,
            extra: .none,
            clause: "RFC 3261 §21.4.1",
            phrase: "Malformed Message At Byte 9"
        ),
        Row(
            reason: .missing(.callID),
            status: 400,
            extra: .none,
            clause: "RFC 3261 §8.1.1",
            phrase: "Missing Call-ID"
        ),
        Row(
            reason: .methodMismatch,
            status: 400,
            extra: .none,
            clause: "RFC 3261 §8.1.1.5",
            phrase: "CSeq Names Another Method"
        ),
        Row(reason: .version, status: 505, extra: .none, clause: "RFC 3261 §21.5.6", phrase: nil),
        Row(
            reason: .bodyTooLarge(limit: 9),
            status: 413,
            extra: .none,
            clause: "RFC 3261 §21.4.11",
            phrase: "Request Entity Too Large, Limit 9 Bytes"
        ),
        Row(
            reason: .messageTooLarge(limit: 9),
            status: 513,
            extra: .none,
            clause: "RFC 3261 §21.5.7",
            phrase: "Message Too Large, Limit 9 Bytes"
        ),
        Row(
            reason: .uriTooLong(limit: 9),
            status: 414,
            extra: .none,
            clause: "RFC 3261 §21.4.12",
            phrase: "Request-URI Too Long, Limit 9 Bytes"
        ),
        Row(
            reason: .unknownMethod,
            status: 501,
            extra: .none,
            clause: "RFC 3261 §21.5.2",
            phrase: "Method Not Implemented"
        ),
        Row(
            reason: .methodNotAllowed,
            status: 405,
            extra: .allow(withRegister: true),
            clause: "RFC 3261 §21.4.6",
            phrase: nil
        ),
        Row(reason: .noDialog, status: 481, extra: .none, clause: "RFC 3261 §12.2.2", phrase: nil),
        Row(reason: .badEvent, status: 489, extra: .allowEvents, clause: "RFC 6665 §8.3.2", phrase: nil),
        Row(reason: .unsupportedScheme, status: 416, extra: .none, clause: "RFC 3261 §8.2.2.1", phrase: nil),
        Row(
            reason: .merged,
            status: 482,
            extra: .none,
            clause: "RFC 3261 §8.2.2.2",
            phrase: "Merged Request"
        ),
        Row(reason: .tooManyHops, status: 483, extra: .none, clause: "RFC 3261 §16.3", phrase: nil),
        Row(
            reason: .notOurDomain,
            status: 404,
            extra: .none,
            clause: "RFC 3261 §10.3 step 1",
            phrase: "Domain Not Served Here"
        ),
        Row(
            reason: .registrationNotOffered,
            status: 405,
            extra: .allow(withRegister: false),
            clause: "RFC 3261 §21.4.6",
            phrase: "Domain Takes No Registrations"
        ),
        Row(
            reason: .badExtension,
            status: 420,
            extra: .unsupported,
            clause: "RFC 3261 §8.2.2.3",
            phrase: nil
        ),
        Row(reason: .unsupportedBody, status: 415, extra: .accept, clause: "RFC 3261 §8.2.3", phrase: nil),
        Row(
            reason: .challenge,
            status: 401,
            extra: .challenge(stale: false),
            clause: "RFC 3261 §22.2",
            phrase: nil
        ),
        Row(
            reason: .nonceUnknown,
            status: 401,
            extra: .challenge(stale: false),
            clause: "RFC 3261 §22.2",
            phrase: nil
        ),
        Row(
            reason: .staleNonce,
            status: 401,
            extra: .challenge(stale: true),
            clause: "RFC 7616 §3.3",
            phrase: nil
        ),
        Row(
            reason: .replay(nonceCount: 3),
            status: 401,
            extra: .challenge(stale: true),
            clause: "RFC 7616 §3.4.6",
            phrase: nil
        ),
        Row(
            reason: .unknownUser,
            status: 401,
            extra: .challenge(stale: false),
            clause: "RFC 3261 §22.2",
            phrase: nil
        ),
        Row(
            reason: .wrongPassword,
            status: 401,
            extra: .challenge(stale: false),
            clause: "RFC 3261 §22.2",
            phrase: nil
        ),
        Row(
            reason: .badCredentials(.credentials),
            status: 400,
            extra: .none,
            clause: "RFC 7616 §3.4",
            phrase: "Incomplete Credentials"
        ),
        Row(
            reason: .badCredentials(.qop),
            status: 401,
            extra: .challenge(stale: false),
            clause: "RFC 3261 §22.2",
            phrase: nil
        ),
        Row(
            reason: .notAllowedForAOR,
            status: 403,
            extra: .none,
            clause: "RFC 3261 §10.3 step 4",
            phrase: "Not Allowed For This Address Of Record"
        ),
        Row(
            reason: .blockedAOR(seconds: 9),
            status: 403,
            extra: .none,
            clause: "RFC 3261 §10.3 step 4",
            phrase: "Address Of Record Blocked By Operator"
        ),
        Row(
            reason: .blockedSource(seconds: 9),
            status: 403,
            extra: .none,
            clause: "RFC 3261 §21.4.4",
            phrase: "Source Blocked By Operator"
        ),
        Row(
            reason: .unknownAOR,
            status: 404,
            extra: .none,
            clause: "RFC 3261 §10.3 step 5",
            phrase: "Address Of Record Not Found"
        ),
        Row(
            reason: .wildcardMisused,
            status: 400,
            extra: .none,
            clause: "RFC 3261 §10.3 step 6",
            phrase: "Contact * Needs Expires: 0 And No Other Contact"
        ),
        Row(
            reason: .badContact(position: 2, offset: 300),
            status: 400,
            extra: .none,
            clause: "RFC 3261 §10.3 step 7",
            phrase: "Bad Contact 2 At Byte 300"
        ),
        Row(
            reason: .intervalTooBrief(asked: 5, minimum: 60),
            status: 423,
            extra: .minExpires(60),
            clause: "RFC 3261 §10.3 step 7",
            phrase: nil
        ),
        Row(
            reason: .cseqNotHigher(got: 3, have: 7),
            status: 400,
            extra: .none,
            clause: "RFC 3261 §10.3 step 7",
            phrase: "CSeq Not Higher Than 7"
        ),
        Row(
            reason: .tooManyContacts(limit: 10),
            status: 403,
            extra: .none,
            clause: "RFC 3261 §21.4.4",
            phrase: "Too Many Contacts, Limit 10"
        ),
        Row(
            reason: .storeFailed,
            status: 500,
            extra: .retryAfter(Refusal.storeRetryAfter),
            clause: "RFC 3261 §10.3 step 7",
            phrase: "Location Store Failed"
        ),
        Row(
            reason: .overloaded(retryAfter: 7),
            status: 503,
            extra: .retryAfter(7),
            clause: "RFC 3261 §21.5.4",
            phrase: "Overloaded"
        ),
        Row(
            reason: .pathNotSupported,
            status: 420,
            extra: .unsupportedPath,
            clause: "RFC 3327 §5.3",
            phrase: nil
        ),
        Row(
            reason: .firstHopLacksOutbound,
            status: 439,
            extra: .none,
            clause: "RFC 5626 §6",
            phrase: nil
        ),
        Row(
            reason: .outboundRequired,
            status: 421,
            extra: .requireOutbound,
            clause: "RFC 3261 §21.4.15",
            phrase: nil
        ),
        Row(
            reason: .severalFlows,
            status: 400,
            extra: .none,
            clause: "RFC 5626 §6",
            phrase: "More Than One Contact With reg-id"
        ),
        Row(
            reason: .contactLoops(position: 2),
            status: 403,
            extra: .none,
            clause: "RFC 5627 §5.1",
            phrase: "Contact Leads Back Here: 2"
        ),
        Row(
            reason: .bulkMisused,
            status: 400,
            extra: .none,
            clause: "RFC 6140 §5.1",
            phrase: "Bulk Contact Misused"
        ),
        Row(
            reason: .bulkNotAllowed,
            status: 403,
            extra: .none,
            clause: "RFC 6140 §5.1",
            phrase: "No Numbers For This Account"
        ),
        Row(
            reason: .draining(retryAfter: 30),
            status: 503,
            extra: .retryAfter(30),
            clause: "RFC 3261 §21.5.4",
            phrase: "Draining"
        ),
        Row(
            reason: .tooFast(retryAfter: 5),
            status: 503,
            extra: .retryAfter(5),
            clause: "RFC 3261 §21.5.4",
            phrase: "Too Fast"
        ),
        Row(
            reason: .sourceDenied(rule: 2),
            status: 403,
            extra: .none,
            clause: "RFC 3261 §21.4.4",
            phrase: "Source Not Allowed"
        ),
        Row(
            reason: .accountDisabled,
            status: 403,
            extra: .none,
            clause: "RFC 3261 §10.3 step 4",
            phrase: "Account Disabled"
        ),
        Row(
            reason: .accountNotFromHere,
            status: 403,
            extra: .none,
            clause: "RFC 3261 §10.3 step 4",
            phrase: "Account Not Allowed From This Address"
        ),
        Row(
            reason: .noBinding,
            status: 480,
            extra: .none,
            clause: "RFC 3261 §21.4.18",
            phrase: "Nobody Registered"
        ),
        Row(
            reason: .unreachable,
            status: 480,
            extra: .none,
            clause: "RFC 3261 §21.4.18",
            phrase: "Nobody Reachable"
        ),
        Row(
            reason: .flowFailed,
            status: 430,
            extra: .none,
            clause: "RFC 5626 §5.3.1",
            phrase: nil
        ),
        Row(
            reason: .hostNotFound,
            status: 502,
            extra: .none,
            clause: "RFC 3263 §4",
            phrase: "Host Not Found"
        ),
        Row(
            reason: .notARelay,
            status: 403,
            extra: .none,
            clause: "RFC 3261 §16.3",
            phrase: "No Relay Between Strangers"
        ),
        Row(
            reason: .requestLoops,
            status: 482,
            extra: .none,
            clause: "RFC 3261 §16.3",
            phrase: nil
        ),
        Row(
            reason: .breadthExceeded,
            status: 440,
            extra: .none,
            clause: "RFC 5393 §5.3.3.1",
            phrase: nil
        ),
    ]

    @Test(arguments: clauses)
    func everyReasonHasItsRow(row: Row) {
        let refusal = Refusal(row.reason)
        #expect(refusal.status.rawValue == row.status)
        #expect(refusal.extra == row.extra)
        #expect(refusal.clause.description == row.clause)
        #expect(Refusal.phrase(of: row.reason) == row.phrase)
    }

    @Test("RFC 3261 §10.3 clause: a registrar never answers 6xx, and never 1xx to 3xx for a refusal")
    func noRowIsA6xx() {
        for row in Self.clauses { #expect((400..<600).contains(Refusal(row.reason).status.rawValue)) }
    }

    @Test func theTableNamesEveryReason() {
        #expect(Set(Self.clauses.map(\.reason.word)).count == 55)
    }
}
