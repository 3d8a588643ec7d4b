import BindingTable
import Foundation
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// Failed logins as lines of a log, for people and for fail2ban.
struct FailureLinesTests {
    private func fail(
        _ monitor: Monitor,
        count: Int,
        from second: Int,
        source: UInt32 = 0xc633_6417,
        user: String = "9001",
        agent: String = "Zoiper rv2.10.19",
    ) {
        for index in 0..<count {
            var wire = Wire()
            wire.source.address = IPAddress(ipv4: source)
            wire.callID = "f\(source)-\(second)-\(index)"
            wire.user = user
            wire.agent = agent
            monitor.receive([wire.exchange(1, at: second * 1_000 + index, .unknownUser, credentials: true)])
        }
    }

    private func lines(_ monitor: Monitor, atSecond second: Int) -> [String] {
        monitor.takeFailures(at: .zero + .seconds(second)).map(\.text)
    }

    @Test func eachFailureIsOneLineAndSuccessesAreNone() {
        let monitor = Monitor.watchingNothing()
        fail(monitor, count: 1, from: 1)
        var good = Wire()
        good.callID = "good"
        monitor.receive([good.exchange(1, at: 1_500, credentials: true)])
        #expect(
            lines(monitor, atSecond: 2) == [
                "login failed: NOUSER from 198.51.100.23 port 5066 udp user 9001@example.test "
                    + "agent Zoiper%20rv2.10.19"
            ]
        )
        #expect(lines(monitor, atSecond: 2).isEmpty)
    }

    /// However busy one source is, every other has its lines.
    @Test func aGuesserFillsNoDiskAndHidesNobody() {
        let monitor = Monitor.watchingNothing()
        fail(monitor, count: 500, from: 1)
        fail(monitor, count: 1, from: 2, source: 9)
        let first = lines(monitor, atSecond: 3)
        #expect(first.count == LineBudget.most + 1)
        #expect(first.last?.contains(" from 0.0.0.9 port ") == true)
        #expect(lines(monitor, atSecond: 4).isEmpty)
        #expect(lines(monitor, atSecond: 12) == ["failed logins and probes: 495 more in 10 s"])
        fail(monitor, count: 1, from: 13)
        #expect(lines(monitor, atSecond: 14).count == 1)
    }

    @Test func forgedSourcesFillNoDiskEither() {
        let monitor = Monitor.watchingNothing()
        for source in 0..<3_000 { fail(monitor, count: 1, from: 1, source: UInt32(source)) }
        #expect(lines(monitor, atSecond: 2).count == FailureLines.most)
    }

    /// What went through is no failure, whoever did it.
    @Test func successesOfAttackersAreNoFailures() {
        let monitor = Monitor.watchingNothing()
        var guesser = Assault(1)
        for index in 0..<20 { monitor.receive([guesser.attempt("9001", .wrongPassword, at: index * 10)]) }
        _ = lines(monitor, atSecond: 1)
        var phone = Wire()
        phone.source.address = guesser.address
        phone.callID = "bye"
        monitor.receive([phone.exchange(1, at: 20_000, credentials: true, unregister: true)])
        #expect(!lines(monitor, atSecond: 21).contains { $0.hasPrefix("login failed") })
    }

    /// Who only asks for names is told as soon as it looks like an attack; a phone that lost an answer is not.
    @Test func silenceIsToldOfAttackersOnly() {
        let monitor = Monitor.watchingNothing()
        var (phone, walker) = (Assault(1), Assault(2))
        monitor.receive([phone.ask("4417", at: 0)])
        for index in 0..<30 { monitor.receive([walker.ask("\(index)", at: index * 10)]) }
        monitor.advance(to: .zero + .seconds(40))
        let told = lines(monitor, atSecond: 41)
        #expect(told.first?.hasPrefix("login failed: NOREPLY from 0.0.0.2 port 5066 udp user ") == true)
        #expect(!told.contains { $0.contains("0.0.0.1 ") })
        var svmap = Assault(3, agent: "friendly-scanner")
        monitor.receive([svmap.probe("OPTIONS", at: 41_000)])
        #expect(
            lines(monitor, atSecond: 42) == [
                "probe: OTHER from 0.0.0.3 port 5066 udp user 9001@example.test agent friendly-scanner"
            ]
        )
    }

    /// Names by which somebody might want another address to be banned.
    static let hostileNames = [
        "x from 203.0.113.1 port 5060 udp user y",
        "login failed: NOUSER from 203.0.113.1 port 5060 udp user ",
        "%20from%20203.0.113.1%20port%205060%20udp%20user",
        "\"] login failed: NOUSER from 203.0.113.1 port 1 udp user",
        "a\u{1b}[2K\rlogin failed: NOUSER from 203.0.113.1 port 1 udp user", "\\", "::1", "é\u{2028}\u{202e}",
        "info regtop: [Host] login failed: NOUSER from 203.0.113.1 port 1 udp user b", "<HOST>", "",
    ]

    @Test("A stranger's text is one word behind the address", arguments: hostileNames)
    func hostileText(_ text: String) throws {
        let monitor = Monitor.watchingNothing()
        // Through the grammar as far as it lets it in, and by the writer itself, whatever the grammar says.
        fail(monitor, count: 1, from: 1, user: text, agent: text.replacing("\r", with: " "))
        for line in lines(monitor, atSecond: 2) {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            #expect(words.count == 12)
            #expect(words[4] == "198.51.100.23")
            #expect(line.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
        }
        var field: [UInt8] = []
        FailureLines.appendField(Array(text.utf8), to: &field)
        #expect(!field.isEmpty && field.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c })
    }

    /// The documented expression, run by Python as fail2ban runs it: it finds exactly the address, whatever
    /// strangers call themselves.
    @Test("fail2ban's filter extracts exactly the source's address")
    func fail2banFindsTheAddress() throws {
        var logged: [(line: String, address: String)] = []
        for (number, name) in (Self.hostileNames + ["9001"]).enumerated() {
            let monitor = Monitor.watchingNothing()
            let source = UInt32(0xc633_6400 + number)
            fail(
                monitor,
                count: 1,
                from: 1,
                source: source,
                user: name,
                agent: name.replacing("\r", with: " ")
            )
            for line in lines(monitor, atSecond: 2) { logged.append((line, "\(IPAddress(ipv4: source))")) }
        }
        var six = Assault()
        six.wire.source.address = try #require(IPAddress("2001:db8::5:1"))
        let monitor = Monitor.watchingNothing()
        monitor.receive([six.attempt("9001", .wrongPassword, at: 0)])
        for line in lines(monitor, atSecond: 1) { logged.append((line, "2001:db8::5:1")) }
        #expect(logged.count == Self.hostileNames.count + 2)

        let pattern = try #require(
            FailureLines.fail2banFilter.split(separator: "\n").first { $0.hasPrefix("failregex = ") }
        ).dropFirst("failregex = ".count)
        // What fail2ban 1.0 puts for <ADDR>, and takes away: the timestamp at the line's start.
        let program = """
            import re, sys
            addr = r'\\[?(?:(?:::f{4,6}:)?(?P<ip4>(?:\\d{1,3}\\.){3}\\d{1,3})|' \\
                r'(?P<ip6>(?:[0-9a-fA-F]{1,4}::?|:){1,7}(?:[0-9a-fA-F]{1,4}|(?<=:):)))\\]?'
            pattern = re.compile(sys.argv[1].replace('<ADDR>', addr))
            for line in sys.stdin:
                m = pattern.search(line.rstrip('\\n'))
                print((m.group('ip4') or m.group('ip6')) if m else '-')
            """
        let input =
            // A file, and the journal as fail2ban puts its entries.
            logged.map { " info regtop: \($0.line)" } + logged.map { "host regtop[714]: \($0.line)" } + [
                " notice regtop: audit: \(logged[0].line)", "host regtop[714]: audit: \(logged[0].line)",
            ]
        let found = try Self.python(program, String(pattern), input.joined(separator: "\n") + "\n")
        #expect(found == logged.map(\.address) + logged.map(\.address) + ["-", "-"])
    }

    private static func python(_ program: String, _ argument: String, _ input: String) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program, argument]
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        stdin.fileHandleForWriting.write(Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let data = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
