public import BindingTable
internal import SIPMessage
internal import Timing

// What a filter sees of lines: of the log, the audit trail, the list of blocks and the journal.

extension FilterRow {
    /// Takes what a filter needs of a line of the log.
    mutating func load(_ notice: Notice) {
        resetLine(at: notice.at)
        let bytes = Array(notice.text.utf8)
        add(.line, bytes)
        level = 1 << UInt64(notice.level.rawValue)
        addAddresses(bytes)
    }

    /// Takes what a filter needs of a line of the audit trail.
    mutating func load(_ record: AuditRecord, _ clock: FilterClock) {
        resetLine(at: clock.timestamp(of: record.at))
        let object = Array(record.object.utf8)
        add(.object, object)
        add(.aor, object)
        add(.what, Array(record.action.utf8))
        add(.outcome, Array(record.result.utf8))
        add(.reason, Array(record.reason.utf8))
        add(.who, Array(record.by.whole.utf8))
        addAddresses(object)
    }

    /// Takes what a filter needs of a block.
    mutating func load(_ block: Block) {
        resetLine(at: block.since)
        splitsAOR = true
        ends = block.until ?? .distantFuture
        let object: [UInt8]
        switch block.subject {
        case .aor(let aor):
            object = aor
            add(.aor, aor)
        case .source(let address):
            object = Array("\(address)".utf8)
            addresses.append(address)
            add(.source, object)
        }
        add(.object, object)
        add(.reason, Array(block.reason.utf8))
        add(.who, Array(block.by.whole.utf8))
    }

    /// Takes what a filter needs of a line of the journal.
    mutating func load(_ entry: HistoryEntry, _ clock: FilterClock) {
        resetLine(at: clock.timestamp(of: entry.at))
        let life = entry.binding
        (hasSource, splitsAOR) = (false, true)
        source = life.source
        addresses = [life.source.address] + (entry.movedFrom.map { [$0.address] } ?? [])
        transport = 1 << UInt64(life.transport.rawValue)
        refreshes = Int64(life.refreshes)
        refreshed = clock.timestamp(of: life.refreshedAt)
        lived = entry.cause.isRemoval ? Int64((entry.at - life.createdAt).seconds) : -1
        cause = 1 << UInt64(entry.cause.rawValue)
        add(.aor, life.aor)
        add(.contact, life.contact)
        add(.agent, life.userAgent)
        add(.transport, Array(life.transport.name.utf8))
        add(.what, Array(entry.cause.text.utf8))
        add(.who, Array(entry.by.utf8))
        add(.source) { out in
            life.source.append(to: &out)
            guard let from = entry.movedFrom else { return }
            out.append(0x20)
            from.append(to: &out)
        }
        add(.clock, Array(CivilTime(entry.at, utcOffset: clock.utcOffset).clock.utf8))
    }

    private mutating func resetLine(at moment: Timestamp) {
        reset()
        (hasSource, splitsAOR) = (false, false)
        begins = moment
    }

    /// Adds the addresses that stand in a text, with or without a port.
    private mutating func addAddresses(_ bytes: [UInt8]) {
        var start = 0
        while start < bytes.count, addresses.count < 8 {
            var end = start
            while end < bytes.count, Self.isOfAddress(bytes[end]) { end += 1 }
            if end - start >= 3, end - start <= 64 { addAddress(bytes[start..<end]) }
            start = end + 1
        }
        guard !addresses.isEmpty else { return }
        add(.source, Array(addresses.map(\.description).joined(separator: " ").utf8))
    }

    private mutating func addAddress(_ word: ArraySlice<UInt8>) {
        // A full stop or colon behind it belongs to the sentence.
        let trimmed = word.reversed().drop { $0 == 0x2e || $0 == 0x3a }.reversed()
        let text = String(decoding: Array(trimmed), as: UTF8.self)
        if let address = IPAddress(text) {
            addresses.append(address)
        } else if let colon = text.lastIndex(of: ":"), let address = IPAddress(String(text[..<colon])) {
            addresses.append(address)
        }
    }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || byte.lowered &- 0x61 < 6 || byte == 0x2e || byte == 0x3a
    }
}

extension OperatorIdentity {
    /// User, address and terminal.
    fileprivate var whole: String { terminal.isEmpty ? short : "\(short) \(terminal)" }
}

extension Filter {
    /// The lines of the journal that pass, in their order.
    public func passing(_ entries: [HistoryEntry], clock: FilterClock) -> [HistoryEntry] {
        guard subject == .history else { return [] }
        var evaluator = FilterEvaluator(self, clock: clock)
        var row = FilterRow()
        return entries.filter { entry in
            row.load(entry, clock)
            return evaluator.passes(row, at: clock.reading.timestamp)
        }
    }
}
