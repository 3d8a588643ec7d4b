import BindingTable
import SIPMessage
import Testing

/// Whom a word means, in a console and in a script.
@Suite struct WrittenSubjectTests {
    private func aor(_ text: String) -> WrittenSubject { .subject(.aor(Array(text.utf8))) }
    private func source(_ text: String) throws -> WrittenSubject {
        .subject(.source(try #require(IPAddress(text))))
    }

    @Test(arguments: [
        "frank@example.test", "aor:frank@example.test", "sip:frank@EXAMPLE.test",
        "AOR:sip:frank@example.test",
        "SIPS:frank@example.test:5061;user=phone",
    ])
    func oneAddressOfRecordHoweverItIsWritten(_ text: String) throws {
        #expect(try WrittenSubject(text) == aor("frank@example.test"))
    }

    @Test(arguments: ["127.0.0.66", "ip:127.0.0.66", "IP:127.0.0.66", "[127.0.0.66]"])
    func oneSourceHoweverItIsWritten(_ text: String) throws {
        #expect(try WrittenSubject(text) == source("127.0.0.66"))
        #expect(try WrittenSubject("ip:2001:db8::1") == source("2001:db8::1"))
        #expect(try WrittenSubject("[2001:db8::1]") == source("2001:db8::1"))
    }

    @Test func aUserAloneIsLeftToWhoKnowsTheDomains() throws {
        #expect(try WrittenSubject("frank") == .user("frank"))
        #expect(try WrittenSubject("aor:4417") == .user("4417"))
    }

    @Test(arguments: [
        ("ip:frank@example.test", "an IP address must follow ip:"), ("ip:", "an IP address must follow ip:"),
        ("aor:127.0.0.66", "this is a source; write 127.0.0.66 or ip:127.0.0.66"),
        ("127.0.0.66:5060", "no address of record and no IP address"),
        ("10.0.0.0/8", "no address of record and no IP address"), ("", "no address of record"),
        ("tel:+49301234", "no address of record"), ("a b", "no address of record"),
        ("@example.test", "no address"),
    ])
    func whatCouldMeanAnybodyIsRefusedWithWhatToWrite(_ text: String, _ sentence: String) {
        let fault = #expect(throws: WrittenSubject.Fault.self) { try WrittenSubject(text) }
        #expect(fault?.sentence.contains(sentence) == true, "\(fault?.sentence ?? "")")
    }
}
