internal import SIPMessage

/// Which rows of the security screen are shown: words that all must be found, with `-` or `!` before those that must
/// not. `ip:10.0.0.0/8` is a network, `ua:text`, `user:text` and `class:guessing` (or `class:attack`) look at one
/// thing; any other word may stand in any of them. Every text is a filter.
struct SecurityFilter {
    private enum Term {
        case network(IPNetwork)
        case address(String), agent(String), user(String), kind(String), any(String)
    }

    private let terms: [(term: Term, isWanted: Bool)]

    init(_ text: String) {
        terms = text.split(separator: " ").prefix(32).map { word in
            let isWanted = word.first != "-" && word.first != "!"
            return (Self.term(String(isWanted ? word : word.dropFirst())), isWanted)
        }
    }

    private static func term(_ word: String) -> Term {
        let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        guard parts.count == 2 else { return .any(word) }
        switch parts[0].lowercased() {
        case "ip": return IPNetwork(parts[1]).map { .network($0) } ?? .address(parts[1])
        case "ua": return .agent(parts[1])
        case "user", "aor": return .user(parts[1])
        case "class": return .kind(parts[1].lowercased())
        default: return .any(word)
        }
    }

    func passes(_ row: SecurityRow) -> Bool {
        terms.allSatisfy { holds($0.term, of: row) == $0.isWanted }
    }

    private func holds(_ term: Term, of row: SecurityRow) -> Bool {
        switch term {
        case .network(let network):
            if case .source(let address) = row.key { network.contains(address) } else { false }
        case .address(let text):
            if case .source(let address) = row.key { "\(address)".hasPrefix(text) } else { false }
        case .agent(let text): row.agent.containsIgnoringCase(text)
        case .user(let text):
            if case .user(let user) = row.key {
                user.containsIgnoringCase(text)
            } else {
                row.findings.contains { $0.evidence.containsIgnoringCase(text) }
            }
        case .kind(let text):
            text == "attack" ? row.isAttack : row.findings.contains { $0.kind.word.hasPrefix(text) }
        case .any(let text): row.texts.contains { $0.containsIgnoringCase(text) }
        }
    }
}

extension SecurityRow {
    fileprivate var texts: [String] {
        let name =
            switch key {
            case .source(let address): "\(address)"
            case .user(let text), .agent(let text): text
            case .others: "others"
            }
        return [name, agent] + findings.flatMap { [$0.kind.word, $0.evidence] }
    }
}
