internal import Cells

/// The bottom line: keys that work here and now, whole words only.
enum KeyBar {
    /// The hints of some actions, in their order; neighbours of one label share it: `< > Sort`.
    static func hints(_ actions: [Action], label: (Action) -> String) -> [Segment] {
        var groups: [(keys: [String], label: String, weight: Int)] = []
        for action in actions where action.weight > 0 {
            guard let first = action.keys.first else { continue }
            let (key, label) = (first.description, label(action))
            if let last = groups.last, last.label == label {
                groups[groups.count - 1].keys.append(key)
            } else {
                groups.append(([key], label, action.weight))
            }
        }
        return groups.map { .hint($0.keys.joined(separator: " "), $0.label, priority: $0.weight) }
    }
}
