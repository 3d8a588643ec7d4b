import Host
import Yams

/// The section about the console's keys.
extension SettingsFile {
    /// Reads the keys of each action; an action that has a conflict, no such name or a key that can't be is
    /// reported where it is written.
    mutating func keys(_ node: Node, _ keys: inout KeySettings) {
        var written: [(action: Node, keys: [Node])] = []
        guard let mapping = node.mapping else {
            if node.null == nil {
                report(node, "keys is a map of actions and their keys; write `evict: X` lines")
            }
            return
        }
        for (action, value) in mapping {
            guard let name = action.scalar?.string else {
                report(action, "an action is a word; `regtop keys` lists them")
                continue
            }
            guard let nodes = keyNodes(value, of: name) else { continue }
            keys.add(name, nodes.map { $0.scalar?.string ?? "" }, line: action.mark?.line ?? 0)
            written.append((action, nodes))
        }
        for problem in keys.problems where written.indices.contains(problem.index) {
            let (action, nodes) = written[problem.index]
            let isKey = problem.key.map { nodes.indices.contains($0) } ?? false
            report(isKey ? nodes[problem.key ?? 0] : action, problem.sentence)
        }
    }

    /// The keys of an action: one, or a list; nil if they are neither.
    private mutating func keyNodes(_ value: Node, of action: String) -> [Node]? {
        let nodes = value.sequence.map(Array.init) ?? [value]
        for node in nodes where node.scalar == nil || node.scalar?.string.isEmpty == true {
            report(node, "\(action) takes a key, or a list of keys; write `\(action): [\"x\", ctrl-f]`")
            return nil
        }
        return nodes
    }
}
