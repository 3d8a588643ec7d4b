internal import Monitor

/// What the words in the column ST mean, for the help.
enum StateWords {
    /// Each word with a sentence, in the order in which they become urgent.
    static let table: [(word: String, sentence: String)] =
        BindingState.allCases.map { ($0.word, sentence($0)) } + [
            ("NEW", "made or changed within the last second"),
            (
                "LEFT",
                "the row has left this list: it ended, or the filter or the order has it elsewhere by now; where all "
                    + "are shown it is GONE"
            ),
        ]

    /// Total over all states.
    static func sentence(_ state: BindingState) -> String {
        switch state {
        case .ok: "registered, and nothing is known to be wrong"
        case .late: "later than its phone usually is: it may be gone, although its time has not run out"
        case .auth: "a login from where it is registered has failed since; the binding lives on"
        case .silent: "it has stopped answering: pings, or the last call to it"
        case .disconnected: "its connection has ended; Enter shows what a call would do"
        case .gone: "it has ended; shown dim until the cursor moves"
        }
    }
}
