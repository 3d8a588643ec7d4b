internal import BindingTable
internal import SIPMessage
internal import Timing

extension Rows {
    /// An attempt of an address of record has failed: its bindings of the same source, which live on, show it. What
    /// comes from elsewhere says nothing of the phone: anybody can guess at its name.
    mutating func noteFailure(_ aor: [UInt8], from source: IPAddress, startedAt: Timestamp, at now: Timestamp)
    {
        for facts in reader.facts(of: aor, at: now) where facts.path.source.address == source {
            // The phone has logged in since: the failure was only told late.
            guard let number = number(of: facts.id), facts.refreshedAt <= startedAt else { continue }
            // A login before the failure that hasn't been pulled yet must not end the doubt later.
            catchUp(number, facts, at: now)
            setRefused(number, failures: min(254, Int(row(number).failures) + 1), at: now)
        }
    }

    /// A login has succeeded: no binding of its address of record is in doubt any longer.
    mutating func noteSuccess(_ aor: [UInt8], at now: Timestamp) {
        guard refused > 0 else { return }
        for facts in reader.facts(of: aor, at: now) {
            if let number = number(of: facts.id) { clearRefused(number, at: now) }
        }
    }
}
