internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// What a call to an address of record would do now, as far as its bindings tell: which of them are asked, in which
/// order, by which way, and what would go wrong. It sends nothing.
///
/// Bindings are asked in groups by falling q, those of one group at once (RFC 3261 §16.6). Several flows of one
/// instance are one phone: the one that came last is asked, the next only when that has failed (RFC 5626 §5.3).
struct CallPlan {
    /// A phone that is asked, with the flows that stand in for its own.
    struct Target {
        var binding: Binding
        var route: CallRoute
        var others: [(binding: Binding, route: CallRoute)] = []

        /// No way to it leads anywhere.
        var isLost: Bool { route.isLost && others.allSatisfy(\.route.isLost) }
    }

    /// The groups, the first one to be asked first.
    let groups: [(q: UInt16, targets: [Target])]

    /// - Parameter bindings: all of the address of record.
    init(_ bindings: [Binding], at now: Timestamp) {
        var living = bindings.filter { $0.gone == nil && $0.facts.expiresAt > now }
        // One that has just ended is shown with that trouble rather than not at all.
        if living.isEmpty { living = Array(bindings.prefix(1)) }
        living.sort { a, b in
            if a.preference != b.preference { return a.preference > b.preference }
            return a.facts.refreshedAt != b.facts.refreshedAt
                ? a.facts.refreshedAt > b.facts.refreshedAt : a.facts.id < b.facts.id
        }
        var groups: [(q: UInt16, targets: [Target])] = []
        for binding in living {
            let route = CallRoute(binding, at: now)
            let instance = binding.facts.instanceHash
            if instance != 0,
                let group = groups.firstIndex(where: { $0.targets.contains { $0.isOf(instance) } }),
                let place = groups[group].targets.firstIndex(where: { $0.isOf(instance) })
            {
                groups[group].targets[place].others.append((binding, route))
                continue
            }
            if groups.last?.q != binding.preference { groups.append((binding.preference, [])) }
            groups[groups.count - 1].targets.append(Target(binding: binding, route: route))
        }
        self.groups = groups
    }

    /// Lines after which the rest is counted.
    private static let most = 3

    private var targets: [Target] { groups.flatMap(\.targets) }

    /// The word at the beginning: how the call as a whole would do.
    var verdict: (word: String, role: Role) {
        let targets = targets
        if targets.allSatisfy(\.isLost) { return ("FAILS", .stateFail) }
        let isFine = targets.allSatisfy { $0.route.troubles.isEmpty }
        return isFine ? ("ok", .stateOK) : ("DOUBTFUL", .stateWarn)
    }

    /// `3 phones are asked, in 2 rounds`
    private var summary: String {
        let phones = targets.count
        let lost = targets.count(where: \.isLost)
        let rounds = groups.count > 1 ? ", in \(groups.count) rounds by q" : phones > 1 ? ", all at once" : ""
        let dead = lost > 0 ? "; \(lost) can't be reached" : ""
        return "\(TimeText.count(phones, "phone")) asked\(rounds)\(dead)"
    }

    /// How the call goes on from here: in order each target with its way and its troubles; `own` is the binding whose
    /// page it stands on.
    func lines(own: BindingID?) -> [(name: String, value: [TextRun])] {
        let (word, role) = verdict
        guard targets.count + targets.reduce(0, { $0 + $1.others.count }) > 1 else {
            guard let only = targets.first else { return [] }
            return [
                (
                    "call now",
                    [TextRun("\(word)  ", role: role), TextRun(CallWords.way(only.route), role: .text)]
                )
            ]
                + Self.troubles(only.route)
        }
        var lines = [
            (name: "call now", value: [TextRun("\(word)  ", role: role), TextRun(summary, role: .text)])
        ]
        var left = 0
        for (place, group) in groups.enumerated() {
            for (index, target) in group.targets.enumerated() {
                let isOwn =
                    target.binding.facts.id == own || target.others.contains { $0.binding.facts.id == own }
                // Many are only counted: the one whose page it is and the first few say how it goes.
                guard isOwn || lines.count < Self.most else {
                    left += 1
                    continue
                }
                let name = index == 0 ? "\(place + 1). q \(BindingColumns.q(group.q))" : ""
                lines.append((name, Self.runs("", target.route, isOwn: target.binding.facts.id == own)))
                lines += Self.troubles(target.route)
                for other in target.others {
                    let isOwn = other.binding.facts.id == own
                    lines.append(("", Self.runs("or, if that fails: ", other.route, isOwn: isOwn)))
                    lines += Self.troubles(other.route)
                }
            }
        }
        if left > 0 { lines.append(("", [TextRun("  and \(TimeText.count(left)) more", role: .textDim)])) }
        return lines
    }

    private static func runs(_ lead: String, _ route: CallRoute, isOwn: Bool) -> [TextRun] {
        let role: Role = route.isLost ? .stateFail : route.troubles.isEmpty ? .text : .stateWarn
        return [
            TextRun(isOwn ? "> " : "  ", role: .textStrong), TextRun(lead, role: .textDim),
            TextRun(CallWords.way(route), role: role),
        ]
    }

    private static func troubles(_ route: CallRoute) -> [(name: String, value: [TextRun])] {
        route.troubles.map { trouble in
            let role: Role = trouble.isFatal ? .stateFail : .stateWarn
            return ("", [TextRun("! \(CallWords.sentence(trouble, of: route))", role: role)])
        }
    }
}

extension CallPlan.Target {
    fileprivate func isOf(_ instance: UInt32) -> Bool { binding.facts.instanceHash == instance }
}

extension Binding {
    /// q in thousandths; one without is asked first, as with 1.
    fileprivate var preference: UInt16 { facts.q ?? 1_000 }
}
