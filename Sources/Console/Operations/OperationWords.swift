internal import BindingTable
internal import Cells
internal import SIPMessage
internal import Timing

/// What the console says of log levels and of acts' targets.
enum OperationWords {
    /// Word and role of a level.
    static func level(_ level: Notice.Level) -> (text: String, role: Role) {
        switch level {
        case .debug: ("debug", .textDim)
        case .info: ("info", .text)
        case .warning: ("WARN", .stateWarn)
        case .error: ("ERROR", .stateFail)
        }
    }
}

/// The honest words of expire, evict and undo.
enum ActWords {
    /// What became of a target.
    static func word(_ outcome: TargetOutcome) -> String {
        switch outcome {
        case .done: "done"
        case .changed: "changed"
        case .gone: "gone"
        case .superseded: "superseded"
        case .tooLate: "too late"
        }
    }

    /// A target in a line: address of record, network path, what is left.
    static func row(_ binding: Binding, clock: LocalClock) -> String {
        let aor = String(decoding: binding.texts.aor, as: UTF8.self)
        let left =
            binding.gone == nil
            ? "\(TimeText.countdown(clock.left(until: binding.facts.expiresAt))) left" : "gone"
        return "\(aor)  \(binding.facts.path.source)  \(left)"
    }
}
