import BindingTable
import ConsoleLink
import Monitor
import SIPMessage
import Timing

/// Deterministic phones, attempts and numbers: what the golden screens show.
enum Samples {
    /// 2026-11-25 12:04:31 UTC.
    static let start = ClockReading(
        timestamp: Timestamp(nanoseconds: 5_000_000_000_000_000),
        wall: WallTime(secondsSince1970: 1_795_608_271)
    )

    static let operatorIdentity = OperatorIdentity(user: "kl", from: "198.51.100.7", terminal: "pts/3")

    static func welcome(readOnly: String? = nil, open: [String] = []) -> Welcome {
        Welcome(
            host: "pbx1",
            listeners: ["udp:192.0.2.1:5060", "tcp:192.0.2.1:5060"],
            startedAt: ago(12 * 86_400 + 15_420),
            clock: start,
            utcOffset: .zero,
            you: operatorIdentity,
            readOnlyBecause: readOnly,
            openDomains: open
        )
    }

    static func ago(_ seconds: Int) -> Timestamp { start.timestamp - .seconds(seconds) }
    static func ago(milliseconds: Int) -> Timestamp { start.timestamp - .milliseconds(milliseconds) }

    static func ipv4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) -> IPAddress {
        IPAddress(ipv4: a << 24 | b << 16 | c << 8 | d)
    }

    static func path(_ address: IPAddress, _ port: UInt16, _ kind: TransportKind = .udp, at: Timestamp)
        -> ReceivedFrom
    {
        ReceivedFrom(
            source: Endpoint(address: address, port: port),
            local: Endpoint(address: ipv4(192, 0, 2, 1), port: 5060),
            transport: kind,
            at: at
        )
    }

    /// A phone that is registered.
    struct Phone {
        var user: String
        var address: IPAddress
        var port: UInt16 = 5060
        var contact: String
        var left: Int
        var granted: UInt32 = 3_600
        var state = BindingState.ok
        var tries = 1
        var kind = TransportKind.udp
        var agent = "Yealink SIP-T46U 108.86"
        var badges: Badges = []
        var age = 86_400
        var isFresh = false
    }

    static let v6 = IPAddress(ipv6High: 0x2001_0db8_0000_0000, low: 0x0000_0000_0004_0016)

    static let phones: [Phone] = [
        Phone(
            user: "1180",
            address: ipv4(203, 0, 113, 9),
            port: 40_112,
            contact: "192.168.1.4",
            left: 14,
            granted: 60,
            tries: 2,
            agent: "Zoiper 5.6.4",
            badges: [.nat, .md5],
            age: 15_000
        ),
        Phone(
            user: "1181",
            address: ipv4(203, 0, 113, 9),
            port: 40_113,
            contact: "192.168.1.5",
            left: 15,
            granted: 60,
            tries: 2,
            agent: "Zoiper 5.6.4",
            badges: [.nat, .md5],
            age: 15_000
        ),
        Phone(
            user: "4417",
            address: ipv4(198, 51, 100, 7),
            port: 5_062,
            contact: "10.0.0.7:5060",
            left: 3,
            granted: 60,
            state: .late,
            agent: "Zoiper rv2.10.19",
            badges: [.nat, .md5],
            age: 267_000
        ),
        Phone(
            user: "4418",
            address: ipv4(203, 0, 113, 9),
            port: 40_200,
            contact: "192.168.1.9",
            left: 1_975,
            agent: "Zoiper 5.6.4",
            badges: [.nat],
            age: 4
        ),
        Phone(
            user: "9004",
            address: ipv4(198, 51, 100, 61),
            contact: "198.51.100.61",
            left: 44,
            granted: 60,
            state: .auth,
            tries: 3,
            age: 16 * 60
        ),
        Phone(
            user: "alice",
            address: ipv4(198, 51, 100, 62),
            contact: "198.51.100.62",
            left: 3_311,
            kind: .tcp,
            age: 9 * 86_400
        ),
        Phone(
            user: "alice",
            address: ipv4(203, 0, 113, 50),
            port: 61_002,
            contact: "alice-mobile.invalid",
            left: 58,
            granted: 300,
            kind: .tcp,
            agent: "Linphone/5.2.3",
            badges: [.nat],
            age: 700
        ),
        Phone(
            user: "bob",
            address: ipv4(203, 0, 113, 77),
            port: 1_024,
            contact: "192.168.7.2",
            left: 2_401,
            badges: [.nat],
            age: 9_840
        ),
        Phone(
            user: "carol",
            address: ipv4(203, 0, 113, 78),
            port: 1_024,
            contact: "192.168.7.3",
            left: 2_402,
            badges: [.nat],
            age: 9_840
        ),
        Phone(
            user: "dave",
            address: IPAddress(ipv6High: 0x2001_0db8_0001_0002, low: 0x0003_0000_0004_0016),
            contact: "[2001:db8:1:2:3:0:4:16]",
            left: 4_000,
            granted: 7_200,
            age: 86_400
        ),
        Phone(
            user: "desk-22",
            address: v6,
            contact: "[2001:db8::4:16]",
            left: 9,
            granted: 120,
            agent: "Grandstream GXP2170",
            age: 126_000
        ),
        Phone(
            user: "erin",
            address: ipv4(198, 51, 100, 80),
            contact: "198.51.100.80",
            left: 2_990,
            age: 21_600
        ),
        Phone(
            user: "frank",
            address: ipv4(198, 51, 100, 81),
            contact: "198.51.100.81",
            left: 3_055,
            age: 21_600
        ),
        Phone(
            user: "grace",
            address: ipv4(198, 51, 100, 82),
            contact: "198.51.100.82",
            left: 3_590,
            age: 3,
            isFresh: true
        ),
        Phone(
            user: "gw-3",
            address: ipv4(192, 0, 2, 10),
            contact: "192.0.2.10",
            left: 31,
            granted: 60,
            kind: .tcp,
            agent: "Asterisk PBX 20.5",
            age: 12 * 86_400
        ),
        Phone(
            user: "gw-4",
            address: ipv4(192, 0, 2, 11),
            contact: "192.0.2.11",
            left: 58,
            granted: 60,
            kind: .tcp,
            agent: "Asterisk PBX 20.5",
            age: 12 * 86_400
        ),
        Phone(
            user: "gw-9",
            address: ipv4(192, 0, 2, 19),
            contact: "192.0.2.19",
            left: 59,
            granted: 60,
            kind: .tcp,
            agent: "Asterisk PBX 20.5",
            age: 12 * 86_400
        ),
        Phone(
            user: "heidi",
            address: ipv4(198, 51, 100, 83),
            contact: "198.51.100.83",
            left: 1_870,
            age: 21_600
        ),
        Phone(
            user: "ivan",
            address: ipv4(198, 51, 100, 84),
            contact: "198.51.100.84",
            left: 100,
            age: 21_600
        ),
        Phone(
            user: "judy\u{202e}evil",
            address: ipv4(198, 51, 100, 85),
            contact: "198.51.100.85",
            left: 2_000,
            agent: "\u{1b}]0;PWNED\u{07}",
            age: 21_600
        ),
        Phone(
            user: "mallory",
            address: ipv4(198, 51, 100, 23),
            port: 5_066,
            contact: "198.51.100.23:5066",
            left: 118,
            granted: 300,
            agent: "friendly-request",
            badges: [.open],
            age: 62
        ),
        Phone(
            user: "niaj",
            address: ipv4(198, 51, 100, 86),
            contact: "198.51.100.86",
            left: 3_333,
            age: 21_600
        ),
    ]

    static func row(_ phone: Phone, _ index: Int) -> BindingRow {
        let expires = start.timestamp + .seconds(phone.left)
        let refreshed = expires - .seconds(Int(phone.granted))
        var facts = BindingFacts(
            id: BindingID(partition: index % 256, generation: 1, slot: UInt32(index)),
            version: 3,
            cseq: 8_812,
            createdAt: ago(phone.age),
            refreshedAt: refreshed,
            expiresAt: expires,
            asked: phone.user == "4417" ? 3_600 : phone.granted,
            granted: phone.granted,
            q: 1_000,
            path: path(phone.address, phone.port, phone.kind, at: refreshed),
            badges: phone.badges
        )
        facts.refreshes = phone.age < 10 ? 0 : UInt32(phone.age / 48)
        facts.usualGap = phone.age < 100 ? 0 : phone.granted * 800
        facts.gapDeviation = 1_200
        let texts = BindingTexts(
            aor: Array("\(phone.user)@example.test".utf8),
            contact: Array("sip:\(phone.user)@\(phone.contact);ob".utf8),
            contactParameters: Array(
                ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-00aabbccddee>\"".utf8
            ),
            callID: Array("b0fce403c178fa57@\(phone.user)".utf8),
            userAgent: Array(phone.agent.utf8),
            sentBy: Array(phone.contact.utf8),
            account: Array(phone.user.utf8)
        )
        return BindingRow(
            binding: Binding(facts: facts, texts: texts),
            state: phone.state,
            tries: phone.tries,
            isFresh: phone.isFresh
        )
    }

    /// The phones above, in the order of their addresses of record.
    static let bindings: [BindingRow] = phones.enumerated().map { row($1, $0 + 1) }

    /// Many phones: 1000, 1001, ….
    static func many(_ count: Int) -> [BindingRow] {
        (0..<count).map { index in
            row(
                Phone(
                    user: String(1_000 + index),
                    address: ipv4(198, 51, 100, UInt32(index % 250)),
                    contact: "198.51.100.\(index % 250)",
                    left: 130 + index * 7 % 3_400
                ),
                index + 1
            )
        }
    }
}
