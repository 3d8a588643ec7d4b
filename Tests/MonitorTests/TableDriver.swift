import BindingTable
import SIPMessage
import Support
import Timing

@testable import Monitor

/// Changes a table as a registrar would, and knows what must be in it.
struct TableDriver {
    let table: BindingTable
    private(set) var ids: [BindingID] = []
    var now = Timestamp.zero

    init(seed: UInt64 = 1) { table = BindingTable(seed: seed) }

    /// What a phone says of itself.
    struct Phone {
        var aor: String
        var contact = "sip:phone@192.0.2.1"
        var parameters = ""
        var callID = "call@phone"
        var agent = "Zoiper"
        /// What stands for it if it is no text.
        var agentBytes: [UInt8]?
        var account = ""
        var source = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 5_060)
        var transport = TransportKind.udp
        var granted: UInt32 = 600
        var cseq: UInt32 = 1
        var q: UInt16?
        var badges: Badges = []
        var regID: UInt32 = 0
        var instance: UInt32 = 0
        var tls = TLSVersion.none
        var callHash: UInt64 = 0
        /// Seconds that it asks for; nil: those that it gets.
        var asked: UInt32?
        var path = "", peer = "", numbers = ""
    }

    /// Makes a binding.
    @discardableResult
    mutating func add(_ phone: Phone) -> BindingID? {
        var texts: [UInt8] = []
        let ranges = Self.ranges(phone, into: &texts)
        let facts = self.facts(phone)
        let aor = Array(phone.aor.utf8)
        var added: [BindingID] = []
        let now = now
        table.withPartition(of: aor.span) { partition in
            _ = partition.apply(
                [.add(facts, ranges, .registered)],
                aor: aor.span,
                texts: texts.span,
                at: now,
                added: &added
            )
        }
        ids.append(contentsOf: added)
        return added.first
    }

    /// Prolongs a binding, with whatever else has changed.
    mutating func refresh(_ id: BindingID, _ phone: Phone, cause: Cause = .refreshed) {
        var texts: [UInt8] = []
        let ranges = Self.ranges(phone, into: &texts)
        var facts = self.facts(phone)
        facts.id = id
        let aor = Array(phone.aor.utf8)
        let now = now
        table.withPartition(at: id.partition) { partition in
            _ = partition.apply(
                [.update(id, facts, ranges, cause)],
                aor: aor.span,
                texts: texts.span,
                at: now
            )
        }
    }

    /// Sees something of a binding without a REGISTER.
    mutating func observe(_ id: BindingID, _ observation: Observation) {
        let now = now
        let nothing: [UInt8] = []
        table.withPartition(at: id.partition) { partition in
            _ = partition.apply([.observe(id, observation)], aor: nothing.span, texts: nothing.span, at: now)
        }
    }

    /// Takes a binding away.
    mutating func remove(_ id: BindingID, _ cause: Cause = .unregistered) {
        let now = now
        let nothing: [UInt8] = []
        table.withPartition(at: id.partition) { partition in
            _ = partition.apply([.remove(id, cause)], aor: nothing.span, texts: nothing.span, at: now)
        }
        ids.removeAll { $0 == id }
    }

    /// Lets bindings run out.
    mutating func expire() {
        _ = table.advance(share: 0, of: 1, to: now, limit: .max / 2)
        ids.removeAll { table.facts($0) == nil }
    }

    /// All that is in the table.
    var bindings: [Binding] {
        ids.compactMap { id in table.withPartition(at: id.partition) { $0.binding(id) } }
    }

    private func facts(_ phone: Phone) -> BindingFacts {
        BindingFacts(
            cseq: phone.cseq,
            callIDHash: phone.callHash,
            createdAt: now,
            refreshedAt: now,
            expiresAt: now + .seconds(Int(phone.granted)),
            asked: phone.asked ?? phone.granted,
            granted: phone.granted,
            q: phone.q,
            regID: phone.regID,
            instanceHash: phone.instance,
            path: ReceivedFrom(
                source: phone.source,
                local: Wire.local,
                transport: phone.transport,
                tls: phone.tls,
                at: now
            ),
            badges: phone.badges
        )
    }

    private static func ranges(_ phone: Phone, into texts: inout [UInt8]) -> BindingTextRanges {
        func range(_ text: String) -> ByteRange { range(Array(text.utf8)) }
        func range(_ bytes: [UInt8]) -> ByteRange {
            let start = texts.count
            texts.append(contentsOf: bytes)
            return ByteRange(start: UInt16(start), count: UInt16(texts.count - start))
        }
        return BindingTextRanges(
            contact: range(phone.contact),
            contactParameters: range(phone.parameters),
            callID: range(phone.callID),
            userAgent: range(phone.agentBytes ?? Array(phone.agent.utf8)),
            sentBy: range("192.0.2.1"),
            account: range(phone.account),
            path: range(phone.path),
            peer: range(phone.peer),
            numbers: range(phone.numbers)
        )
    }
}

