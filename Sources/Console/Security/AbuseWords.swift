internal import Cells
internal import Monitor

/// What the console says of attacks: label, and what to do.
enum AbuseWords {
    /// The label, over the facts: `PASSWORD GUESSING`.
    static func label(_ kind: AbuseClass) -> String {
        switch kind {
        case .breakIn: "BREAK-IN"
        case .guessing: "PASSWORD GUESSING"
        case .spraying: "PASSWORD SPRAYING"
        case .enumeration: "USER ENUMERATION"
        case .replay: "REPLAY"
        case .scanning: "SCANNING"
        case .misconfigured: "WRONG SETTINGS"
        case .staleNonce: "HARMLESS: OLD NONCE"
        }
    }

    /// Labels of all findings together; what none explains is just failures.
    static func label(_ findings: [AbuseFinding]) -> String {
        findings.isEmpty ? "NOTHING TO TELL YET" : findings.map { label($0.kind) }.joined(separator: " + ")
    }

    /// The short word in the table.
    static func word(_ findings: [AbuseFinding]) -> String {
        findings.map(\.kind.word).joined(separator: " ")
    }

    /// How a row is shown.
    static func role(_ row: SecurityRow) -> Role {
        if row.isAttack { return .secAttack }
        switch row.findings.first?.kind {
        case .staleNonce: return .secSelfheal
        case nil where row.failures == 0: return .textDim
        default: return .tableRow
        }
    }

    /// The sign before a row: blocked, attack-like, heals itself.
    static func sign(_ row: SecurityRow) -> String {
        if row.isBlocked { return "B" }
        if row.isAttack { return "!" }
        return row.findings.first?.kind == .staleNonce ? "~" : ""
    }

    /// Failures that have no column of their own on a narrow screen.
    static func others(_ row: SecurityRow) -> [VerdictCount] {
        let own: [AttemptVerdict] = [.wrongPassword, .unknownUser, .stale]
        return row.verdicts.filter { $0.verdict.isFailure && $0.count > 0 && !own.contains($0.verdict) }
            .sorted { $0.count > $1.count }
    }

    /// The same in words: `the rest: 40 NOREPLY, 12 BLOCKED`; empty if there are none.
    static func others(_ row: SecurityRow) -> String {
        let parts = others(row).map { (other: VerdictCount) in
            "\(TimeText.count(other.count)) \(other.verdict.word)"
        }
        return parts.isEmpty ? "" : "the rest: \(parts.joined(separator: ", "))"
    }

    /// What to do, last.
    static func advice(_ row: SecurityRow, _ keys: KeyMap) -> String {
        let (open, block) = (keys.key(.open), keys.key(.block))
        if row.isBlocked {
            return "Blocked: \(keys.key(.blocks)) lists the blocks, \(keys.key(.unblock)) there lifts one."
        }
        switch row.findings.first?.kind {
        case .breakIn:
            let way = "\(keys.key(.bindings)), \(keys.key(.evict))"
            return "Change that password, evict the binding (\(way)), block the source (\(block))."
        case .guessing, .spraying, .enumeration, .replay, .scanning:
            switch row.key {
            case .source:
                return "\(block) refuses it here; fail2ban keeps it away: regtop config fail2ban."
            case .user:
                return "\(open) shows from where; \(block) refuses the user for a time, the phone as well."
            // There is no block on a User-Agent: who attacks writes what he likes.
            case .agent, .others:
                return "\(open) shows from where: a source can be refused, a User-Agent not."
            }
        case .misconfigured: return "Somebody should look at the phone: a block would only silence it."
        case .staleNonce: return "Nothing to do: the phone signs the new nonce by itself."
        case nil: return "\(open) shows its attempts."
        }
    }
}
