import BindingTable
import Timing

/// What the table ought to be: plain dictionaries, no cleverness.
struct TableModel {
    var live: [BindingID: Binding] = [:]
    var gone: [BindingID: Binding] = [:]
    var everUsed: Set<BindingID> = []
    private var touched: [BindingID: Int] = [:]
    private var clock = 0
    private var news: [BindingID: DirtyBinding] = [:]

    mutating func add(_ binding: Binding, _ id: BindingID, _ cause: Cause) {
        var binding = binding
        binding.facts.id = id
        live[id] = binding
        everUsed.insert(id)
        touch(id)
        news[id] = DirtyBinding(id: id, cause: cause, isNew: true)
    }

    mutating func update(_ id: BindingID, _ binding: Binding, _ cause: Cause) {
        guard let old = live[id] else { return }
        var new = binding
        new.texts.aor = old.texts.aor
        new.facts.id = id
        new.facts.version = old.facts.version + 1
        if cause != .rolledBack && cause != .restored {
            new.facts.createdAt = old.facts.createdAt
            new.facts.refreshes = old.facts.refreshes + 1
            let gap = (binding.facts.refreshedAt - old.facts.refreshedAt).milliseconds
            var usual = Int(old.facts.usualGap)
            var deviation = Int(old.facts.gapDeviation)
            if gap > 0 {
                let isFirst = usual == 0 || deviation == usual / 2 && gap > 2 * usual
                deviation = isFirst ? gap / 2 : deviation + (abs(gap - usual) - deviation) / 4
                usual = isFirst ? gap : usual + (gap - usual) / 8
            }
            new.facts.usualGap = UInt32(usual)
            new.facts.gapDeviation = UInt32(deviation)
        }
        live[id] = new
        touch(id)
        note(id, cause)
    }

    mutating func remove(_ id: BindingID, _ cause: Cause, at now: Timestamp) {
        guard var binding = live.removeValue(forKey: id) else { return }
        binding.gone = Binding.Departure(cause: cause, at: now)
        gone[id] = binding
        note(id, cause)
    }

    mutating func advance(to now: Timestamp) {
        for id in live.filter({ $0.value.facts.expiresAt <= now }).keys { remove(id, .expired, at: now) }
        gone = gone.filter { entry in
            guard let departure = entry.value.gone else { return false }
            return max(entry.value.facts.expiresAt, departure.at + .seconds(30)) > now
        }
    }

    func current(of aor: [UInt8], at now: Timestamp) -> [Binding] {
        live.values.filter { $0.texts.aor == aor && $0.facts.expiresAt > now }.sorted { a, b in
            if a.facts.refreshedAt != b.facts.refreshedAt { return a.facts.refreshedAt > b.facts.refreshedAt }
            return touched[a.facts.id, default: 0] > touched[b.facts.id, default: 0]
        }
    }

    mutating func takeNews() -> Set<DirtyBinding> {
        defer { news = [:] }
        return Set(news.values)
    }

    private mutating func touch(_ id: BindingID) {
        clock += 1
        touched[id] = clock
    }

    private mutating func note(_ id: BindingID, _ cause: Cause) {
        news[id] = DirtyBinding(id: id, cause: cause, isNew: news[id]?.isNew ?? false)
    }
}
