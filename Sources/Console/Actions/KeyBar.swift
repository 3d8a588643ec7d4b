internal import Cells

/// The bottom line: keys that work here and now, whole words only.
enum KeyBar {
    /// The hints of some actions, in their order; neighbours of one label share it: `< > Sort`. Each can be clicked; a
    /// shared word can't, since nobody knows which of its keys is meant.
    static func hints(_ actions: [Action], label: (Action) -> String) -> [Segment] {
        var groups: [(keys: [Key], label: String, weight: Int)] = []
        for action in actions where action.weight > 0 {
            guard let key = action.keys.first else { continue }
            let label = label(action)
            if let last = groups.last, last.label == label {
                groups[groups.count - 1].keys.append(key)
            } else {
                groups.append(([key], label, action.weight))
            }
        }
        return groups.map { Segment(runs($0.keys, $0.label), priority: $0.weight) }
    }

    private static func runs(_ keys: [Key], _ label: String) -> [TextRun] {
        var runs: [TextRun] = []
        for (index, key) in keys.enumerated() {
            if index > 0 { runs.append(TextRun(" ", role: .hintKey)) }
            runs.append(TextRun(key.description, role: .hintKey, spot: .key(key)))
        }
        guard !label.isEmpty else { return runs }
        let spot = keys.count == 1 ? keys.first.map { Spot.key($0) } : nil
        return runs + [TextRun(" " + label, role: .hintText, spot: spot)]
    }
}
