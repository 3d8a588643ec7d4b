import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// What failures look like: attackers as what they are, honest phones never as attackers.
@Suite("What failures look like")
struct JudgementTests {
    private let monitor = Monitor.watchingNothing()

    // MARK: Attackers

    @Test("Many passwords for one name, fast: guessing")
    func guessing() throws {
        var guesser = Assault()
        for index in 0..<40 {
            // As svcrack does: one Call-ID, one port, the same CSeq again.
            monitor.receive([guesser.attempt("9001", .wrongPassword, at: index * 50, call: "x", cseq: 2)])
        }
        let row = try #require(monitor.security(atSecond: 3).first)
        #expect(row.findings.map(\.kind) == [.guessing])
        #expect(row.findings[0].evidence == "40 wrong passwords for 9001 in 2 s")
        #expect((row.failures, row.names, row.count(.wrongPassword)) == (40, 1, 40))
        #expect(row.isAttack)
    }

    @Test("Guesses, each from another port and Call-ID, are guesses all the same")
    func guessingFromManyPorts() {
        var guesser = Assault()
        for index in 0..<200 {
            monitor.receive([
                guesser.attempt("9001", .wrongPassword, at: index * 1_000, port: UInt16(2_000 + index))
            ])
        }
        #expect(monitor.classes(of: guesser.address, atSecond: 200) == [.guessing])
    }

    @Test("Few passwords for many names: spraying")
    func spraying() {
        var sprayer = Assault()
        for index in 0..<30 {
            monitor.receive([sprayer.attempt("9\(index % 15)", .wrongPassword, at: index * 400)])
        }
        #expect(monitor.classes(of: sprayer.address, atSecond: 15) == [.spraying])
    }

    @Test("Many names that are not here: enumeration")
    func enumeration() throws {
        var walker = Assault()
        for index in 0..<190 {
            monitor.receive([walker.attempt("\(100 + index)", .unknownUser, at: index * 600)])
        }
        let row = try #require(monitor.security(atSecond: 115).first)
        #expect(row.findings.map(\.kind) == [.enumeration])
        #expect(row.findings[0].evidence == "190 names that are not here, 1 try each, in 114 s")
        #expect(row.findings[0].count == 190)
    }

    @Test("A port of its own for each name hides nothing")
    func enumerationFromManyPorts() throws {
        var walker = Assault()
        for index in 0..<200 {
            let port = UInt16(30_000 + index)
            monitor.receive([walker.attempt("\(100 + index)", .unknownUser, at: index * 100, port: port)])
        }
        let row = try #require(monitor.security(atSecond: 21).first)
        #expect(row.findings.map(\.kind) == [.enumeration])
        #expect((150...250).contains(row.ports), "\(row.ports)")
    }

    @Test(
        "Many names asked for and never gone on with: enumeration, for a registrar that tells no names apart"
    )
    func silentEnumeration() {
        var walker = Assault()
        for index in 0..<50 { monitor.receive([walker.ask("\(100 + index)", at: index * 20)]) }
        #expect(monitor.classes(of: walker.address, atSecond: 2) == [])
        #expect(monitor.classes(of: walker.address, atSecond: 40) == [.enumeration])
    }

    @Test("A known tool is known by its first request, and its names are counted before it could answer")
    func knownTool() throws {
        var svmap = Assault(1, agent: "friendly-scanner")
        monitor.receive([svmap.probe("OPTIONS", at: 0)])
        let row = try #require(monitor.security(atSecond: 1).first)
        #expect(row.findings.map(\.kind) == [.scanning])
        #expect(row.findings[0].evidence == "sent by sipvicious, 1 request that registers nothing")
        #expect((row.probes, row.failures) == (1, 0))
        var svwar = Assault(2, agent: "friendly-scanner")
        for index in 0..<50 { monitor.receive([svwar.ask("\(100 + index)", at: 1_000 + index * 10)]) }
        #expect(monitor.classes(of: svwar.address, atSecond: 2) == [.enumeration, .scanning])
    }

    @Test(
        "User-Agents of scanners, in any case, and nobody else's",
        arguments: [
            ("friendly-scanner", true), ("Friendly-Request", true), ("sipcli/v1.8", true),
            ("VaxSIPUserAgent/3.1", true), ("sundayddr", true), ("Zoiper rv2.10.19", false), ("", false),
            ("sipsak 0.9.8.1", false), ("SIPp", false), ("Asterisk PBX 20", false), ("smart phone", false),
        ]
    )
    func agents(_ agent: String, _ isTool: Bool) {
        var source = Assault(1, agent: agent)
        monitor.receive([source.probe("OPTIONS", at: 0)])
        #expect(monitor.classes(of: source.address, atSecond: 1) == (isTool ? [.scanning] : []))
    }

