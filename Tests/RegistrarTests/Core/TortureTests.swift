import BindingTable
import Registrar
import SIPMessage
import Support
import Testing

/// RFC 4475 and RFC 5118 through the whole core: each message by name, what ours answers, and why where the
/// RFC leaves a choice. `index.tsv` says what the RFCs allow; both must agree.
struct TortureTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var file: String
        /// Status under open registration of example.com and example.org; 0 is silence.
        var status: Int
        /// Why ours is this one of those that the RFC allows.
        var note: String

        init(_ file: String, _ status: Int, _ note: String = "") {
            self.file = file
            self.status = status
            self.note = note
        }

        var testDescription: String { file }
    }

    static let rows: [Row] = [
        Row("wsinv.dat", 481, "well formed; To has a tag, and there is no dialog"),
        Row("intmeth.dat", 501), Row("esc01.dat", 405), Row("escnull.dat", 200), Row("esc02.dat", 501),
        Row("lwsdisp.dat", 200), Row("longreq.dat", 405), Row("dblreq.dat", 200), Row("semiuri.dat", 200),
        Row("transports.dat", 200), Row("mpart01.dat", 405), Row("unreason.dat", 0), Row("noreason.dat", 0),
        Row("badinv01.dat", 0, "the Via itself is broken, so nobody knows where an answer should go"),
        Row("clerr.dat", 400), Row("ncl.dat", 400), Row("scalar02.dat", 400), Row("scalarlg.dat", 0),
        Row("quotbal.dat", 400), Row("ltgtruri.dat", 400), Row("lwsruri.dat", 400), Row("lwsstart.dat", 400),
        Row(
            "trws.dat",
            400,
            "strict, for a lenient reader would have to clean the line before anybody sees it"
        ),
        Row("escruri.dat", 405, "headers in a Request-URI are ignored: nothing is sent on"),
        Row("baddate.dat", 405, "Date is not read"), Row("regbadct.dat", 400),
        Row("badaspec.dat", 200, "OPTIONS does not need To's URI, which is given back as it came"),
        Row("baddn.dat", 400), Row("baddn-crlf.dat", 400), Row("badvers.dat", 505),
        Row("mismatch01.dat", 400),
        Row("mismatch02.dat", 501), Row("bigcode.dat", 0),
        Row("badbranch.dat", 200, "matched as RFC 2543 has it"), Row("insuf.dat", 400),
        Row("unkscm.dat", 416),
        Row("novelsc.dat", 416),
        Row("unksm2.dat", 404, "an address of record of another scheme is none of ours"),
        Row("bext01.dat", 420), Row("invut.dat", 405), Row("regaut01.dat", 200), Row("multi01.dat", 400),
        Row("mcl01.dat", 400), Row("bcast.dat", 0),
        Row("zeromf.dat", 200, "addressed to us, so no hop is needed"), Row("cparam01.dat", 200),
        Row("cparam02.dat", 200), Row("regescrt.dat", 200), Row("sdp01.dat", 405), Row("inv2543.dat", 405),
        Row("test.dat", 0), Row("ipv6-good.dat", 404, "the domain [2001:db8::10] is not served here"),
        Row("ipv6-bad.dat", 400), Row("port-ambiguous.dat", 404), Row("port-unambiguous.dat", 404),
        Row("via-received-param-with-delim.dat", 481), Row("via-received-param-no-delim.dat", 404),
        Row("ipv6-in-sdp.dat", 400, "Content-Length is larger than the datagram, as in clerr"),
        Row("mult-ip-in-header.dat", 481), Row("mult-ip-in-sdp.dat", 405), Row("ipv4-mapped-ipv6.dat", 405),
        Row("ipv6-bug-abnf-3-colons.dat", 404), Row("ipv6-correct-abnf-2-colons.dat", 404),
    ]

    @Test(arguments: rows)
    func isAnsweredAsTheTableSays(row: Row) throws {
        let stage = try Stage([.open("example.com"), .open("example.org")])
        let answer = stage.send(try Fixture.bytes("torture/\(row.file)"))
        #expect(answer.status == row.status, "\(answer)")
        let accepted = try Self.index()[row.file] ?? "not in index.tsv"
        #expect(Self.allows(row.status, accepted), "\(row.status) against \"\(accepted)\"")
        if row.status != 200 { #expect(stage.state.table.bindingCount == 0) }
    }

    @Test(arguments: rows.filter { $0.status == 200 })
    func withPasswordsARegisterIsChallenged(row: Row) throws {
        let stage = try Stage([try .closed("example.com", ["user": "secret"]), .open("example.org")])
        let bytes = try Fixture.bytes("torture/\(row.file)")
        let answer = stage.send(bytes)
        #expect(answer.status == (bytes.starts(with: Array("REGISTER".utf8)) ? 401 : 200))
        #expect(stage.state.table.bindingCount == 0)
    }

    @Test func everyMessageIsInTheTable() throws {
        #expect(Set(Self.rows.map(\.file)) == Set(try Self.index().keys))
        #expect(try Fixture.names(in: "torture", ending: ".dat").count == Self.rows.count)
    }

    @Test func whatIsStoredIsWhatWasSent() throws {
        func contacts(_ file: String, _ aor: String) throws -> [String] {
            let stage = try Stage()
            stage.send(try Fixture.bytes("torture/\(file)"))
            return stage.contacts(aor)
        }
        #expect(
            try contacts("escnull.dat", "null-\0-null@example.com") == [
                "sip:%00@host5.example.com", "sip:%00%00@host5.example.com",
            ]
        )
        #expect(
            try contacts("regescrt.dat", "user@example.com") == [
                "sip:user@example.com?Route=%3Csip:sip.example.com%3E"
            ]
        )
        #expect(
            try contacts("cparam02.dat", "watson@example.com") == [
                "sip:+19725552222@gw1.example.net;unknownparam"
            ]
        )
        #expect(try contacts("cparam01.dat", "watson@example.com") == ["sip:+19725552222@gw1.example.net"])
        #expect(try contacts("dblreq.dat", "j.user@example.com") == ["sip:j.user@host.example.com"])
    }

    @Test func theAnswersSayWhatTheyMust() throws {
        let stage = try Stage()
        let extension420 = stage.send(try Fixture.bytes("torture/bext01.dat"))
        #expect(extension420.value("Unsupported") == "nothingSupportsThis, nothingSupportsThisEither")
    }

    /// `accept_replies` of each message.
    private static func index() throws -> [String: String] {
        var found: [String: String] = [:]
        for line in try Fixture.text("torture/index.tsv").split(separator: "\n").dropFirst() {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            if columns.count > 6 { found[String(columns[0])] = String(columns[6]) }
        }
        return found
    }

    /// A status is among those that a line of the index allows.
    private static func allows(_ status: Int, _ accepted: String) -> Bool {
        let allowed = accepted.split(separator: "never").first.map(String.init) ?? accepted
        if status == 0 { return allowed.hasPrefix("none") || allowed.contains("silence") }
        if accepted.contains("never 400") || accepted.hasPrefix("any but 400"), status == 400 { return false }
        if allowed.hasPrefix("any") || allowed.contains("lenient processing")
            || allowed.contains("or processed")
        {
            return true
        }
        if allowed.contains("\(status)") { return true }
        return status / 100 == 2 && allowed.contains("2xx") || status == 401 && allowed.contains("auth")
    }
}
