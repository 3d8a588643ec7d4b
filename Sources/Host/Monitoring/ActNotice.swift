import BindingTable
import ConsoleLink
import Timing

/// What other consoles are told of an act: `kl@198.51.100.7 evicted 3 bindings (stuck after move)`.
enum ActNotice {
    /// The sentence; nil for what changed nothing, and for what is no act.
    static func text(_ request: LinkRequest, _ update: LinkUpdate) -> String? {
        switch (request, update) {
        case (.perform(let command, _), .outcome(let outcome, _)):
            guard outcome.refusal == nil, let what = words(command.verb, outcome) else { return nil }
            return sentence(command.by, what, command.reason)
        default:
            return nil
        }
    }

    /// Who, what and why.
    static func sentence(_ who: OperatorIdentity, _ what: String, _ reason: String = "") -> String {
        "\(who.short) \(what)\(reason.isEmpty ? "" : " (\(reason))")"
    }

    private static func words(_ verb: OperatorVerb, _ outcome: CommandOutcome) -> String? {
        let done = outcome.count(.done)
        let bindings = done == 1 ? "1 binding" : "\(done) bindings"
        switch verb {
        case .expire: return done == 0 ? nil : "expired \(bindings)"
        case .evict: return done == 0 ? nil : "evicted \(bindings)"
        case .block(let subject, let interval):
            return "blocked \(name(subject))\(interval.map { " for \($0.seconds) s" } ?? "")"
        case .unblock(let subject): return "lifted the block of \(name(subject))"
        case .drain(let isOn, let interval):
            guard isOn else { return "let newcomers in again" }
            return "turned newcomers away\(interval.map { " for \($0.seconds) s" } ?? "")"
        case .undo: return done == 0 ? "undid an act" : "put \(bindings) back"
        }
    }

    private static func name(_ subject: BlockSubject) -> String {
        switch subject {
        case .aor(let aor): String(decoding: aor, as: UTF8.self)
        case .source(let address): "\(address)"
        }
    }
}