    @Test("sipvicious by another name is known by how it writes branch and Call-ID")
    func sipviciousRenamed() {
        let text = [
            "OPTIONS sip:100@127.0.0.1 SIP/2.0",
            "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK-1398079639;rport",
            "Max-Forwards: 70", "To: \"x\"<sip:100@1.1.1.1>", "From: \"x\"<sip:100@1.1.1.1>;tag=37663030",
            "User-Agent: Yealink SIP-T46U", "Call-ID: 1152316728334880186108762",
            "Contact: sip:100@127.0.0.1:5060",
            "CSeq: 1 OPTIONS", "Accept: application/sdp", "Content-Length: 0", "", "",
        ].joined(separator: "\r\n")
        let path = ReceivedFrom(
            source: Endpoint(address: IPAddress(ipv4: 7), port: 5_060),
            local: Wire.local,
            transport: .udp,
            at: .zero
        )
        var exchange = Exchange(path: path)
        exchange.status = 200
        monitor.receive(.exchange(exchange, request: Array(text.utf8), reply: []), at: .zero)
        #expect(monitor.classes(of: IPAddress(ipv4: 7), atSecond: 1) == [.scanning])
    }

    @Test("RFC 7616 §3.4.6: logins seen before, sent again: replay")
    func replay() {
        var source = Assault()
        for index in 0..<2 {
            monitor.receive([source.attempt("9001", .replay(nonceCount: 1), at: index * 1_000)])
        }
        #expect(monitor.classes(of: source.address, atSecond: 2) == [.misconfigured])
        monitor.receive([source.attempt("9001", .replay(nonceCount: 1), at: 2_000)])
        #expect(monitor.classes(of: source.address, atSecond: 3) == [.replay])
    }

    @Test("A login that ends an attack is a break-in, though all is over in one second")
    func breakIn() throws {
        var guesser = Assault()
        for index in 0..<30 {
            monitor.receive([guesser.attempt("9001", .wrongPassword, at: index * 20, call: "x")])
        }
        monitor.receive([guesser.attempt("9001", nil, at: 700, call: "x", cseq: 3)])
        let row = try #require(monitor.security(atSecond: 1).first)
        #expect(row.findings.first?.kind == .breakIn)
        #expect(row.findings.first?.evidence == "9001 logged in after 30 wrong passwords")
        // It stays so when the guesses have long faded.
        #expect(monitor.classes(of: guesser.address, atSecond: 3_600).first == .breakIn)
    }

    @Test("Who had registered from there before is no break-in")
    func noBreakIn() {
        var office = Assault()
        monitor.receive([office.attempt("4417", nil, at: 0, port: 1_000)])
        for index in 0..<30 {
            monitor.receive([office.attempt("9001", .wrongPassword, at: 1_000 + index * 20)])
        }
        monitor.receive([office.attempt("4417", nil, at: 2_000, port: 1_000)])
        // Nor is a phone of the same office that nobody had tried the name of.
        monitor.receive([office.attempt("4418", nil, at: 2_100, port: 1_001)])
        #expect(monitor.classes(of: office.address, atSecond: 3) == [.guessing])
    }

    @Test("Guesses for one user from many sources are seen by user")
    func distributedGuessing() {
        for index in 0..<40 {
            var bot = Assault(UInt32(100 + index))
            monitor.receive([bot.attempt("9001", .wrongPassword, at: index * 500)])
        }
        #expect(monitor.security(atSecond: 21).allSatisfy { !$0.isAttack })
        let row = monitor.security(.user, atSecond: 21).first
        #expect(row?.key == .user("9001@example.test"))
        #expect(row?.findings.map(\.kind) == [.guessing])
        #expect(row?.sources == 40)
    }

    // MARK: Honest phones

