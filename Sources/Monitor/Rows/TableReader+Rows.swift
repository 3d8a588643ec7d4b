internal import BindingTable
internal import SIPMessage
internal import Timing

extension TableReader {
    /// Takes dirty bindings of all partitions; false when none is left.
    func takeDirty(limit: Int, into dirty: inout [DirtyBinding]) -> Bool {
        table.takeDirty(limit: limit, into: &dirty)
    }

    func facts(_ id: BindingID) -> BindingFacts? { table.facts(id) }

    /// A whole binding that is there, for a row that is shown.
    func binding(_ id: BindingID) -> Binding? {
        count()
        return table.withPartition(at: id.partition) { $0.binding(id) }
    }

    /// Calls `body` with the User-Agent of a binding, unless it has gone.
    func withAgent(_ id: BindingID, _ body: (Span<UInt8>) -> Void) {
        _ = table.withText(id, .userAgent, body)
    }

    /// The binding's contact has an instance without a value.
    func hasEmptyInstance(_ id: BindingID) -> Bool {
        table.withText(id, .contactParameters) { $0.count > 0 && $0.hasInstance && $0.instance.isEmpty }
            ?? false
    }

    /// Addresses of record that have a binding.
    var addressesOfRecord: Int { table.addressOfRecordCount }

    func addressOfRecord(of id: BindingID) -> [UInt8] {
        var aor: [UInt8] = []
        _ = table.withText(id, .aor) { aor.append($0) }
        return aor
    }

    /// The current bindings of an address of record, the latest refreshed first.
    func facts(of aor: [UInt8], at now: Timestamp) -> [BindingFacts] {
        var result: [BindingFacts] = []
        table.current(of: aor.span, at: now, into: &result)
        return result
    }

    /// The same bindings with their texts.
    func current(of aor: [UInt8], at now: Timestamp) -> [Binding] {
        let found = table.bindings(of: aor, at: now)
        for _ in found { count() }
        return found
    }

    /// Takes what a filter needs of a binding; its version in the table, or `nil` if it has gone.
    func load(_ row: inout FilterRow, _ known: Row, _ needs: FilterTexts) -> UInt32? {
        count()
        row.reset()
        let id = known.id
        let facts = table.withPartition(at: id.partition) { partition -> BindingFacts? in
            guard let facts = partition.facts(id) else { return nil }
            for (text, field) in Self.texts where needs.contains(text) {
                _ = partition.withText(id, field) { row.add(text, $0) }
            }
            if needs.contains(.path) {
                row.beginPath(facts.path)
                _ = partition.withText(id, .path) { row.endPath($0) }
            }
            if needs.contains(.instance) {
                _ = partition.withText(id, .contactParameters) { row.add(.instance, $0.instance) }
            }
            return facts
        }
        guard let facts else { return nil }
        row.source = facts.path.source
        row.transport = 1 << UInt64(facts.path.transport.rawValue)
        row.try = Int64(known.tries)
        row.cseq = Int64(facts.cseq)
        row.regID = Int64(facts.regID)
        row.reachability = facts.reachability
        row.tls = 1 << UInt64(facts.path.tls.rawValue)
        row.ghost = known.kin.contains(.ghost) ? 2 : 1
        row.begins = facts.createdAt
        row.refreshed = facts.refreshedAt
        row.refreshes = Int64(facts.refreshes)
        row.granted = Int64(facts.granted)
        row.q = Int64(facts.q ?? 1_000)
        row.ends = facts.expiresAt
        row.badges = UInt64(facts.badges.rawValue)
        row.nat = facts.badges.contains(.nat) ? 2 : 1
        row.isRefused = known.isRefused
        row.lints = UInt64(known.lints.rawValue)
        row.isBeating = facts.rhythm != nil && !known.kin.contains(.ghost)
        row.lateAt = BindingHealth.lateAt(facts)
        row.addPath(facts.path, needs)
        row.addBadges(facts.badges, needs)
        return facts.version
    }

    private static let texts: [(FilterTexts, BindingTextField)] = [
        (.aor, .aor), (.contact, .contact), (.agent, .userAgent), (.callID, .callID), (.who, .account),
        (.hops, .path), (.peer, .peer), (.numbers, .numbers),
    ]
}

extension Span<UInt8> {
    /// The value of `+sip.instance` in contact parameters (RFC 5626 §4.1); empty if there is none.
    fileprivate var instance: [UInt8] {
        var value: [UInt8] = []
        guard var index = instanceValue else { return value }
        while index < count, self[index] != 0x3b {
            if self[index] != 0x22 { value.append(self[index]) }
            index += 1
        }
        return value
    }

    /// There is one, perhaps without a value.
    fileprivate var hasInstance: Bool { instanceValue != nil }

    /// Where its value begins.
    private var instanceValue: Int? {
        let name = Array("+sip.instance=".utf8)
        var start = 0
        while start + name.count <= count {
            var offset = 0
            while offset < name.count, self[start + offset].lowered == name[offset] { offset += 1 }
            if offset == name.count { return start + name.count }
            start += 1
        }
        return nil
    }
}
