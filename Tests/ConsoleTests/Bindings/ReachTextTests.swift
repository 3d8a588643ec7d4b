import BindingTable
import Cells
import Monitor
import Testing

@testable import Console

/// The words for how a binding can be reached.
@Suite struct ReachTextTests {
    @Test func aMissedCallIsNoPing() {
        let call = Reachability(ping: .stoppedAnswering)
        let ping = Reachability(ping: .stoppedAnswering, roundTrip: 12_000, silentPings: 3)
        #expect(ReachText.ping(call).text.string == "no answer")
        #expect(
            ReachText.silence(call).contains("the last call") && !ReachText.silence(call).contains("ping")
        )
        #expect(ReachText.silence(ping).contains("pings"))
    }

    @Test func pingsInAColumn() {
        func text(_ ping: Reachability.Ping, _ trip: UInt32 = 0, _ silent: UInt8 = 0) -> String {
            ReachText.ping(Reachability(ping: ping, roundTrip: trip, silentPings: silent)).text.string
        }
        #expect(text(.unknown) == "-")
        #expect(text(.answering, 400) == "up 0.4ms")
        #expect(text(.answering, 12_400) == "up 12ms")
        #expect(text(.answering, 1_240_000) == "up 1.2s")
        #expect(text(.neverAnswered, 0, 9) == "never")
        #expect(text(.stoppedAnswering, 12_400, 3) == "stopped 3")
        #expect(text(.stoppedAnswering, 12_400, 255) == "stopped 255+")
    }

    @Test(
        "RFC 3327 §5.3: the hops of a Path, however it is written",
        arguments: [
            ("", []), ("<sip:edge1.example.net;lr>", ["edge1.example.net"]),
            ("<sip:edge1:5061;lr;x=\"a,b\">,\"Core, inner\" <sip:u@core>;p=1", ["edge1:5061", "core"]),
            ("sip:[2001:db8::9];lr", ["[2001:db8::9]"]), (" , ,", []), ("<<>,\"", ["<", "\""]),
        ] as [(String, [String])]
    )
    func hops(path: String, expected: [String]) {
        #expect(ReachText.hops(Array(path.utf8)) == expected)
    }

    @Test func hopsInShort() {
        #expect(ReachText.hopsInShort([]) == "-")
        #expect(ReachText.hopsInShort(Samples.secure.binding.texts.path) == "edge1.example.net:5061 +1")
    }

    @Test func whatA200ShowsOfAContact() {
        #expect(
            ShownContact(Samples.shownContact).text
                == "alias=203.0.113.60~51044~3  pub-gruu=\"sip:3001@example.test;gr=urn:uuid:"
                + "00000000-0000-1000-8000-00aabbccddee\""
        )
        #expect(
            ShownContact(Array("<sip:a@b>;expires=60;received=\"sip:1.2.3.4:5\"".utf8)).text
                == "received=\"sip:1.2.3.4:5\""
        )
        #expect(ShownContact([]).text.isEmpty)
    }
}
