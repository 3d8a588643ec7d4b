import BindingTable
import SIPMessage
import Timing

/// The texts of one change in one buffer, with the ranges that a change carries.
struct FlatTexts {
    var bytes: [UInt8] = Array("REGISTER sip:example.com SIP/2.0\r\n".utf8)
    var ranges: BindingTextRanges

    init(_ texts: BindingTexts) {
        ranges = BindingTextRanges(contact: .empty, callID: .empty)
        ranges.contact = append(texts.contact)
        ranges.contactParameters = append(texts.contactParameters)
        ranges.callID = append(texts.callID)
        ranges.userAgent = append(texts.userAgent)
        ranges.sentBy = append(texts.sentBy)
        ranges.account = append(texts.account)
    }

    private mutating func append(_ text: [UInt8]) -> ByteRange {
        let range = ByteRange(start: UInt16(bytes.count), count: UInt16(text.count))
        bytes += text
        return range
    }
}

extension Timestamp {
    /// So many seconds after the clock's start.
    static func at(_ seconds: Int) -> Timestamp { .zero + .seconds(seconds) }
}

extension Binding {
    /// A binding as a desk phone makes it.
    static func phone(
        _ user: String,
        host: String = "192.0.2.7:5060",
        callID: String = "a84b4c76e66710",
        cseq: UInt32 = 1,
        at now: Timestamp,
        expires: Int = 3_600,
        userAgent: String = "Deskphone 6.1",
        transport: TransportKind = .udp,
        badges: Badges = [],
    ) -> Binding {
        let path = ReceivedFrom(
            source: Endpoint(address: IPAddress(ipv4: 0xc000_0207), port: 5_060),
            local: Endpoint(address: IPAddress(ipv4: 0xc633_6401), port: 5_060),
            transport: transport,
            at: now,
        )
        let facts = BindingFacts(
            cseq: cseq,
            callIDHash: 7,
            branchHash: 9,
            createdAt: now,
            refreshedAt: now,
            expiresAt: now + .seconds(expires),
            asked: UInt32(expires),
            granted: UInt32(expires),
            q: 700,
            path: path,
            badges: badges,
        )
        let texts = BindingTexts(
            aor: Array("\(user)@example.com".utf8),
            contact: Array("sip:\(user)@\(host)".utf8),
            contactParameters: Array(";+sip.instance=\"<urn:uuid:1>\"".utf8),
            callID: Array(callID.utf8),
            userAgent: Array(userAgent.utf8),
            sentBy: Array(host.utf8),
            account: Array(user.utf8),
        )
        return Binding(facts: facts, texts: texts)
    }
}

extension BindingTable {
    /// Adds a binding; nil if the table took none.
    func add(_ binding: Binding, _ cause: Cause = .registered, at now: Timestamp? = nil) -> BindingID? {
        let flat = FlatTexts(binding.texts)
        var ids: [BindingID] = []
        withPartition(of: binding.texts.aor.span) { partition in
            _ = partition.apply(
                [.add(binding.facts, flat.ranges, cause)],
                aor: binding.texts.aor.span,
                texts: flat.bytes.span,
                at: now ?? binding.facts.refreshedAt,
                added: &ids,
            )
        }
        return ids.first
    }

    /// Updates a binding; returns how many changes were made.
    @discardableResult
    func update(_ id: BindingID, _ binding: Binding, _ cause: Cause = .refreshed) -> Int {
        let flat = FlatTexts(binding.texts)
        return withPartition(at: id.partition) { partition in
            partition.apply(
                [.update(id, binding.facts, flat.ranges, cause)],
                aor: binding.texts.aor.span,
                texts: flat.bytes.span,
                at: binding.facts.refreshedAt,
            )
        }
    }

    /// Removes a binding; returns how many changes were made.
    @discardableResult
    func remove(_ id: BindingID, _ cause: Cause = .unregistered, at now: Timestamp) -> Int {
        withPartition(at: id.partition) { partition in
            let nothing: [UInt8] = []
            return partition.apply([.remove(id, cause)], aor: nothing.span, texts: nothing.span, at: now)
        }
    }

    /// Advances every partition until nothing is due.
    @discardableResult
    func advanceAll(to now: Timestamp, limit: Int = 64) -> Int {
        let before = bindingCount
        var rounds = 0
        while advance(share: 0, of: 1, to: now, limit: limit) <= now, rounds < 100_000 { rounds += 1 }
        return before - bindingCount
    }

    /// All news.
    func news() -> [DirtyBinding] {
        var taken: [DirtyBinding] = []
        while takeDirty(limit: 1_000, into: &taken) {}
        return taken
    }

    /// One text of a binding.
    func text(_ id: BindingID, _ field: BindingTextField) -> [UInt8]? {
        withText(id, field) { text in (0..<text.count).map { text[$0] } }
    }
}
