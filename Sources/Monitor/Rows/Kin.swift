internal import BindingTable
internal import Timing

extension Rows {
    /// The bindings of an address of record have changed: which of them are ghosts is judged anew.
    mutating func regroup(_ aor: [UInt8], at now: Timestamp) {
        let facts = reader.facts(of: aor, at: now)
        guard facts.count > 1 else {
            if let only = facts.first, let number = number(of: only.id) { setKin(number, [], at: now) }
            return
        }
        // A successor was made after the last refresh of whom it succeeds: where each has refreshed since the newest
        // was made, as phones do that live side by side, there is nothing to look closer at.
        let newest = facts.reduce(Timestamp.zero) { max($0, $1.createdAt) }
        guard facts.contains(where: { $0.refreshedAt < newest }) else {
            for binding in facts {
                if let number = number(of: binding.id) { setKin(number, .exists, at: now) }
            }
            return
        }
        let devices = Devices(table.bindings(of: aor, at: now), at: now)
        let common: Row.Kin = devices.ghosts.isEmpty ? .exists : [.exists, .ghosts]
        for binding in facts {
            guard let number = number(of: binding.id) else { continue }
            setKin(number, devices.ghosts.contains(binding.id) ? common.union(.ghost) : common, at: now)
        }
        for suspect in devices.suspects {
            if let number = number(of: suspect.id) { calendar.add(number, at: suspect.at) }
        }
    }

    /// Looks at bindings that time has made ghosts, a slice of them; whether more wait.
    mutating func regroupDue(at now: Timestamp) -> Bool {
        calendar.advance(to: now)
        var budget = Self.regroupsAtOnce
        while budget > 0, let number = calendar.next() {
            budget -= 1
            guard Int(number) < rows.capacity, rows[number].isLive else { continue }
            regroup(reader.addressOfRecord(of: rows[number].id), at: now)
        }
        return calendar.hasDue
    }

    /// Addresses of record that are judged anew in a slice, each as much work as some rows of sorting.
    private static let regroupsAtOnce = 256
}
