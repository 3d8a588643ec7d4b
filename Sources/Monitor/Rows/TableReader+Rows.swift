internal import BindingTable
internal import SIPMessage
internal import Timing

extension TableReader {
    /// Takes dirty bindings of all partitions; false when none is left.
    func takeDirty(limit: Int, into dirty: inout [DirtyBinding]) -> Bool {
        table.takeDirty(limit: limit, into: &dirty)
    }

    func facts(_ id: BindingID) -> BindingFacts? { table.facts(id) }

    /// A whole binding, for a row that is shown.
    func binding(_ id: BindingID) -> Binding? {
        count()
        return table.binding(id)
    }

    /// Calls `body` with the User-Agent of a binding, unless it has gone.
    func withAgent(_ id: BindingID, _ body: (Span<UInt8>) -> Void) {
        _ = table.withText(id, .userAgent, body)
    }

    /// Addresses of record that have a binding.
    var addressesOfRecord: Int { table.addressCount }

    func addressOfRecord(of id: BindingID) -> [UInt8] {
        var aor: [UInt8] = []
        _ = table.withText(id, .aor) { aor.append($0) }
        return aor
    }

    /// The bindings of an address of record, oldest first.
    func facts(of aor: [UInt8], at now: Timestamp) -> [BindingFacts] {
        var result: [BindingFacts] = []
        table.current(of: aor.span, at: now, into: &result)
        return result
    }

    /// The bindings of an address of record with their texts.
    func current(of aor: [UInt8], at now: Timestamp) -> [Binding] {
        facts(of: aor, at: now).compactMap { binding($0.id) }
    }

    /// Takes what a filter needs of a binding; its version in the table, or `nil` if it has gone.
    func load(_ row: inout FilterRow, _ known: Row, _ needs: FilterTexts) -> UInt32? {
        count()
        guard let facts = table.facts(known.id) else { return nil }
        row.reset()
        row.source = facts.path.source
        row.transport = 1 << UInt64(facts.path.transport.rawValue)
        row.try = Int64(known.tries)
        row.cseq = Int64(facts.cseq)
        row.regID = Int64(facts.regID)
        row.begins = facts.createdAt
        row.ends = facts.expiresAt
        row.badges = UInt64(facts.badges.rawValue)
        row.nat = facts.badges.contains(.nat) ? 2 : 1
        row.isRefused = known.isRefused
        row.lateAt = BindingHealth.lateAt(facts)
        addTexts(known.id, needs, to: &row)
        row.addPath(facts.path, needs)
        row.addBadges(facts.badges, needs)
        return facts.version
    }

    private func addTexts(_ id: BindingID, _ needs: FilterTexts, to row: inout FilterRow) {
        func add(_ text: FilterTexts, _ field: BindingTextField) {
            guard needs.contains(text) else { return }
            _ = table.withText(id, field) { row.add(text, $0) }
        }
        add(.aor, .aor)
        add(.contact, .contact)
        add(.agent, .userAgent)
        add(.callID, .callID)
        add(.who, .account)
        guard needs.contains(.instance) else { return }
        _ = table.withText(id, .contactParameters) { parameters in
            row.add(.instance, parameters.instance)
        }
    }
}

extension Span<UInt8> {
    /// The value of `+sip.instance` in contact parameters (RFC 5626 §4.1); empty if there is none.
    fileprivate var instance: [UInt8] {
        let name = Array("+sip.instance=".utf8)
        var start = 0
        while start + name.count <= count {
            var offset = 0
            while offset < name.count, self[start + offset].lowered == name[offset] { offset += 1 }
            if offset == name.count { break }
            start += 1
        }
        var value: [UInt8] = []
        var index = start + name.count
        while index < count, self[index] != 0x3b {
            if self[index] != 0x22 { value.append(self[index]) }
            index += 1
        }
        return value
    }
}