extension SeededGenerator {
    /// True in so many of a hundred cases.
    mutating func percent(_ share: Int) -> Bool { below(100) < share }

    /// A phone out of few enough texts that columns have ties and prefixes have runs.
    mutating func phone() -> TableDriver.Phone {
        var phone = TableDriver.Phone(aor: "user-with-long-name-\(below(400))@example.test")
        if percent(20) { phone.aor = "\(below(50))@\(percent(50) ? "a" : "b").test" }
        vary(&phone)
        return phone
    }

    /// Changes what a phone may change without becoming another.
    mutating func vary(_ phone: inout TableDriver.Phone) {
        phone.contact = "sip:phone-\(below(30))@192.168.\(below(3)).\(below(200))"
        phone.callID = "call-id-of-a-phone-\(below(60))@host"
        phone.agent = ["Zoiper 5.6", "Zoiper rv2.10.19", "Yealink SIP-T46S 66.84", "", "zoiper"][below(5)]
        phone.source.port = UInt16(5_060 + below(3))
        phone.source.address =
            percent(80)
            ? IPAddress(ipv4: 0x0a00_0000 + UInt32(below(40)))
            : IPAddress(ipv6High: 0x2001_0db8_0000_0000, low: UInt64(below(40)))
        phone.transport = TransportKind.allCases[below(3)]
        phone.granted = UInt32([60, 120, 600, 3_600, 7_200][below(5)] + below(3))
        phone.cseq += UInt32(1 + below(3))
        phone.q = percent(50) ? nil : UInt16(below(3) * 500)
        phone.badges = percent(40) ? .nat : percent(30) ? [.md5, .digestURI] : []
        phone.regID = UInt32(below(2))
        phone.account = percent(50) ? "acc\(below(9))" : ""
        phone.instance = UInt32(max(0, below(12) - 8))
        phone.tls = phone.transport == .tls ? [.tls12, .tls13][below(2)] : .none
        phone.path = percent(20) ? "<sip:edge\(below(3)).example.net;lr>" : ""
        phone.peer = phone.tls == .none ? "" : ["", "phone\(below(4)).example.test"][below(2)]
        phone.numbers = percent(10) ? "+49301234\(below(3)) - +4930123499" : ""
        phone.parameters = percent(30) ? ";+sip.instance=\"<urn:uuid:\(below(9))-aabb>\";reg-id=1" : ""
    }
}

extension SeededGenerator {
    /// What a ping or the end of a connection tells.
    mutating func observation(at now: Timestamp) -> Observation {
        switch below(10) {
        case 0..<5: .answered(roundTrip: UInt32([300, 12_000, 12_400, 80_000][below(4)] + below(3)))
        case 5..<8: .silent
        default: .connectionGone(until: percent(50) ? nil : now + .seconds(below(300)))
        }
    }
}

extension Monitor {
    /// A monitor of a table, started at the clock's beginning.
    static func watching(_ table: BindingTable, limits: MonitorLimits = MonitorLimits()) -> Monitor {
        Monitor(
            table: table,
            limits: limits,
            startedAt: ClockReading(timestamp: .zero, wall: WallTime(secondsSince1970: 1_700_000_000))
        )
    }

    /// Pulls and works until nothing waits.
    func settle(at now: Timestamp) {
        while pull(limit: 1_000, at: now) {}
        while advance(to: now) {}
    }

    /// One window of bindings.
    func window(
        _ order: BindingOrder = BindingOrder(),
        _ filter: Filter? = nil,
        _ anchor: WindowQuery.Anchor = .rank(0),
        height: Int = 400,
        for session: inout MonitorSession,
        at now: Timestamp,
    ) -> (rows: [BindingRow], window: Window) {
        let query = WindowQuery(
            subject: .bindings(filter: filter, order: order),
            anchor: anchor,
            height: height
        )
        let window = answer(query, for: &session, at: now)
        guard case .bindings(let rows) = window.content else { return ([], window) }
        return (rows, window)
    }

    /// Ids of all rows of a list, gathered window by window.
    func allIDs(_ order: BindingOrder, _ filter: Filter? = nil, at now: Timestamp) -> [BindingID] {
        var ids: [BindingID] = []
        var session = MonitorSession()
        _ = window(order, filter, .rank(0), height: 1, for: &session, at: now)
        settle(at: now)
        while true {
            let (rows, window) = window(order, filter, .rank(ids.count), for: &session, at: now)
            ids.append(contentsOf: rows.map(\.binding.facts.id).dropFirst(max(0, ids.count - window.rank)))
            if rows.isEmpty || ids.count >= window.matched { return ids }
        }
    }
}
