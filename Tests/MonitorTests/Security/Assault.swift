import BindingTable
import SIPMessage
import Timing

@testable import Monitor

/// A source that tries to register, as a monitor sees it.
struct Assault {
    var wire: Wire
    private var calls = 0

    init(_ source: UInt32 = 0xc633_6417, port: UInt16 = 5_066, agent: String = "Zoiper rv2.10.19") {
        wire = Wire()
        wire.source = Endpoint(address: IPAddress(ipv4: source), port: port)
        wire.agent = agent
    }

    var address: IPAddress { wire.source.address }

    /// One attempt with credentials; granted without a refusal. A new Call-ID unless one is named.
    mutating func attempt(
        _ user: String,
        _ refusal: RefusalReason?,
        at milliseconds: Int,
        call: String? = nil,
        port: UInt16? = nil,
        cseq: Int = 1,
    ) -> MonitorEvent {
        calls += 1
        wire.user = user
        wire.callID = call ?? "c\(wire.source.address.low)-\(calls)"
        if let port { wire.source.port = port }
        return wire.exchange(cseq, at: milliseconds, refusal, credentials: true, branch: "b\(calls)")
    }

    /// One attempt that is challenged and never gone on with.
    mutating func ask(_ user: String, at milliseconds: Int) -> MonitorEvent {
        calls += 1
        wire.user = user
        wire.callID = "a\(wire.source.address.low)-\(calls)"
        return wire.exchange(1, at: milliseconds, .challenge, branch: "a\(calls)")
    }

    /// A request that is no REGISTER.
    mutating func probe(_ method: String, at milliseconds: Int, _ refusal: RefusalReason? = nil)
        -> MonitorEvent
    {
        calls += 1
        wire.callID = "p\(wire.source.address.low)-\(calls)"
        return wire.exchange(1, at: milliseconds, refusal, method: method, branch: "p\(calls)")
    }
}

extension Monitor {
    /// The security screen's rows.
    func security(_ group: SecurityGroup = .source, _ filter: Filter? = nil, atSecond second: Int)
        -> [SecurityRow]
    {
        picture(group, filter, atSecond: second)?.rows ?? []
    }

    func picture(_ group: SecurityGroup = .source, _ filter: Filter? = nil, atSecond second: Int)
        -> SecurityPicture?
    {
        let now = Timestamp.zero + .seconds(second)
        advance(to: now)
        let query = WindowQuery(subject: .security(group, filter: filter), height: 400)
        guard case .security(let picture) = answer(query, at: now).content else { return nil }
        return picture
    }

    /// What one source looks like.
    func classes(of source: IPAddress, atSecond second: Int) -> [AbuseClass] {
        security(atSecond: second).first { $0.key == .source(source) }?.findings.map(\.kind) ?? []
    }
}
