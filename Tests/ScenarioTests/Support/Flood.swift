import SIPMessage
import Timing

/// One address that sends REGISTER after REGISTER, each the first of another phone, and answers nothing.
struct Flood {
    private let source: Endpoint
    private let gap: Interval
    private let end: Timestamp
    private var next: Timestamp
    private var number = 0
    /// The message, and where its number stands in it, eight digits each time.
    private var text: [UInt8]
    private let places: [Int]

    /// So many messages a second for so many seconds, from now on.
    init(from source: Endpoint, domain: String, perSecond: Int, seconds: Int, now: Timestamp) {
        self.source = source
        gap = .microseconds(1_000_000 / perSecond)
        end = now + .seconds(seconds)
        next = now
        let text = Array(Self.text(from: source, domain: domain).utf8)
        self.text = text
        places = text.indices.filter { text[$0...].starts(with: Self.number) }
    }

    var nextDeadline: Timestamp? { next < end ? next : nil }

    mutating func tick(now: Timestamp, into sent: inout [Datagram]) {
        let path = ReceivedFrom(source: source, local: World.registrar, transport: .udp, at: now)
        while next <= now, next < end {
            next = next + gap
            number += 1
            var rest = number
            for digit in (0..<8).reversed() {
                for place in places { text[place + digit] = 0x30 + UInt8(rest % 10) }
                rest /= 10
            }
            sent.append(Datagram(bytes: text, path: path))
        }
    }

    private static let number = Array("00000000".utf8)

    private static func text(from source: Endpoint, domain: String) -> String {
        """
        REGISTER sip:\(domain) SIP/2.0\r
        Via: SIP/2.0/UDP \(source);branch=z9hG4bK-flood-00000000;rport\r
        Max-Forwards: 70\r
        From: <sip:100@\(domain)>;tag=f00000000\r
        To: <sip:100@\(domain)>\r
        Call-ID: flood-00000000\r
        CSeq: 1 REGISTER\r
        Contact: <sip:100@\(source)>\r
        User-Agent: friendly-scanner\r
        Content-Length: 0\r
        \r

        """
    }
}
