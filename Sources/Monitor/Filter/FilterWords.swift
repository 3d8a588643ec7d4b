internal import BindingTable
internal import SIPMessage

/// The words that fields of a fixed vocabulary take; each word's place is the number of its bit.
enum FilterWords {
    static let transports = TransportKind.allCases.map(\.name)
    static let states = BindingState.allCases.map(\.word)
    static let connections = Reachability.Connection.allCases.map { $0 == .none ? "none" : $0.word }
    static let pings = Reachability.Ping.allCases.map { $0 == .unknown ? "none" : $0.word }
    static let tls = TLSVersion.allCases.map { $0 == .none ? "none" : String($0.name.dropFirst(4)) }
    static let badges = Badges.names.map(\.name)
    static let lints = Lint.allCases.map(\.word)
    static let beats = ["kept", "missed", "unknown"]
    /// Those of attempts, then those of calls.
    static let verdicts = AttemptVerdict.allCases.map(\.word) + CallVerdict.allCases.map(\.filterWord)
    /// `attack` stands for all that means harm.
    static let classes = AbuseClass.allCases.map(\.word) + ["attack"]
    static let levels = Notice.Level.allCases.map(\.codingWord)
    static let causes = Cause.allCases.map(\.codingWord)

    /// The bit of each lint that is a warning: what `lint:any` means.
    static let warnings = UInt64(LintSet.warnings.rawValue)

    /// The bit of each failing verdict: what `result:fail` means.
    static let failures: UInt64 =
        AttemptVerdict.allCases.enumerated().reduce(0) { bits, pair in
            pair.element.isFailure ? bits | 1 << UInt64(pair.offset) : bits
        } | callFailures

    private static let firstCall = UInt64(AttemptVerdict.allCases.count)
    private static let callFailures: UInt64 = CallVerdict.allCases.reduce(0) { bits, verdict in
        verdict.isFailure ? bits | 1 << (firstCall + UInt64(verdict.rawValue)) : bits
    }

    /// The bits of calls' verdicts.
    static let callVerdicts: UInt64 = CallVerdict.allCases.reduce(0) {
        $0 | 1 << (firstCall + UInt64($1.rawValue))
    }

    /// The bit of what became of an attempt.
    static func bit(of attempt: borrowing Attempt) -> UInt64 {
        guard let verdict = attempt.call?.verdict else { return 1 << UInt64(attempt.verdict.rawValue) }
        return 1 << (firstCall + UInt64(verdict.rawValue))
    }
}