    /// The clause of the brief: several honest phones behind one NAT with one wrong password are no attacker.
    @Test("Twenty phones behind one NAT that share one account with a wrong password, each trying every 30 s")
    func officeWithOneWrongPassword() {
        var office = Assault()
        for index in 0..<400 {
            let phone = index % 20
            monitor.receive([
                office.attempt(
                    "9001",
                    .wrongPassword,
                    at: index * 1_500,
                    call: "phone\(phone)",
                    port: UInt16(40_000 + phone),
                    cseq: index + 1
                )
            ])
            guard index % 50 == 0 else { continue }
            let classes = monitor.classes(of: office.address, atSecond: index * 3 / 2 + 1)
            #expect(classes.allSatisfy { !$0.isAttack }, "after \(index): \(classes)")
        }
        #expect(monitor.classes(of: office.address, atSecond: 600) == [.misconfigured])
        #expect(monitor.takeAlarms(at: .zero + .seconds(600)).notices.isEmpty)
    }

    @Test("Forty phones behind one NAT whose passwords were all changed, from the first minute on")
    func officeWithAllPasswordsChanged() {
        var office = Assault()
        for index in 0..<800 {
            let phone = index % 40
            monitor.receive([
                office.attempt(
                    "\(4_400 + phone)",
                    .wrongPassword,
                    at: index * 750,
                    call: "phone\(phone)",
                    port: UInt16(40_000 + phone)
                )
            ])
            guard index % 40 == 39 else { continue }
            let classes = monitor.classes(of: office.address, atSecond: index * 3 / 4 + 1)
            #expect(classes.allSatisfy { !$0.isAttack }, "after \(index): \(classes)")
        }
    }

    @Test("Phones whose accounts were taken away are no enumeration, behind a NAT and behind a proxy")
    func officeWithoutAccounts() {
        for (source, hasPorts) in [(UInt32(1), true), (2, false)] {
            var office = Assault(source)
            // Behind the proxy all others go on registering.
            if !hasPorts {
                for phone in 0..<16 { monitor.receive([office.attempt("ok\(phone)", nil, at: phone)]) }
            }
            for index in 0..<150 {
                let phone = index % 15
                monitor.receive([
                    office.attempt(
                        "\(4_400 + phone)",
                        .unknownUser,
                        at: 1_000 + index * 2_000,
                        call: "phone\(phone)",
                        port: hasPorts ? UInt16(40_000 + phone) : 5_060
                    )
                ])
            }
            let classes = monitor.classes(of: office.address, atSecond: 302)
            #expect(classes == [.misconfigured], "\(source): \(classes)")
        }
    }

    @Test("One phone with a wrong password that retries every six seconds for a day is a phone")
    func onePhone() {
        var phone = Assault()
        for index in 0..<14_400 where index % 7 != 3 {
            monitor.receive([
                phone.attempt("9001", .wrongPassword, at: index * 6_000, call: "mine", cseq: index + 1)
            ])
        }
        #expect(monitor.classes(of: phone.address, atSecond: 86_400) == [.misconfigured])
        let row = monitor.security(atSecond: 86_400).first
        #expect(row?.failuresDay ?? 0 > 10_000 && row?.failures ?? 0 < 110)
    }

    @Test("RFC 7616 §3.3: old nonces that are followed by logins are harmless")
    func staleNonces() throws {
        var phone = Wire()
        phone.user = "trunk7"
        for index in 0..<5 {
            phone.callID = "unfinished\(index)"
            monitor.receive([phone.exchange(1, at: index * 40_000, .staleNonce, credentials: true)])
            monitor.advance(to: .zero + .seconds(index * 40 + 33))
            phone.callID = "healed\(index)"
            monitor.receive([
                phone.exchange(
                    1,
                    at: index * 40_000 + 34_000,
                    .staleNonce,
                    credentials: true,
                    branch: "s\(index)"
                ),
                phone.exchange(2, at: index * 40_000 + 34_100, credentials: true, branch: "t\(index)"),
            ])
        }
        let row = try #require(monitor.security(atSecond: 240).first)
        #expect(row.findings.map(\.kind) == [.staleNonce])
        #expect((row.failures, row.granted) == (5, 5))
        #expect(row.count(.stale) >= 9)
    }

    @Test("A phone that asks OPTIONS and publishes beside its logins is not there at all")
    func ordinaryPhone() {
        var phone = Assault()
        monitor.receive([phone.attempt("4417", nil, at: 0)])
        for index in 0..<30 {
            monitor.receive([
                phone.probe("OPTIONS", at: 1_000 + index),
                phone.probe("PUBLISH", at: 2_000 + index, .methodNotAllowed),
            ])
        }
        #expect(monitor.security(atSecond: 5).isEmpty)
    }
}
