import BindingTable
import Monitor
import SIPMessage
import Timing

/// Phones about whose reach there is something to say.
extension Samples {
    /// A phone's row with more of it told.
    private static func row(
        _ phone: Phone,
        _ index: Int,
        _ change: (inout BindingRow) -> Void
    ) -> BindingRow {
        var row = row(phone, index)
        change(&row)
        return row
    }

    private static func reachable(
        _ row: inout BindingRow,
        _ connection: Reachability.Connection,
        _ ping: Reachability.Ping = .unknown,
        roundTrip: UInt32 = 0,
        silent: UInt8 = 0,
    ) {
        row.binding.facts.reachability = Reachability(
            connection: connection,
            ping: ping,
            roundTrip: roundTrip,
            silentPings: silent
        )
    }

    /// Over TLS and through a proxy, with a flow of its own, proved by a certificate, answering pings.
    static let secure = row(
        Phone(
            user: "3001",
            address: ipv4(203, 0, 113, 60),
            port: 51_044,
            contact: "10.1.0.7:5061;transport=tls",
            left: 400,
            granted: 600,
            kind: .tls,
            agent: "Linphone/5.2.3",
            badges: [.nat, .privateContact, .outbound, .connectionReuse]
        ),
        40
    ) { row in
        row.binding.facts.path.tls = .tls13
        row.binding.facts.regID = 1
        row.binding.texts.path = Array(
            "<sip:edge1.example.net:5061;lr;ob>, <sip:[2001:db8::9];lr>".utf8
        )
        row.binding.texts.peer = Array("phone7.example.test".utf8)
        reachable(&row, .live, .answering, roundTrip: 12_400)
    }

    /// Everything is wrong with it.
    static let troubled = row(
        Phone(
            user: "3002",
            address: ipv4(203, 0, 113, 61),
            port: 40_001,
            contact: "192.168.9.9",
            left: 3_000,
            state: .silent,
            agent: "Grandstream GXP2170",
            badges: [.nat, .contactUser, .privateContact, .viaHost, .noRport, .rareForNAT, .md5]
        ),
        41
    ) { row in
        row.binding.texts.contact = Array("sip:bob@192.168.9.9".utf8)
        row.binding.facts.usualGap = 1_800_000
        reachable(&row, .none, .stoppedAnswering, roundTrip: 48_000, silent: 3)
    }

    /// Its connection has ended.
    static let cutOff = row(
        Phone(
            user: "3003",
            address: ipv4(203, 0, 113, 62),
            port: 52_001,
            contact: "cut.invalid",
            left: 200,
            granted: 300,
            state: .disconnected,
            kind: .wss,
            agent: "JsSIP 3.10"
        ),
        42
    ) { row in
        row.binding.facts.path.tls = .tls12
        reachable(&row, .gone, .neverAnswered, silent: 4)
    }

    /// A switchboard for many numbers.
    static let bulk = row(
        Phone(
            user: "3004",
            address: ipv4(192, 0, 2, 44),
            contact: "192.0.2.44",
            left: 900,
            granted: 1_800,
            kind: .tcp,
            agent: "Asterisk PBX 20.5",
            badges: [.bulk, .byAddress]
        ),
        43
    ) { row in
        row.binding.texts.numbers = Array("+4930123400 - +4930123499".utf8)
        reachable(&row, .live, .answering, roundTrip: 700)
    }

    /// One phone, and what its NAT's new ports have left behind.
    static func ghosts(_ count: Int) -> [BindingRow] {
        (0...count).map { index in
            row(
                Phone(
                    user: "3005",
                    address: ipv4(203, 0, 113, 9),
                    port: UInt16(41_000 + index),
                    contact: "203.0.113.9:\(41_000 + index)",
                    left: 1_000 + index * 100,
                    agent: "Zoiper 5.6.4",
                    age: 9_000 - index * 60
                ),
                60 + index
            ) { row in
                row.isGhost = index < count
                row.hasGhosts = count > 0
            }
        }
    }

    static let reach = [secure, troubled, cutOff, bulk] + ghosts(14)

    /// What the 200 showed of the phone over TLS.
    static let shownContact = Array(
        ("<sip:3001@10.1.0.7:5061;transport=tls;ob;alias=203.0.113.60~51044~3>;expires=600;"
            + "pub-gruu=\"sip:3001@example.test;gr=urn:uuid:00000000-0000-1000-8000-00aabbccddee\"").utf8
    )
}
